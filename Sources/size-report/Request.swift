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
  let budget: Budget?
  let measured: MeasuredMemory?
  /// The result is read where lines are short: in a terminal, or in a comment.
  let isTerse: Bool
  /// Rows of each table; nil for all.
  let top: Int?
  /// What exists for symbols is shown by its kinds.
  let showsCharges: Bool
  /// What several files hold a copy of is told.
  private let tellsDuplicates: Bool

  init(_ values: ParsedValues, format: String) throws {
    paths = values.arguments
    view = values.value("--by").flatMap(View.init)
    baseline = values.value("--baseline")
    budget = try values.value("--budget").map { path throws(BudgetError) in
      try Budget(path: path)
    }
    measured = try values.value("--measured").map { try MeasuredMemory(path: $0) }
    isTerse = format == "text" || format == "markdown"
    showsCharges = values.flag("--charges")
    tellsDuplicates = format == "json" || view == nil && format != "csv"
    switch try values.integer("--top", in: 0...Int(Int32.max)) {
    case nil: top = Self.rows(in: format)
    case 0: top = nil
    case let rows: top = rows
    }
  }

  /// What people read is short, a page that filters may be long, and what scripts read is complete.
  private static func rows(in format: String) -> Int? {
    switch format {
    case "json", "csv": nil
    case "html": 1000
    default: 20
    }
  }

  private var depth: Depth { budget == nil ? view?.depth ?? .symbols : .symbols }

  /// Reads the files and looks into them.
  func findings(quiet: Bool) throws -> Findings {
    let trees = try paths.map { path throws(SystemError) in try tree(path) }
    let pairing = try baseline.map { path throws(SystemError) in
      FilePairing(old: [try tree(path)], new: trees)
    }
    // Of the baseline, only what is not the same any more is read.
    let lists = trees.map(\.paths) + (pairing.map { [$0.oldPaths] } ?? [])
    let progress = ProgressLine(quiet: quiet)
    let count = lists.reduce(0) { $0 + $1.count }
    var sets = FileSet.read(
      lists, depth: depth,
      comparesBodies: tellsDuplicates && depth == .symbols && trees.flatMap(\.paths).count > 1
    ) { done in
      progress.update("reading \(done) of \(count) files")
    }
    progress.clear()
    let old = pairing == nil ? nil : sets.removeLast()
    let all = FileSet(joining: sets)
    var comparison: FileSetComparison?
    var growth: BudgetBaseline?
    if let pairing, let old {
      comparison = FileSetComparison(pairing, old: old, new: all)
      growth = BudgetBaseline(pairing: pairing, files: old)
    }
    return Findings(
      request: self, sets: sets, comparison: comparison, baselineFailures: old?.failures ?? [],
      budget: budget?.evaluate(all, baseline: growth))
  }

  private func tree(_ path: String) throws(SystemError) -> FileTree {
    let tree = try FileTree.find(path)
    guard !tree.paths.isEmpty else { throw SystemError("find an ELF file in", path, code: 2) }
    return tree
  }
}
