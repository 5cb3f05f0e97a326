internal import CommandLine
internal import CommandOutput
internal import Platform
internal import PluginSets
internal import Regression
internal import Reporting
internal import RuntimeBenchmark

/// The command: reads its options, calls the benchmark, prints the result.
struct BenchRuntime {
  static let version = "0.1.0"
  let arguments: [String]

  /// - Returns: the exit status; see the table in `docs/result-format.md`.
  func run() -> Int32 {
    let terminal = Terminal.standardOutput
    do {
      switch try Self.command.parse(arguments, width: terminal.columns ?? 80) {
      case .help(let text):
        return writeOutput(text + "\n", to: "-")
      case .version:
        return writeOutput("bench-runtime \(Self.version)\n", to: "-")
      case .run(let path, let values):
        switch path[0] {
        case "compare": return try RegressionCommands(values).compare()
        case "check": return try RegressionCommands(values).check()
        case "accept": return try RegressionCommands(values).accept()
        case "noise": return try RegressionCommands(values).noise()
        case "history": return try HistoryCommands(values).run(path[1])
        default: return measure(try RunOptions(values))
        }
      }
    } catch {
      printError("bench-runtime: \(error)")
      if case .some(.interrupted(let signal)) = error as? BenchmarkError { return 128 + signal }
      return 1
    }
  }

  private func measure(_ options: RunOptions) -> Int32 {
    let progress = ProgressLine(quiet: options.output.isQuiet)
    let result: BenchmarkResult
    do {
      try options.output.check()
      try options.checkHistory()
      result = try Benchmark(
        options.configuration, executable: try executablePath(), environment: environmentVariables()
      ) { step in
        progress.update(Self.text(step))
      }.run()
      progress.clear()
    } catch {
      progress.clear()
      printError("bench-runtime: \(error)")
      if case .some(.interrupted(let signal)) = error as? BenchmarkError { return 128 + signal }
      return 1
    }
    if !options.output.isQuiet, let load = result.machine.loadAverage,
      load > Double(result.machine.processors)
    {
      printError(
        "bench-runtime: warning: the load average was \(load) on \(result.machine.processors) "
          + "processors when this run began; times may scatter")
    }
    if let database = options.database, result.interruption == nil {
      do {
        try Self.record(result, in: database, quiet: options.output.isQuiet)
      } catch {
        printError("bench-runtime: \(error)")
        _ = write(result, to: options.output)
        return 1
      }
    }
    let code = write(result, to: options.output)
    if code == 0, let signal = result.interruption { return 128 + signal }
    return code
  }

  /// Adds the result to history, by the same way that an imported result takes.
  private static func record(
    _ result: BenchmarkResult, in database: String, quiet: Bool
  ) throws {
    let run = try Run(document: Array(try result.json().utf8), path: "the result")
    let recorded = try History(path: database, .making).record(run)
    guard !quiet else { return }
    printError("bench-runtime: recorded \(recorded.id.prefix(12)) in '\(database)'")
    if let warning = recorded.warning { printError("bench-runtime: warning: \(warning)") }
  }

  private func write(_ result: BenchmarkResult, to output: OutputOptions) -> Int32 {
    // Tables with intervals are for wide terminals and for pages that scroll.
    let isWide = output.format != "text" || (output.terminalWidth ?? 0) >= 140
    return output.write(
      result.report(withIntervals: isWide), figures: result.figureTable, json: result.json)
  }

  static func text(_ step: Benchmark.Progress) -> String {
    switch step {
    case .building(let done, let total, let label): return "building \(done)/\(total): \(label)"
    case .measuring(let round, _, let subject) where round < 0: return "warming up: \(subject)"
    case .measuring(let round, let samples, let subject):
      return "measuring round \(round + 1)/\(samples): \(subject)"
    }
  }
}
