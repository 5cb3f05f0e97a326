/// One metric at several plugin counts in the same rounds, made for resampling rounds.
///
/// Only rounds that are complete, with a value at every plugin count, are kept: then a resampled
/// round is a whole one, and whatever its values have in common stays in the resample.
///
/// Source: Efron & Tibshirani 1993, §9.5 (resampling cases, not residuals).
struct RoundTable {
  /// The plugin counts, ascending.
  let plugins: [Int]
  /// How many rounds are complete, at least 1.
  let rounds: Int
  /// The values at each plugin count, ascending, and the round each is from.
  private let columns: [[(value: Double, round: Int)]]

  /// Tabulates measurements: plugin count to values by round, nil for "not measured".
  ///
  /// A plugin count without any value is left out. Returns nil when no round is complete or a value
  /// of a complete round is not finite. Complexity: O(*m* · *n* log *n*).
  init?(_ measurements: [Int: [Double?]]) {
    let measured = measurements.filter { $0.value.contains { $0 != nil } }
      .sorted { $0.key < $1.key }
    let length = measured.map(\.value.count).min() ?? 0
    let complete = (0..<length).filter { round in measured.allSatisfy { $0.value[round] != nil } }
    guard !complete.isEmpty else { return nil }
    var columns: [[(value: Double, round: Int)]] = []
    for (_, values) in measured {
      let kept = complete.compactMap { values[$0] }
      guard kept.allSatisfy(\.isFinite) else { return nil }
      columns.append(
        kept.enumerated().map { (value: $0.element, round: $0.offset) }
          .sorted { $0.value < $1.value })
    }
    self.plugins = measured.map(\.key)
    self.rounds = complete.count
    self.columns = columns
  }

  /// The median at each plugin count.
  var medians: [Double] {
    medians(drawn: [Int](repeating: 1, count: rounds))
  }

  /// Calls `body` with the medians of each resample. Complexity: O(*r* · *m* · *n*).
  func bootstrap(
    resamples: Int, using random: inout RandomSource, _ body: (_ medians: [Double]) -> Void
  ) {
    for _ in 0..<max(0, resamples) {
      var drawn = [Int](repeating: 0, count: rounds)
      for _ in 0..<rounds {
        drawn[random.next(below: rounds)] += 1
      }
      body(medians(drawn: drawn))
    }
  }

  /// Returns the medians if each round had been drawn so many times, `rounds` in all.
  ///
  /// Counting through the values, sorted once, spares a sort for every resample.
  private func medians(drawn: [Int]) -> [Double] {
    columns.map { column in
      var index = 0
      var passed = drawn[column[0].round]
      while 2 * passed < rounds {
        index += 1
        passed += drawn[column[index].round]
      }
      let lower = column[index].value
      // Exactly half are at or below `lower`: the other middle value is the next that was drawn.
      while 2 * passed == rounds {
        index += 1
        passed += drawn[column[index].round]
      }
      return Statistics.between(lower, column[index].value, 0.5)
    }
  }
}
