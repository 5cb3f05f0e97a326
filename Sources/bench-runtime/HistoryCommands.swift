internal import CommandLine
internal import CommandOutput
internal import Platform
internal import Regression
internal import Reporting

/// `bench-runtime history …`.
struct HistoryCommands {
  let values: ParsedValues
  let output: OutputOptions

  init(_ values: ParsedValues) {
    self.values = values
    output = OutputOptions(values)
  }

  /// - Returns: the exit status.
  func run(_ name: String) throws -> Int32 {
    switch name {
    case "show": return try show()
    case "delete":
      let history = try HistoryOptions.open(values, .writing)
      let id = try history.id(beginningWith: values.arguments[0])
      try history.delete(id)
      tell("removed \(id)")
      return 0
    case "export": return try export()
    case "import": return try importFiles()
    case "vacuum":
      try HistoryOptions.open(values, .writing).vacuum()
      return 0
    default: return try list()
    }
  }

  private func list() throws -> Int32 {
    let limit = try values.integer("--limit", in: 0...Int(Int32.max))!
    let history = try HistoryOptions.open(values, .reading)
    let runs = try history.runs(limit: limit == 0 ? nil : limit)
    let count = try history.count()
    return output.write(RunList(runs, count: count, of: history.name).report) {
      RunList(runs, count: count, of: history.name).json()
    }
  }

  private func show() throws -> Int32 {
    let history = try HistoryOptions.open(values, .reading)
    let run = try history.run(try history.id(beginningWith: values.arguments[0]))
    let report = try run.report()
    return output.write(report) { try run.line() + "\n" }
  }

  private func export() throws -> Int32 {
    let history = try HistoryOptions.open(values, .reading)
    let file = try OutputFile(output.path)
    for run in try history.runs().reversed() {
      try file.write(Array((try history.run(run.id).line() + "\n").utf8))
    }
    try file.commit()
    return 0
  }

  private func importFiles() throws -> Int32 {
    // All files are read before anything is written.
    let runs = try values.arguments.flatMap { try Run.all(inFile: $0) }
    let recorded = try HistoryOptions.open(values, .making).add(runs)
    let known = recorded.count { $0.wasKnown }
    tell("\(recorded.count - known) added" + (known > 0 ? ", \(known) were there already" : ""))
    let older = recorded.count { $0.isOlder }
    if older > 0 {
      tell(
        "warning: \(older) of them \(older == 1 ? "is" : "are") older than the last run of the machine "
          + "that was there, or its clock has gone back; they stand where their clock says")
    }
    return 0
  }

  private func tell(_ text: String) {
    if !output.isQuiet { printError("bench-runtime: \(text)") }
  }
}
