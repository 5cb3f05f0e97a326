/// Breaks words into lines of a width.
///
/// A word wider than a line is left whole and runs over: paths and symbol names are copied.
enum TextWrapping {
  /// Returns the lines of a paragraph; none if it has no words.
  ///
  /// - Parameter width: The cells a line may take, or nil for a single line.
  static func lines(_ paragraph: String, width: Int?) -> [String] {
    let words = SafeText.words(paragraph)
    guard let width else { return words.isEmpty ? [] : [words.joined(separator: " ")] }
    var lines: [String] = []
    var lineWidth = 0
    for word in words.map({ DisplayText($0) }) {
      if lines.isEmpty || lineWidth + 1 + word.width > width {
        lines.append(word.text)
        lineWidth = word.width
      } else {
        lines[lines.count - 1] += " " + word.text
        lineWidth += 1 + word.width
      }
    }
    return lines
  }
}
