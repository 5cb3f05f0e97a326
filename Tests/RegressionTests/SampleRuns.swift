import Measurement

@testable import Regression

extension History {
  /// A history whose writes do not wait for the disk: what is tested is not whether they survive that the
  /// power goes.
  static func unsynced(_ path: String, busyMilliseconds: Int32 = 5000) throws -> History {
    let history = try History(path: path, .making, busyMilliseconds: busyMilliseconds)
    try history.connection.run("PRAGMA synchronous = OFF", [])
    return history
  }
}

/// Runs as a machine would make them, with figures that tests choose.
enum SampleRuns {
  static let machine = MachineFacts(
    architecture: "x86_64", processor: "Test", processors: 2, memoryBytes: 4 << 30,
    kernel: "6.1.0-1", system: "Debian 12")

  static func series(_ metric: Metric, subject: String = "shared") -> Series {
    Series(
      tool: "bench-runtime", subject: subject, setting: "50 plugins, tiny, warm",
      metric: metric.name, unit: metric.unit, kind: metric.kind)
  }

  /// A figure of as many rounds as are usual, around `value`.
  static func figure(_ metric: Metric, _ value: Double) -> Figure {
    guard metric.kind == .noisy else { return Figure(series(metric), exactly: value) }
    let samples = (0..<20).map { (value * (1 + 0.001 * Double($0 - 10))).rounded() }
    return Figure(
      series: series(metric), median: value, low: samples[5], high: samples[14], samples: samples)
  }

  static func run(
    at startedAt: Int64, commit: String? = nil, branch: String? = "main",
    machine: MachineFacts = machine, _ values: [Metric: Double]
  ) -> Run {
    Run(
      startedAt: startedAt, machine: machine, toolchain: "Swift 6.3.1",
      revision: Revision(commit: commit, branch: branch),
      figures: values.map { figure($0.key, $0.value) })
  }
}
