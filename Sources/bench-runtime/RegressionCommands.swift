internal import CommandLine
internal import CommandOutput
internal import Measurement
internal import Platform
internal import PluginSets
internal import Regression
internal import Reporting
internal import RuntimeBenchmark

/// `compare`, `check`, `accept` and `noise`: what tells whether something became worse.
struct RegressionCommands {
  let values: ParsedValues
  let output: OutputOptions

  init(_ values: ParsedValues) {
    self.values = values
    output = OutputOptions(values)
  }

  // MARK: compare

  /// - Returns: the exit status of the verdicts.
  func compare() throws -> Int32 {
    let outputs = try VerdictOutputs(values)
    let (first, second) = (values.arguments[0], values.arguments[1])
    let metrics = try judgedMetrics()
    let areFiles = try [first, second].map { path throws(SystemError) in
      try Self.isFile(path)
    }
    let assessment: Assessment
    switch (areFiles[0], areFiles[1]) {
    case (true, true) where Baseline.isBaseline(first):
      let baseline = try Baseline(path: first)
      var gate = try Assessment(
        baseline: baseline, named: first, candidate: try Run(path: second), named: second,
        metrics: values.value("--metrics") == nil ? nil : metrics,
        allowsOtherMachine: values.flag("--allow-other-machine"))
      gate.lines = baseline.lines(inFile: first)
      assessment = gate
    case (true, true):
      let (old, new) = (try Run(path: first), try Run(path: second))
      // Of files, all that size-report tells is exact.
      let names =
        values.value("--metrics") == nil
        ? metrics.union((old.figures + new.figures).filter(\.isExact).map(\.series.metric))
        : metrics
      assessment = try Assessment(
        baseline: old, named: first, candidate: new, named: second, metrics: names,
        allowsOtherMachine: values.flag("--allow-other-machine"))
    case (false, false): assessment = try comparePairs(first, second, metrics)
    default:
      throw CommandLineError(
        .invalidValue, subject: "compare", found: areFiles[0] ? second : first,
        expected: "two files or two directories",
        fix: "a directory is measured anew, and does not compare with a result")
    }
    return outputs.write(assessment)
  }

  private static func isFile(_ path: String) throws(SystemError) -> Bool {
    guard let status = try Files.status(path) else { throw SystemError("find", path, code: 2) }
    return !status.isDirectory
  }

  private func comparePairs(
    _ first: String, _ second: String, _ metrics: Set<String>
  ) throws -> Assessment {
    var benchmark = try benchmarkConfiguration()
    benchmark.samples = try values.integer("--rounds", in: 12...10_000)!
    let floor = try values.integer("--effect-floor", in: 1...1000)!
    let progress = ProgressLine(quiet: output.isQuiet)
    defer { progress.clear() }
    return try PairedComparison(
      ComparisonConfiguration(
        baseline: first, candidate: second, benchmark: benchmark, metrics: metrics,
        effectFloor: Double(floor) / 1000,
        countsInstructions: Self.countsInstructions(values),
        isInPlace: values.flag("--in-place")),
      executable: try executablePath(), environment: environmentVariables()
    ) { progress.update(BenchRuntime.text($0)) }.run()
  }

  private func judgedMetrics() throws(CommandLineError) -> Set<String> {
    if values.value("--metrics") == "all" { return Set(Metric.all.map(\.name)) }
    let names = try values.list("--metrics", choices: Metric.all.map(\.name) + ["all"])
    return Set(names.isEmpty ? Metric.judged.map(\.name) : names)
  }

  /// Whether instructions are counted; absent, with a warning, where valgrind is.
  static func countsInstructions(_ values: ParsedValues) -> Bool {
    guard values.flag("--instructions") else { return false }
    guard Benchmark.canCountInstructions(environment: environmentVariables()) else {
      printError(
        "bench-runtime: warning: valgrind is not installed, so that instructions.load is absent; "
          + "run: apt-get install valgrind")
      return false
    }
    return true
  }

  private func benchmarkConfiguration() throws(CommandLineError) -> BenchmarkConfiguration {
    let names = try values.list("--variants", choices: Variant.allCases.map(\.rawValue))
    return BenchmarkConfiguration(
      pluginCounts: Set(try values.integers("--plugins", in: 1...Benchmark.mostPlugins)).sorted(),
      variants: names.compactMap(Variant.init),
      profile: Profile(rawValue: values.value("--profile")!)!,
      warmUps: try values.integer("--warm-ups", in: 0...1000)!,
      seed: UInt64(try values.integer("--seed", in: 0...Int.max)!),
      isCold: values.flag("--cold"), cacheDirectory: values.value("--cache"))
  }

  // MARK: check

  func check() throws -> Int32 {
    let outputs = try VerdictOutputs(values)
    let path = values.value("--history")!
    var check = HistoryCheck()
    check.runs = try values.integer("--runs", in: 6...100_000)!
    check.tellsAll = values.flag("--all")
    if values.value("--metrics") != nil { check.metrics = Set(metricNames()) }
    let canRemember =
      !values.flag("--dry-run") && (History.isServer(path) || Files.isWritable(path))
    let history = try HistoryOptions.open(values, canRemember ? .writing : .reading)
    var assessment = try check.run(
      history, branch: values.value("--branch"), remembers: canRemember)
    if !canRemember, !values.flag("--dry-run") {
      assessment.warnings.append("'\(path)' can only be read, so that steps will be told again")
    }
    return outputs.write(assessment)
  }

  /// Names as they are: history may hold metrics of other commands.
  private func metricNames() -> [String] {
    values.values("--metrics").flatMap { $0.split(separator: ",").map(String.init) }
  }

  // MARK: accept

  func accept() throws -> Int32 {
    let path = values.value("--baseline")!
    let reason = values.value("--reason")!.split(whereSeparator: \.isWhitespace)
      .joined(separator: " ")
    guard !reason.isEmpty else {
      throw CommandLineError(
        .invalidValue, subject: "--reason", found: "", expected: "a sentence that says why")
    }
    let run = try Run(path: values.arguments[0])
    var baseline =
      Files.exists(path)
      ? try Baseline(path: path) : Baseline(architecture: run.machine.architecture)
    // Refuses another architecture.
    _ = try Assessment(
      baseline: baseline, named: path, candidate: run, named: values.arguments[0],
      allowsOtherMachine: true)
    let metrics = values.value("--metrics") == nil ? nil : Set(metricNames())
    let changed = baseline.accept(run, reason: reason, metrics: metrics)
    let gone =
      values.flag("--remove-missing") ? baseline.removeMissing(in: run, metrics: metrics).count : 0
    guard changed + gone > 0 else {
      if !output.isQuiet { printError("bench-runtime: nothing differs from '\(path)'") }
      return 0
    }
    try baseline.write(to: path)
    if !output.isQuiet {
      printError(
        "bench-runtime: accepted \(changed) figure\(changed == 1 ? "" : "s") in '\(path)'"
          + (gone > 0 ? ", removed \(gone) that '\(values.arguments[0])' does not have" : ""))
    }
    return 0
  }

  // MARK: noise

  func noise() throws -> Int32 {
    try output.check()
    var configuration = try benchmarkConfiguration()
    configuration.samples = try values.integer("--rounds", in: 12...10_000)!
    let progress = ProgressLine(quiet: output.isQuiet)
    defer { progress.clear() }
    let noise = try NoiseMeasurement.run(
      configuration, executable: try executablePath(), environment: environmentVariables()
    ) { progress.update(BenchRuntime.text($0)) }
    progress.clear()
    return output.write(noise.report()) { noise.json() }
  }
}
