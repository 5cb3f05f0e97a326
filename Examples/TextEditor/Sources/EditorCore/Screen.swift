internal import EditorHooks

/// What a terminal shows of an editor.
public struct Screen {
  public var columns: Int
  public var rows: Int
  /// The first line that is shown.
  private var top = 0

  public init(columns: Int, rows: Int) {
    self.columns = max(columns, 20)
    self.rows = max(rows, 4)
  }

  /// What to write to the terminal: all lines, the status line, the message, and the cursor.
  ///
  /// Sequences: ECMA-48.
  public mutating func draw(_ editor: Editor) -> String {
    let buffer = editor.buffer
    let height = rows - 2
    top = min(max(top, buffer.row - height + 1), buffer.row)
    var output = "\u{1b}[?25l\u{1b}[H"
    for row in top..<(top + height) {
      if row < buffer.lines.count {
        let line = String(buffer.lines[row])
        output += Self.marked(String(line.prefix(columns)), editor.marks(in: line))
      } else {
        output += "~"
      }
      output += "\u{1b}[K\r\n"
    }
    let name = editor.path + (editor.isModified ? " *" : "")
    let status = ([name] + editor.status).joined(separator: " | ")
    output += "\u{1b}[7m\(Self.plain(status).prefix(columns))\u{1b}[K\u{1b}[0m\r\n"
    output += "\(Self.plain(editor.message).prefix(columns - 1))\u{1b}[K"
    output += "\u{1b}[\(buffer.row - top + 1);\(min(buffer.column, columns - 1) + 1)H\u{1b}[?25h"
    return output
  }

  /// A line with what is marked underlined; marks that do not fit the line are left out.
  static func marked(_ line: String, _ marks: [EditorMark]) -> String {
    var output = ""
    var offset = 0
    for character in line {
      let isMarked = marks.contains { mark in
        mark.start >= 0 && offset >= mark.start && offset - mark.start < mark.length
      }
      let text = plain(String(character))
      output += isMarked ? "\u{1b}[4m\(text)\u{1b}[24m" : text
      offset += character.utf8.count
    }
    return output
  }

  /// Without what would move the cursor or change colours.
  static func plain(_ text: String) -> String {
    String(
      String.UnicodeScalarView(
        text.unicodeScalars.map { $0.value < 0x20 || (0x7f...0x9f).contains($0.value) ? " " : $0 }))
  }
}
