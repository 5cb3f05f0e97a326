internal import CommandLine
internal import CommandOutput
internal import ELFInspection
internal import Platform
internal import Regression
internal import Reporting
internal import SizeAnalysis

/// The command: accounts for every byte of ELF files.
struct SizeReport {
  static let version = "0.1.0"
  let arguments: [String]

  static let command = Command(
    name: "size-report",
    abstract: "Accounts for every byte of ELF files: what it is, whose it is, what it costs.",
    discussion: """
      Without --by, shows all views of the files. A directory stands for all ELF files in and below \
      it; several paths are several sets, which are compared. Exit status: 0 all is well; 1 could not \
      do it (with one sentence why); 2 a budget was exceeded; 3 a budget could not be judged; 128+n \
      ended by signal n.
      """,
    arguments: [
      Argument("PATH", help: "An ELF file, or a directory of them.", count: .oneOrMore)
    ],
    options: [
      .value(
        "--by", "VIEW", help: "Show one view only; what it does not need is not read.",
        choices: View.allCases.map(\.rawValue)),
      .value(
        "--baseline", "PATH",
        help: "A file or directory to compare all PATHs with, each file with its predecessor."),
      .value(
        "--budget", "FILE", help: "Limits to hold the files against; see docs/size-report.md."),
      .value(
        "--top", "N",
        help: "Rows of each table; 0 for all. Default: 20, in HTML 1000, in JSON and CSV all."),
      .flag(
        "--charges",
        help: "Show what exists for each symbol by its kinds: tables, names, relocations and so on."
      ),
      .value(
        "--measured", "RESULT",
        help: "A result of bench-runtime in JSON, to hold the prediction of private memory against."
      ),
      .value(
        "--record", "DB",
        help: "Add the figures to the history of bench-runtime. Default: .build/bench-history.db.",
        valueIfOmitted: ".build/bench-history.db"),
    ] + Option.common)

  func run() -> Int32 {
    do {
      switch try Self.command.parse(arguments, width: Terminal.standardOutput.columns ?? 80) {
      case .help(let text): return writeOutput(text + "\n", to: "-")
      case .version: return writeOutput("size-report \(Self.version)\n", to: "-")
      case .run(_, let values): return try run(values)
      }
    } catch {
      printError("size-report: \(error)")
      return 1
    }
  }

  private func run(_ values: ParsedValues) throws -> Int32 {
    let output = OutputOptions(values)
    try output.check()
    let request = try Request(values, format: output.format)
    let findings = try request.findings(quiet: output.isQuiet)
    for failure in findings.failures { printError("size-report: \(failure)") }
    // A report on nothing says nothing.
    guard !findings.files.isEmpty else { return 1 }
    if let database = values.value("--record") {
      let recorded = try History(path: database, .making).record(findings.run)
      if !output.isQuiet {
        printError("size-report: recorded \(recorded.id.prefix(12)) in '\(database)'")
      }
    }
    let status = write(findings, to: output)
    if output.format == "csv" { sayVerdicts(of: findings) }
    let verdict = findings.budget?.exitStatus ?? 0
    if status != 0 { return 1 }
    guard findings.failures.isEmpty else {
      // What could not be read was not judged; what was, is told all the same.
      if let budget = findings.budget, verdict != 0 {
        printError(
          "size-report: \(budget.sentence) The status is 1, as not every file could be read.")
      }
      return 1
    }
    return verdict
  }

  /// Rows of sizes have no place for what was judged: that goes to standard error.
  private func sayVerdicts(of findings: Findings) {
    if let comparison = findings.comparison {
      printError("size-report: \(findings.sentence(comparison))")
    }
    if let budget = findings.budget {
      printError("size-report: \(budget.sentence)")
      for row in budget.rows { if let line = row.sentence { printError("size-report: \(line)") } }
      for warning in budget.warnings { printError("size-report: \(warning.sentence)") }
    }
    if let prediction = findings.prediction {
      printError("size-report: \(prediction.sentence)")
    }
  }

  private func write(_ findings: Findings, to output: OutputOptions) -> Int32 {
    switch output.format {
    case "json":
      output.writeJSON { json throws(SystemError) in try SizeSchema1(findings).write(to: &json) }
    case "csv" where findings.request.view == .symbols:
      writeOutput(to: output.path) { file throws(SystemError) in
        try SymbolFigures(findings: findings).write { bytes throws(SystemError) in
          try file.write(bytes)
        }
      }
    case "csv": output.write(CSVRenderer().render(findings.figures))
    default: output.write(findings.report) { "" }
    }
  }
}

/// One way to look at the bytes.
enum View: String, CaseIterable {
  case segments, sections, symbols, modules, owners

  var depth: Depth {
    switch self {
    case .segments, .sections: .sections
    case .symbols, .modules, .owners: .symbols
    }
  }
}
