internal import ELFInspection
internal import Reporting
internal import SizeAnalysis

/// What was found out, in the order of the question.
struct Findings {
  let request: Request
  /// Characters of the directories that the paths of all files begin with.
  private let sharedPrefix: Int
  /// One for each path.
  let sets: [FileSet]
  /// The files of all of them.
  let all: FileSet
  /// What changed since the baseline, if there is one.
  let comparison: FileSetComparison?
  /// Files of the baseline that could not be read, and why.
  let baselineFailures: [ELFError]
  /// What the budget says, if there is one.
  let budget: BudgetResult?
  /// How the prediction held against what was measured, if that was asked for.
  let prediction: PredictionReport?

  init(
    request: Request, sets: [FileSet], comparison: FileSetComparison?,
    baselineFailures: [ELFError], budget: BudgetResult?
  ) {
    self.request = request
    self.sets = sets
    self.comparison = comparison
    self.baselineFailures = baselineFailures
    self.budget = budget
    prediction = request.measured.map(PredictionReport.init)
    all = FileSet(joining: sets)
    sharedPrefix = Self.sharedPrefix(of: all.files.map(\.path))
  }

  private static func sharedPrefix(of paths: [String]) -> Int {
    guard
      var prefix = paths.first?.split(separator: "/", omittingEmptySubsequences: false).dropLast()
    else { return 0 }
    for path in paths.dropFirst() {
      let parts = path.split(separator: "/", omittingEmptySubsequences: false).dropLast()
      let shared = zip(prefix, parts).prefix { $0 == $1 }.count
      prefix = prefix.prefix(shared)
    }
    return prefix.reduce(0) { $0 + $1.count + 1 }
  }

  var names: NameFacts { all.names }
  var files: [FileAnalysis] { all.files }
  /// What could not be read, of the baseline too.
  var failures: [ELFError] { all.failures + baselineFailures }

  /// For people.
  var report: Report {
    var sections: [Report.Section] = []
    if let budget { sections.append(budgetSection(budget)) }
    if let comparison { sections += changes(comparison) }
    if let view = request.view {
      sections.append(breakdown(view))
      sections += [measured].compactMap { $0 }
    } else {
      sections += overview
    }
    sections += [flaws].compactMap { $0 }
    return Report(title: title, headline: headline, sections: sections, notes: notes)
  }

  private var title: String {
    request.paths.count == 1
      ? "Size of \(request.paths[0])" : "Size of \(request.paths.count) sets of files"
  }

  private var headline: String {
    let size = Quantity.bytes(Double(files.reduce(0) { $0 + $1.fileSize }))
    let memory = Quantity.bytes(Double(files.reduce(0) { $0 + $1.memorySize }))
    let dirty = files.reduce(0) { $0 + $1.loading.dirtyPages }
    let count = files.count == 1 ? "" : "\(Quantity.count(files.count)) files: "
    var sentences: [String] = []
    if let budget, !budget.isMet {
      let exceeded = budget.rows.count { $0.isExceeded }
      sentences.append(
        "\(Quantity.count(exceeded)) \(exceeded == 1 ? "limit is" : "limits are") exceeded.")
    }
    if let comparison {
      sentences.append(sentence(comparison))
    }
    sentences.append(
      """
      \(count)\(size) on disk, \(memory) in memory when loaded, of which \(pages(dirty)) cannot be \
      shared.
      """)
    return sentences.joined(separator: " ")
  }

  /// What became of all files together.
  func sentence(_ comparison: FileSetComparison) -> String {
    let since = request.baseline ?? "the baseline"
    let unread = comparison.unread.count
    // Nothing is the same because it was not looked at.
    if unread > 0 && comparison.files.isEmpty { return "Nothing could be compared with \(since)." }
    return
      "\(signed(comparison.size.delta)) since \(since)\(unread > 0 ? ", of what could be read" : "")."
  }

  private func pages(_ count: Int) -> String {
    "\(Quantity.count(count)) \(count == 1 ? "page" : "pages")"
  }

  private var notes: [String] {
    var notes: [String] = []
    let stripped = files.count { $0.symbols != nil && $0.isStripped }
    if stripped > 0 {
      notes.append(
        """
        \(stripped == 1 ? "One file is" : "\(Quantity.count(stripped)) files are") stripped: whose \
        the bytes are can be told only for what is exported. Look at the file before 'strip'.
        """)
    }
    if let shown = request.top, cuts.areThere {
      notes.append(
        "Tables show the first \(shown) rows; --top 0 shows all, and so do JSON and CSV.")
    }
    return notes
  }

  /// A symbol's name for people: short where there is little room.
  func shown(_ name: NameID) -> String {
    let text = names.demangled(name)
    return request.isTerse ? ShortName.of(text) : text
  }

  /// Columns or cells with a long name where it reads best: in lines behind the figures, on a page before
  /// them, where it stays in sight.
  func placing<Item>(_ name: Item, with figures: [Item]) -> [Item] {
    request.isTerse ? figures + [name] : [name] + figures
  }

  /// A file's path, without the directories that all files share.
  func label(_ file: FileAnalysis) -> String { String(file.path.dropFirst(sharedPrefix)) }

  /// The rows that the request wants to see of `rows`.
  func top<Rows: Collection>(_ rows: Rows) -> Rows.SubSequence {
    guard let limit = request.top, rows.count > limit else { return rows.prefix(rows.count) }
    cuts.areThere = true
    return rows.prefix(limit)
  }

  /// Notes that a table which was made with the request's limit has left out rows.
  func note(isCut: Bool) { if isCut { cuts.areThere = true } }

  /// Whether a table was cut, noted while the tables are made.
  private final class Cuts {
    var areThere = false
  }

  private let cuts = Cuts()

  /// A share of all bytes on disk.
  func share(_ bytes: UInt64) -> Report.Cell {
    let total = files.reduce(0) { $0 + $1.fileSize }
    return .percent(total > 0 ? Double(bytes) / Double(total) : nil, tone: .dim)
  }
}

extension Report.Cell {
  static func bytes(_ bytes: UInt64?, tone: Report.Tone = .plain) -> Report.Cell {
    .bytes(bytes.map { Int(clamping: $0) }, tone: tone)
  }
}

extension ByteHolder {
  /// As in all tables.
  var title: String {
    switch self {
    case .owner(let owner): owner.rawValue
    case .imports: "imports"
    case .unnamed: "unnamed"
    }
  }
}

extension Owner {
  /// For people.
  var title: String {
    switch self {
    case .own: "own code"
    case .runtime: "plugin runtime"
    case .stdlib: "Swift's libraries"
    case .other: "C and C++ runtime"
    }
  }
}

extension String {
  /// Without the blanks around it.
  var trimmed: String {
    String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
  }
}
