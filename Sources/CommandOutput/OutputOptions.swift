public import CommandLine
public import Platform
public import Reporting

/// The options of `Option.common`: where a command's result goes, and in which form.
public struct OutputOptions: Sendable {
  /// One of text, json, csv, markdown, html.
  public let format: String
  /// `-` is standard output.
  public let path: String
  public let isQuiet: Bool
  /// Which figure `--format svg` draws; nil for the first.
  public var figure: String?
  private let color: ColorChoice

  /// Bytes of Markdown: GitHub takes comments of up to 65,536 characters.
  private static let markdownLimit = 60_000

  public init(_ values: ParsedValues) {
    format = values.value("--format") ?? "text"
    path = values.value("--output") ?? "-"
    isQuiet = values.flag("--quiet")
    color = values.value("--color").flatMap(ColorChoice.init) ?? .auto
  }

  /// Another output of the same command, in another format.
  public init(format: String, path: String, like other: OutputOptions) {
    self.format = format
    self.path = path
    isQuiet = other.isQuiet
    color = other.color
  }

  /// Finds out, before long work is done, whether the result can be written.
  public func check() throws(SystemError) {
    if path != "-" { try Files.checkReplaceable(path) }
  }

  /// Columns of the terminal that the result is shown on; nil where it goes elsewhere.
  public var terminalWidth: Int? {
    path == "-" && Terminal.standardOutput.isInteractive ? Terminal.standardOutput.columns : nil
  }

  /// Writes a result in the form asked for.
  ///
  /// - Parameters:
  ///   - figures: for spreadsheets; nil for the tables of `report`.
  ///   - json: the document, from the command's frozen schema.
  /// - Returns: the exit status: 0, or 1 after one sentence on standard error.
  public func write(
    _ report: @autoclosure () -> Report, figures: (() -> Report)? = nil, json: () throws -> String
  ) -> Int32 {
    let text: String
    switch format {
    case "json":
      do {
        text = try json()
      } catch {
        printError("cannot write the result as JSON: \(error)")
        return 1
      }
    case "csv": text = CSVRenderer().render(figures?() ?? report())
    case "markdown": text = MarkdownRenderer(limit: Self.markdownLimit).render(report())
    case "html": text = HTMLRenderer().render(report())
    case "svg":
      let report = report()
      text = SVGRenderer(figure: figure).render(report)
      guard !text.isEmpty else {
        let names = SVGRenderer.figures(of: report).map { "'\($0)'" }.joined(separator: ", ")
        printError(
          figure.map {
            "'--figure': there is no '\($0)' here"
              + (names.isEmpty ? "" : "; expected one of \(names)")
          }
            ?? "'--format svg': there is nothing to draw")
        return 1
      }
    default: return write(lines: textRenderer.lines(of: report()))
    }
    return write(text)
  }

  /// Writes a JSON document of any length, piece by piece.
  ///
  /// - Returns: the exit status: 0, or 1 after one sentence on standard error.
  public func writeJSON(
    _ body: (inout JSONWriter<SystemError>) throws(SystemError) -> Void
  ) -> Int32 {
    writeOutput(to: path) { file throws(SystemError) in
      var json = JSONWriter<SystemError> { bytes throws(SystemError) in try file.write(bytes) }
      try body(&json)
      try json.finish()
    }
  }

  private var textRenderer: TextRenderer {
    TextRenderer(
      width: terminalWidth,
      color: color.resolve(environment: environmentVariables(), isTerminal: terminalWidth != nil))
  }

  private func write(lines: [String]) -> Int32 {
    writeOutput(to: path) { file throws(SystemError) in
      var bytes: [UInt8] = []
      for line in lines {
        bytes += line.utf8
        bytes.append(UInt8(ascii: "\n"))
        if bytes.count >= 64 << 10 {
          try file.write(bytes)
          bytes.removeAll(keepingCapacity: true)
        }
      }
      try file.write(bytes)
    }
  }

  /// Writes text as it is.
  public func write(_ text: String) -> Int32 { writeOutput(text, to: path) }
}
