internal import CommandLine
internal import CommandOutput
internal import Regression

/// Where verdicts are written, and in which formats: one measurement may serve a log, a pull request and
/// a dashboard.
struct VerdictOutputs {
  private let outputs: [OutputOptions]

  private static let formats =
    Option.commonFormats + VerdictFormat.allCases.map(\.rawValue)

  static let options: [Option] = [
    .format(adding: VerdictFormat.allCases.map(\.rawValue)),
    .value(
      "--also", "FORMAT=PATH", help: "Write the verdicts in another format too. Repeats.",
      repeats: true),
  ]

  /// - Throws: before long work is done, where one of them cannot be written.
  init(_ values: ParsedValues) throws {
    let main = OutputOptions(values)
    outputs =
      try [main]
      + values.values("--also").map { text throws(CommandLineError) in
        let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
        guard parts.count == 2 else {
          throw CommandLineError(
            .invalidValue, subject: "--also", found: text, expected: "a format and a path",
            fix: "for example --also junit=verdicts.xml")
        }
        guard Self.formats.contains(parts[0]) else {
          throw CommandLineError(
            .invalidValue, subject: "--also", found: parts[0],
            expected: "one of \(Self.formats.joined(separator: ", "))",
            fix: nearestName(to: parts[0], among: Self.formats).map { "did you mean '\($0)'?" })
        }
        return OutputOptions(format: parts[0], path: parts[1], like: main)
      }
    for output in outputs { try output.check() }
  }

  /// - Returns: the exit status of the verdicts, or 1 where one of the outputs could not be written.
  func write(_ assessment: Assessment) -> Int32 {
    let codes = outputs.map { output in
      if let format = VerdictFormat(rawValue: output.format) {
        return output.write(assessment.text(format))
      }
      let isTerse = output.format == "text" || output.format == "markdown"
      return output.write(
        assessment.report(rows: isTerse ? 50 : nil), figures: assessment.figureTable
      ) { assessment.json() }
    }
    return codes.first { $0 != 0 } ?? assessment.exitStatus
  }
}
