/// The name of a plugin, from which the names of its files and types follow.
public struct ProjectName: Equatable, Sendable {
  /// As it stands in the manifest: `word-count`.
  public let plugin: String
  private let words: [Substring]

  /// - Returns: nil where it is no name: words of ASCII letters and digits, joined by hyphens, a letter
  ///   first, at most 40 characters.
  public init?(_ text: String) {
    words = text.split(separator: "-", omittingEmptySubsequences: false)
    guard text.utf8.count <= 40, text.first?.isLetter == true,
      words.allSatisfy({ word in
        !word.isEmpty && word.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) }
      })
    else { return nil }
    plugin = text
  }

  /// `word_count`.
  var snake: String { words.map { $0.lowercased() }.joined(separator: "_") }

  /// `WordCount`.
  var camel: String { words.map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined() }
}
