internal import Platform

/// What `nm -S` says of a file's symbols: those that are defined and have a size.
public struct NM {
  public struct Symbol: Hashable, Sendable {
    /// Without its version.
    public var name: String
    /// An address; in a relocatable file an offset into the section.
    public var value: UInt64
    public var size: UInt64

    public init(name: String, value: UInt64, size: UInt64) {
      self.name = name
      self.value = value
      self.size = size
    }
  }

  /// Both tables', each symbol once.
  public let symbols: Set<Symbol>

  /// - Complexity: O(*n*).
  public init(_ path: String) throws {
    var symbols: Set<Symbol> = []
    for table in ["--debug-syms", "--dynamic"] {
      // The names are wanted as they are.
      let command = ["nm", table, "-S", "--defined-only", "--no-demangle", path]
      let text = try CommandRun(command).output
      for line in text.utf8.split(separator: UInt8(ascii: "\n")) {
        // "VALUE SIZE T NAME"; where the size is missing, a letter stands in its place.
        let fields = line.split(separator: UInt8(ascii: " "), maxSplits: 3)
        guard fields.count == 4, fields[1].count == fields[0].count, fields[2].count == 1,
          let value = Self.hexadecimal(fields[0]), let size = Self.hexadecimal(fields[1]),
          // A common symbol has no place yet.
          size > 0, fields[2].first != UInt8(ascii: "C")
        else { continue }
        let name = fields[3].prefix { $0 != UInt8(ascii: "@") }
        symbols.insert(
          Symbol(name: String(decoding: name, as: UTF8.self), value: value, size: size))
      }
    }
    self.symbols = symbols
  }

  private static func hexadecimal(_ digits: Substring.UTF8View.SubSequence) -> UInt64? {
    UInt64(String(decoding: digits, as: UTF8.self), radix: 16)
  }
}
