internal import Platform

/// What binutils says of a file: the second opinion.
public struct Readelf {
  public let path: String

  public init(_ path: String) { self.path = path }

  public static var runtime: String { Path.join(TestBuild.directory, "libPluginRuntime.so") }

  /// The Swift library that this process has mapped.
  public static var core: String {
    get throws {
      let maps = try Files.readText("/proc/self/maps")
      guard
        let line = maps.split(separator: "\n").first(where: { $0.hasSuffix("/libswiftCore.so") }),
        let start = line.firstIndex(of: "/")
      else { throw SystemError("find", "libswiftCore.so", code: 2) }
      return String(line[start...])
    }
  }

  public func lines(_ options: String...) throws -> [[String]] {
    try Tool.run(["readelf"] + options + [path]).split(separator: "\n")
      .map { $0.split(separator: " ").map(String.init) }
  }

  /// The value behind `label:` in the ELF header.
  public func header(_ label: String) throws -> String? {
    let lines = try Tool.run(["readelf", "-hW", path]).split(separator: "\n")
    let line = lines.first { $0.drop { $0 == " " }.hasPrefix(label + ":") }
    return line.map { String($0.drop { $0 != ":" }.dropFirst().drop { $0 == " " }) }
  }

  public struct Range: Equatable {
    public var address: UInt64
    public var offset: UInt64
    public var size: UInt64

    public init(address: UInt64, offset: UInt64, size: UInt64) {
      self.address = address
      self.offset = offset
      self.size = size
    }
  }

  /// Sections by position: name and range.
  public func sections() throws -> [(name: String, range: Range)] {
    try Tool.run(["readelf", "-SW", path]).split(separator: "\n").compactMap { line in
      guard let end = line.firstIndex(of: "]"), line.contains("["),
        line[..<end].drop(while: { $0 != "[" }).dropFirst().allSatisfy({ $0 == " " || $0.isNumber })
      else { return nil }
      var fields = line[line.index(after: end)...].split(separator: " ").map(String.init)
      // The first section has no name, and readelf shows none.
      let name = fields.first == "NULL" ? "" : fields.removeFirst()
      return (name, Range(address: hex(fields[1]), offset: hex(fields[2]), size: hex(fields[3])))
    }
  }

  /// Segments by position: offset, address, size in the file and in memory.
  public func segments() throws -> [[UInt64]] {
    try lines("-lW").filter { $0.count >= 7 && $0[1].hasPrefix("0x") && $0[2].hasPrefix("0x") }
      .map { [hex($0[1]), hex($0[2]), hex($0[4]), hex($0[5])] }
  }

  /// The texts in brackets of the dynamic section's entries of type `tag`.
  public func dynamic(_ tag: String) throws -> [String] {
    try Tool.run(["readelf", "-dW", path]).split(separator: "\n").compactMap { line in
      guard line.contains("(\(tag))"), let open = line.lastIndex(of: "["), line.hasSuffix("]")
      else {
        return nil
      }
      return String(line[line.index(after: open)...].dropLast())
    }
  }

  /// The addresses that relocations write to: of all, and of those that RELR packs.
  public func relocations() throws -> (all: [UInt64], relr: Int) {
    var all: [UInt64] = []
    var relr = 0
    var isPacked = false
    for line in try Tool.run(["readelf", "-rW", path]).split(separator: "\n") {
      if line.hasPrefix("Relocation section") {
        isPacked = line.contains(".relr")
        continue
      }
      let fields = line.split(separator: " ")
      // As wide as an address.
      guard let first = fields.first, [8, 16].contains(first.count),
        let address = UInt64(first, radix: 16)
      else { continue }
      if isPacked { relr += 1 }
      if isPacked || fields.count > 1 { all.append(address) }
    }
    return (all, relr)
  }

  /// How many relocations there are, also those that only a linker reads.
  public func relocationCount() throws -> Int {
    var count = 0
    var isPacked = false
    for line in try Tool.run(["readelf", "-rW", path]).utf8.split(separator: UInt8(ascii: "\n")) {
      if line.first == UInt8(ascii: "R"), line.starts(with: "Relocation section".utf8) {
        let words = String(decoding: line, as: UTF8.self).split(separator: " ")
        isPacked = words[2].contains(".relr")
        if !isPacked, let at = words.firstIndex(of: "contains") { count += Int(words[at + 1]) ?? 0 }
      } else if isPacked, [8, 16].contains(line.count),
        line.allSatisfy({ $0 >= 0x30 && $0 <= 0x66 })
      {
        count += 1
      }
    }
    return count
  }

  /// One line of a table of symbols, without its name.
  public struct SymbolLine: Equatable, Sendable {
    public var value: UInt64
    public var size: UInt64
    /// "FUNC".
    public var kind: String
    /// "GLOBAL".
    public var binding: String
    /// A section's number, "UND" or "ABS".
    public var section: String
    /// Without its version.
    public var name: String
  }

  /// The entries of the table in the section `table`, the first, empty one too.
  public func symbols(in table: String) throws -> [SymbolLine] {
    var isInside = false
    return try Tool.run(["readelf", "-sW", path]).split(separator: "\n").compactMap { line in
      if line.hasPrefix("Symbol table") { isInside = line.contains("'\(table)'") }
      let fields = line.split(separator: " ").map(String.init)
      guard isInside, fields.count >= 7, fields[0].hasSuffix(":"), fields[0] != "Num:" else {
        return nil
      }
      let size =
        fields[2].hasPrefix("0x") ? UInt64(fields[2].dropFirst(2), radix: 16) : UInt64(fields[2])
      return SymbolLine(
        value: hex(fields[1]), size: size ?? .max, kind: fields[3], binding: fields[4],
        section: fields[6],
        name: fields.count > 7 ? String(fields[7].prefix { $0 != "@" }) : "")
    }
  }

  private func hex(_ text: String) -> UInt64 {
    UInt64(text.hasPrefix("0x") ? String(text.dropFirst(2)) : text, radix: 16)!
  }
}
