internal import CommandLine
internal import ELFInspection
internal import Platform
internal import Reporting
internal import SizeAnalysis

/// What the command line asks for.
struct Request {
  /// As given: each is a set of its own.
  let paths: [String]
  /// nil: all of them.
  let view: View?
  let baseline: String?
  let measured: MeasuredMemory?
  /// Rows of each table; nil for all.
  let top: Int?

  init(_ values: ParsedValues, format: String) throws {
    paths = values.arguments
    view = values.value("--by").flatMap(View.init)
    baseline = values.value("--baseline")
    measured = try values.value("--measured").map { try MeasuredMemory(path: $0) }
    switch try values.integer("--top", in: 0...Int(Int32.max)) {
    case nil: top = format == "json" || format == "csv" ? nil : 20
    case 0: top = nil
    case let rows: top = rows
    }
  }

  private var depth: Depth {
    view?.depth ?? .symbols
  }

  /// Reads the files and looks into them.
  func findings(quiet: Bool) throws -> Findings {
    let lists = try paths.map { path throws(SystemError) in
      let files = try ELFPaths.find(path)
      guard !files.isEmpty else { throw SystemError("find an ELF file in", path, code: 2) }
      return files
    }
    let progress = ProgressLine(quiet: quiet)
    let count = lists.reduce(0) { $0 + $1.count }
    let sets = FileSet.read(lists, depth: depth) { done in
      progress.update("reading \(done) of \(count) files")
    }
    progress.clear()
    return Findings(request: self, sets: sets)
  }
}
