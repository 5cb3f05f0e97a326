internal import Platform

/// What elfutils says of a file.
public struct ElfutilsReadelf {
  public let path: String

  public init(_ path: String) { self.path = path }

  public static let isInstalled = (try? Tool.run(["eu-readelf", "--version"])) != nil

  public struct Section: Equatable, Sendable {
    public var name: String
    public var address: UInt64
    public var offset: UInt64
    public var size: UInt64

    public init(name: String, address: UInt64, offset: UInt64, size: UInt64) {
      self.name = name
      self.address = address
      self.offset = offset
      self.size = size
    }
  }

  /// Sections by position.
  public func sections() throws -> [Section] {
    try Tool.run(["eu-readelf", "-S", path]).split(separator: "\n").compactMap { line in
      guard line.first == "[", let end = line.firstIndex(of: "]"),
        Int(line[..<end].dropFirst().drop { $0 == " " }) != nil
      else { return nil }
      let fields = line[line.index(after: end)...].split(separator: " ").map(String.init)
      // The type may be of several words, and the first section has no name.
      guard
        let place = fields.indices.dropLast(2).first(where: { index in
          [8, 16].contains(fields[index].count) && [6, 8].contains(fields[index + 1].count)
            && fields[index...].prefix(3).allSatisfy { UInt64($0, radix: 16) != nil }
        }), let address = UInt64(fields[place], radix: 16),
        let offset = UInt64(fields[place + 1], radix: 16),
        let size = UInt64(fields[place + 2], radix: 16)
      else { return nil }
      return Section(
        name: fields[0] == "NULL" ? "" : fields[0], address: address, offset: offset, size: size)
    }
  }

  /// Segments by position: offset, address, size in the file and in memory.
  public func segments() throws -> [[UInt64]] {
    try Tool.run(["eu-readelf", "-l", path]).split(separator: "\n").compactMap { line in
      let fields = line.split(separator: " ")
      let numbers = fields.dropFirst().prefix(5).compactMap {
        $0.hasPrefix("0x") ? UInt64($0.dropFirst(2), radix: 16) : nil
      }
      guard numbers.count == 5 else { return nil }
      return [numbers[0], numbers[1], numbers[3], numbers[4]]
    }
  }
}
