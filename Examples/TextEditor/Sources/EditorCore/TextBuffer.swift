/// A text as lines, and where the cursor is in it.
public struct TextBuffer: Equatable {
  /// Without their ends; at least one.
  public private(set) var lines: [[Character]]
  /// From 0 on.
  public private(set) var row = 0
  /// Characters before the cursor.
  public private(set) var column = 0

  public init(_ text: String = "") {
    lines = Self.split(text)
  }

  private static func split(_ text: String) -> [[Character]] {
    text.split(separator: "\n", omittingEmptySubsequences: false).map { Array($0) }
  }

  public var text: String {
    get { lines.map { String($0) }.joined(separator: "\n") }
    set {
      lines = Self.split(newValue)
      clamp()
    }
  }

  public var line: String {
    get { String(lines[row]) }
    set {
      lines.replaceSubrange(row...row, with: Self.split(newValue))
      clamp()
    }
  }

  /// The line up to the cursor.
  public var beforeCursor: String { String(lines[row][..<column]) }

  private mutating func clamp() {
    row = min(row, lines.count - 1)
    column = min(column, lines[row].count)
  }

  /// Puts a text, which may have several lines, at the cursor and moves behind it.
  public mutating func insert(_ text: String) {
    let rest = Array(lines[row][column...])
    lines[row].removeSubrange(column...)
    for (index, part) in Self.split(text).enumerated() {
      if index > 0 {
        row += 1
        lines.insert([], at: row)
      }
      lines[row] += part
    }
    column = lines[row].count
    lines[row] += rest
  }

  /// Removes what stands before the cursor, be it the end of a line.
  public mutating func deleteBackward() {
    if column > 0 {
      column -= 1
      lines[row].remove(at: column)
    } else if row > 0 {
      let rest = lines.remove(at: row)
      row -= 1
      column = lines[row].count
      lines[row] += rest
    }
  }

  public enum Direction { case left, right, up, down, lineStart, lineEnd }

  public mutating func move(_ direction: Direction) {
    switch direction {
    case .left where column > 0: column -= 1
    case .left where row > 0:
      row -= 1
      column = lines[row].count
    case .right where column < lines[row].count: column += 1
    case .right where row < lines.count - 1:
      row += 1
      column = 0
    case .up: row = max(0, row - 1)
    case .down: row = min(lines.count - 1, row + 1)
    case .lineStart: column = 0
    case .lineEnd: column = lines[row].count
    case .left, .right: break
    }
    column = min(column, lines[row].count)
  }
}
