internal import FoundationEssentials

extension Run {
  /// The runs in a file of JSON lines, as history exports them, or the one run of a result.
  ///
  /// - Throws: `HistoryError` for the first line that is not whole.
  public static func all(inFile path: String) throws(HistoryError) -> [Run] {
    let bytes = try readDocument(path)
    // A result is one document of many lines; runs are documents of one line each.
    let first = bytes.firstIndex(of: UInt8(ascii: "\n")).map { bytes[..<$0] } ?? bytes[...]
    guard let kind = try? DocumentKind(Data(first), path: path), kind.schema == "bench-history/1"
    else {
      return try [Run(document: bytes, path: path)]
    }
    var runs: [Run] = []
    for (index, line) in bytes.split(separator: UInt8(ascii: "\n")).enumerated() {
      runs.append(try Run(line: Data(line), place: "\(path), line \(index + 1)"))
    }
    return runs
  }
}
