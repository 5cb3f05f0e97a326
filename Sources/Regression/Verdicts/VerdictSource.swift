internal import Platform
internal import Reporting

extension Assessment {
  /// A place in a file that a reader of a review can be shown.
  struct Source: Equatable {
    var path: String
    var line: Int?
  }

  /// Where a judgement is shown: the line of the accepted figure, the file that was measured, or what was
  /// compared.
  func source(of judgement: Judgement) -> Source {
    if kind == .gate {
      return Source(path: Self.tidy(baseline), line: lines[judgement.series])
    }
    let isFile = judgement.series.tool == "size-report"
    return Source(path: Self.tidy(isFile ? judgement.series.subject : candidate))
  }

  private static func tidy(_ path: String) -> String {
    path.hasPrefix("./") ? String(path.dropFirst(2)) : path
  }
}

extension Baseline {
  /// On which lines of its file the figures stand; empty where the file does not have each on a line of
  /// its own, as `accept` writes it.
  public func lines(inFile path: String) -> [Series: Int] {
    guard let bytes = try? readDocument(path) else { return [:] }
    let numbers = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
      .enumerated()
      .filter { String(decoding: $1, as: UTF8.self).contains("\"metric\"") }.map { $0.offset + 1 }
    guard numbers.count == entries.count else { return [:] }
    return Dictionary(zip(entries.map(\.series), numbers), uniquingKeysWith: { first, _ in first })
  }
}
