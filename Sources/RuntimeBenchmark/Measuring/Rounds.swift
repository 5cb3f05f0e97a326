internal import Measurement
internal import Platform

/// Measures subjects in rounds: in each, every subject runs once, in an order drawn anew.
///
/// What disturbs the machine for a while then falls on all subjects alike, and ratios are taken
/// within a round.
struct Rounds {
  var samples: Int
  var warmUps: Int
  var isCold: Bool
  /// How many processes make one sample.
  var processes = 1
  var random: RandomSource
  /// Told before each process: the round (negative while warming up), and whom it measures.
  var progress: (_ round: Int, _ subject: Subject) -> Void

  /// The values of each subject: metric to value by round.
  struct Values {
    var byMetric: [Metric: [Double?]] = [:]
    var rounds = 0

    mutating func append(_ sample: [Metric: Double]) {
      for (metric, value) in sample {
        byMetric[metric, default: Array(repeating: nil, count: rounds)].append(value)
      }
      rounds += 1
      for metric in byMetric.keys where byMetric[metric]!.count < rounds {
        byMetric[metric]!.append(nil)
      }
    }

    /// Adds the rounds of `later` behind these.
    mutating func append(_ later: Values) {
      for metric in Set(byMetric.keys).union(later.byMetric.keys) {
        byMetric[metric] =
          (byMetric[metric] ?? Array(repeating: nil, count: rounds))
          + (later.byMetric[metric] ?? Array(repeating: nil, count: later.rounds))
      }
      rounds += later.rounds
    }
  }

  /// Runs all rounds.
  ///
  /// - Returns: the values by subject, and the signal that ended the rounds early; rounds that were
  ///   not whole are left out.
  /// - Throws: `BenchmarkError` of the first process that gives no figures.
  mutating func run(
    _ subjects: [Subject]
  ) throws(BenchmarkError) -> (values: [Values], interruption: Int32?) {
    var values = Array(repeating: Values(), count: subjects.count)
    var answers: [Int: (subject: String, checksum: UInt64)] = [:]
    let process = MeasuredProcess()
    for round in -warmUps..<samples {
      var order = Array(subjects.indices)
      random.shuffle(&order)
      var samples: [Int: [Metric: Double]] = [:]
      for index in order {
        let subject = subjects[index]
        progress(round, subject)
        if isCold { try drop(subject) }
        do throws(BenchmarkError) {
          let group = try process.samples(subject, processes: processes)
          for member in group { try check(member.report, of: subject, against: &answers) }
          samples[index] = Self.joined(group.map { $0.report.metrics(startedAt: $0.startedAt) })
        } catch .interrupted(let signal) {
          return (values, signal)
        }
      }
      guard round >= 0 else { continue }
      for (index, sample) in samples { values[index].append(sample) }
    }
    return (values, nil)
  }

  /// What several processes take together: memory and faults add up, times are their mean.
  static func joined(_ group: [[Metric: Double]]) -> [Metric: Double] {
    var joined: [Metric: Double] = [:]
    for metric in Set(group.flatMap(\.keys)) {
      let values = group.compactMap { $0[metric] }
      // What one of them did not tell, they did not tell together.
      guard values.count == group.count else { continue }
      let sum = values.reduce(0, +)
      joined[metric] = metric.addsUp ? sum : sum / Double(values.count)
    }
    return joined
  }

  /// Has the indexes written that subjects start from, so that no round writes one.
  ///
  /// - Throws: `BenchmarkError` where a start still finds files that are not in it.
  static func writeIndexes(of subjects: [Subject]) throws(BenchmarkError) {
    for subject in subjects where subject.usesIndex {
      var judged: UInt64 = 1
      // Files that were made in this very moment are judged again by the second start.
      for _ in 0..<3 where judged > 0 {
        judged = try MeasuredProcess().sample(subject).report.number("index.judged") ?? 0
      }
      guard judged == 0 else {
        throw .processFailed(subject: subject.label, reason: "its files change all the time")
      }
    }
  }

  private func drop(_ subject: Subject) throws(BenchmarkError) {
    for path in subject.files {
      let pages: Int
      do {
        pages = try PageCache.drop(path)
      } catch {
        throw .system(error)
      }
      guard pages == 0 else { throw .cacheStaysWarm(path: path, pages: pages) }
    }
  }

  /// Every variant must have computed the same, plugin for plugin.
  private func check(
    _ report: ProbeReport, of subject: Subject,
    against answers: inout [Int: (subject: String, checksum: UInt64)]
  ) throws(BenchmarkError) {
    guard subject.hasAnswer else { return }
    guard !subject.usesIndex || report.number("index.judged") == 0 else {
      throw .processFailed(
        subject: subject.label, reason: "its files changed while it was measured")
    }
    guard report.number("plugins") == UInt64(subject.pluginCount),
      let checksum = report.number("checksum")
    else {
      throw .processFailed(subject: subject.label, reason: "it did not call every plugin")
    }
    if let known = answers[subject.pluginCount], known.checksum != checksum {
      throw .answersDiffer(subject: subject.label, other: known.subject)
    }
    answers[subject.pluginCount] = (subject.label, checksum)
  }
}

extension Metric {
  /// Several processes take the sum of it.
  fileprivate var addsUp: Bool { name.hasPrefix("memory.") || name.hasPrefix("faults.") }
}
