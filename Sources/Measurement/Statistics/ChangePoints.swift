internal import Glibc

/// Where the level of a series changes.
public struct ChangePoint: Sendable, Hashable {
  /// The first value of the new level.
  public var index: Int
  /// The median of the values since the change before, and until the next one.
  public var before: Double
  public var after: Double
  /// How often so large a difference comes about by the order of equal things alone.
  public var pValue: Double

  public var ratio: Double { after / before }
}

/// Finds change points by E-divisive means: the split of a stretch that maximizes the energy distance
/// between its two sides, again and again on both sides.
///
/// As in Hunter, the series is searched in windows that overlap by half, so that a large step far away
/// hides no small one and time grows linearly; all that is found weakly is then judged again between
/// its neighbours, the weakest removed until all that remain are significant and large enough. Unlike
/// Hunter, which judges by Student's test, what is significant follows from permutations of the
/// stretch, each searched for its best split: a t-test at a split that was chosen for being the best
/// is too easily pleased. A permutation test ends early where chance does as well often enough.
///
/// Source: Matteson & James 2014, "A nonparametric approach for multiple change point analysis of
/// multivariate data", JASA 109; Fleming et al. 2023, "Hunter: using change point detection to hunt
/// for performance regressions", ICPE; Besag & Clifford 1991, Biometrika 78(2), for ending early.
public struct ChangePointSearch: Sendable {
  /// How many values are looked at together.
  public var window = 50
  /// The fewest values that make a level.
  public var shortest = 3
  /// The largest p-value of a change.
  ///
  /// A series is searched again with every run that is added, and a p that suits one look is reached
  /// too easily in a hundred: with 0.005, 4 of 25 unchanged series had a step in one of 100 looks.
  public var significance = 0.001
  /// The smallest change, as a share of the level before.
  public var effectFloor = Verdict.defaultEffectFloor
  public var permutations = 999

  public init() {}

  /// The change points of `values`, ascending; none where a value is not finite.
  ///
  /// The same values always give the same result. Complexity: O(*n* · *w* · *p*) for *n* values,
  /// windows of *w* and *p* permutations.
  public func changePoints(in values: [Double]) -> [ChangePoint] {
    guard values.allSatisfy(\.isFinite), values.count >= 2 * shortest else { return [] }
    // Noise grows with the level.
    let isRelative = values.allSatisfy { $0 > 0 }
    let series = isRelative ? values.map { log($0) } : values
    var random = RandomSource(seed: 0x5EED)
    var candidates: Set<Int> = []
    for start in stride(from: 0, to: max(1, values.count - window / 2), by: max(1, window / 2)) {
      split(series, start..<min(values.count, start + window), &candidates, &random)
    }
    return judge(candidates.sorted(), series, values, &random)
  }

  /// Splits a stretch where that is at all plausible, then its two sides.
  private func split(
    _ series: [Double], _ range: Range<Int>, _ found: inout Set<Int>, _ random: inout RandomSource
  ) {
    guard range.count >= 2 * shortest else { return }
    var energy = EnergySplit(series[range], shortest: shortest)
    let best = energy.best()
    guard best.statistic > 0,
      energy.pValue(of: best.statistic, permutations: 199, atMost: 0.05, &random) != nil
    else { return }
    let index = range.lowerBound + best.index
    found.insert(index)
    split(series, range.lowerBound..<index, &found, &random)
    split(series, index..<range.upperBound, &found, &random)
  }

  /// Keeps those of the candidates that hold between their neighbours.
  private func judge(
    _ candidates: [Int], _ series: [Double], _ values: [Double], _ random: inout RandomSource
  ) -> [ChangePoint] {
    var points = candidates
    var known: [Range<Int>: (index: Int, pValue: Double?)] = [:]
    var pValues: [Int: Double] = [:]
    // Each point settles after a step or two; the limit is for one that would go to and fro.
    var moves = 4 * points.count
    while !points.isEmpty {
      var weakest: (place: Int, pValue: Double)?
      var moved = false
      for place in points.indices {
        let low = max(place == 0 ? 0 : points[place - 1], points[place] - window)
        let end = place == points.count - 1 ? series.count : points[place + 1]
        let high = min(end, points[place] + window)
        let range = low..<high
        if known[range] == nil {
          if range.count < 2 * shortest {
            known[range] = (points[place], nil)
          } else {
            var energy = EnergySplit(series[range], shortest: shortest)
            let best = energy.best()
            known[range] = (
              low + best.index,
              energy.pValue(
                of: best.statistic, permutations: permutations, atMost: significance, &random)
            )
          }
        }
        let (index, pValue) = known[range]!
        let isLarge = isEffect(values, low..<index, index..<high)
        if index != points[place], pValue != nil, isLarge, !points.contains(index), moves > 0 {
          points[place] = index
          moves -= 1
          moved = true
          break
        }
        pValues[points[place]] = pValue
        let weight = isLarge ? pValue ?? 2 : 3
        if weight > significance, weight >= weakest?.pValue ?? 0 { weakest = (place, weight) }
      }
      if moved { continue }
      guard let weakest else { break }
      points.remove(at: weakest.place)
    }
    return points.indices.map { place in
      let low = place == 0 ? 0 : points[place - 1]
      let high = place == points.count - 1 ? series.count : points[place + 1]
      return ChangePoint(
        index: points[place],
        before: Statistics.median(Array(values[max(low, points[place] - window)..<points[place]]))!,
        after: Statistics.median(Array(values[points[place]..<min(high, points[place] + window)]))!,
        pValue: pValues[points[place]] ?? significance)
    }
  }

  private func isEffect(_ values: [Double], _ left: Range<Int>, _ right: Range<Int>) -> Bool {
    guard let before = Statistics.median(Array(values[left])),
      let after = Statistics.median(Array(values[right]))
    else { return false }
    return abs(after - before) > effectFloor * abs(before) && after != before
  }
}

/// The energy distance between the two sides of every split of one stretch.
private struct EnergySplit {
  private let count: Int
  private let shortest: Int
  /// Row by row.
  private let distances: [Double]
  private var order: [Int]

  init(_ values: ArraySlice<Double>, shortest: Int) {
    count = values.count
    self.shortest = shortest
    let values = Array(values)
    var distances: [Double] = []
    distances.reserveCapacity(count * count)
    for first in values { for second in values { distances.append(abs(first - second)) } }
    self.distances = distances
    order = Array(0..<values.count)
  }

  /// The split with the largest statistic: how many values are left of it.
  ///
  /// The statistic is *mn*/(*m*+*n*) · (2·E|X−Y| − E|X−X′| − E|Y−Y′|).
  mutating func best() -> (index: Int, statistic: Double) {
    var within = (left: 0.0, right: 0.0)
    var across = 0.0
    // At first all values are on the right.
    for distance in distances { within.right += distance }
    within.right /= 2
    var best = (index: shortest, statistic: -Double.infinity)
    // Each permutation costs n² additions: without the checks of bounds, a third of the time.
    unsafe distances.withUnsafeBufferPointer { distances in
      unsafe order.withUnsafeBufferPointer { order in
        for left in 1..<count {
          let row = unsafe order[left - 1] * count
          var toLeft = 0.0
          for index in 0..<(left - 1) { unsafe toLeft += distances[row + order[index]] }
          var toRight = 0.0
          for index in left..<count { unsafe toRight += distances[row + order[index]] }
          within.left += toLeft
          within.right -= toRight
          across += toRight - toLeft
          guard left >= shortest, count - left >= shortest else { continue }
          let (m, n) = (Double(left), Double(count - left))
          let energy =
            2 * across / (m * n) - within.left / (m * (m - 1) / 2)
            - within.right / (n * (n - 1) / 2)
          let statistic = m * n / (m + n) * energy
          if statistic > best.statistic { best = (left, statistic) }
        }
      }
    }
    return best
  }

  /// How often the best split of the same values in another order is as good; nil if more often than
  /// `limit`.
  mutating func pValue(
    of statistic: Double, permutations: Int, atMost limit: Double, _ random: inout RandomSource
  ) -> Double? {
    let most = Int(limit * Double(permutations + 1))
    var asGood = 1
    for _ in 0..<permutations {
      random.shuffle(&order)
      if best().statistic >= statistic * (1 - 1e-12) {
        asGood += 1
        if asGood > most { return nil }
      }
    }
    return Double(asGood) / Double(permutations + 1)
  }
}
