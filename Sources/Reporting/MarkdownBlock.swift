/// A part of a Markdown document, with an empty line around it.
enum MarkdownBlock {
  case text(String)
  case table(MarkdownTable)
  /// A table that GitHub and GitLab show when it is asked for; the summary is plain text.
  case folded(MarkdownTable, summary: String)

  var text: String {
    switch self {
    case .text(let text): text
    case .table(let table): table.text
    case .folded(let table, let summary): Self.opening(summary) + table.text + Self.closing
    }
  }

  private var size: Int {
    switch self {
    case .text(let text): text.utf8.count
    case .table(let table): table.size
    case .folded(let table, let summary):
      Self.opening(summary).utf8.count + table.size + Self.closing.utf8.count
    }
  }

  // Markdown inside of HTML needs empty lines around it.
  private static func opening(_ summary: String) -> String {
    "<details><summary>\(summary)</summary>\n\n"
  }
  private static let closing = "\n\n</details>"

  private func cut(to limit: Int) -> MarkdownBlock {
    switch self {
    case .text: self
    case .table(let table): .table(table.cut(to: limit))
    case .folded(let table, let summary): .folded(table.cut(to: limit), summary: summary)
    }
  }
}

extension MarkdownBlock {
  /// Returns the blocks as one document, which ends in a line feed unless empty.
  static func document(_ blocks: [MarkdownBlock]) -> String {
    blocks.isEmpty ? "" : blocks.map(\.text).joined(separator: "\n\n") + "\n"
  }

  /// The bytes of the document.
  private static func size(_ blocks: [MarkdownBlock]) -> Int {
    blocks.isEmpty ? 0 : blocks.reduce(0) { $0 + $1.size } + 2 * (blocks.count - 1) + 1
  }

  /// Returns blocks whose document has at most so many bytes.
  ///
  /// All tables longer than a certain size are cut to it, the largest size that does. Complexity:
  /// O(*n* log *n*) in the number of blocks and rows.
  static func fitted(_ blocks: [MarkdownBlock], to limit: Int) -> [MarkdownBlock] {
    if size(blocks) <= limit { return blocks }
    var fitting = blocks.map { $0.cut(to: 0) }
    guard size(fitting) <= limit else { return beginning(of: fitting, limit) }
    var enough = 0
    var tooMuch = limit + 1
    while tooMuch - enough > 1 {
      let middle = enough + (tooMuch - enough) / 2
      let cut = blocks.map { $0.cut(to: middle) }
      if size(cut) <= limit {
        (enough, fitting) = (middle, cut)
      } else {
        tooMuch = middle
      }
    }
    return fitting
  }

  /// Returns the first blocks, and a sentence that says that there are more where it fits.
  private static func beginning(of blocks: [MarkdownBlock], _ limit: Int) -> [MarkdownBlock] {
    let sentence = MarkdownBlock.text("*The rest of the report is left out.*")
    var kept: [MarkdownBlock] = []
    var size = sentence.size + 1
    for block in blocks {
      size += block.size + 2
      if size > limit { break }
      kept.append(block)
    }
    // A heading with nothing below it says nothing.
    while case .text(let text)? = kept.last, text.hasPrefix("#"), kept.count > 1 {
      kept.removeLast()
    }
    kept.append(sentence)
    return Self.size(kept) <= limit ? kept : []
  }
}
