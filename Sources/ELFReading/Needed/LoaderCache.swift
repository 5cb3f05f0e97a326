internal import Glibc
internal import Platform

/// What `ldconfig(8)` has found, as the loader reads it from `/etc/ld.so.cache`.
///
/// Source: the layout of format 1.1 as glibc has it since 2.2, and its extension for hardware
/// capabilities since 2.33; a cache in the older format may stand before it.
public struct LoaderCache: Sendable {
  public struct Entry: Equatable, Sendable {
    /// The name that libraries ask for.
    public var name: String
    public var path: String
    /// The kind of library and the machine: 0x0303 is one for x86-64.
    public var flags: UInt32
    /// The subdirectory of `glibc-hwcaps` that it lies in: "x86-64-v3".
    public var capability: String?
  }

  /// In the order of the file, without those for processors by the means that glibc had before 2.33.
  public let entries: [Entry]
  /// Positions in ``entries`` by name.
  private let positions: [String: [Int]]

  /// Reads the cache at `path`.
  ///
  /// An entry whose texts do not lie in the file, or are longer than a path may be, is left out.
  ///
  /// - Throws: `ELFError`: `unreadable`; `malformed` where it is no cache of format 1.1 or says that
  ///   it holds more entries than it does.
  /// - Complexity: O(bytes); of more than 64 MiB it reads nothing.
  public init(path: String) throws(ELFError) {
    let bytes: [UInt8]
    do {
      let file = try FileDescriptor(opening: path, O_RDONLY | O_NONBLOCK)
      let status = try file.status()
      guard status.isRegularFile, status.byteCount <= Self.largestFile else {
        throw ELFError(
          .malformed, path: path, field: "cache", found: "\(status.byteCount) bytes",
          expected: "a file of at most \(Self.largestFile) bytes")
      }
      bytes = try file.readToEnd(limit: Self.largestFile)
    } catch let error as SystemError {
      throw ELFError(
        .unreadable, path: path, field: "cache", found: error.reason, expected: "a readable file")
    } catch {
      throw error as! ELFError
    }
    try self.init(bytes: bytes, path: path)
  }

  static let largestFile = 64 << 20

  /// Reads a cache out of its bytes.
  ///
  /// - Parameter path: to name in errors.
  /// - Throws: `ELFError`: `malformed`.
  public init(bytes: [UInt8], path: String = "ld.so.cache") throws(ELFError) {
    guard let start = Self.start(in: bytes) else {
      throw ELFError(
        .malformed, path: path, field: "cache", found: "something else",
        expected: "a cache of format 1.1")
    }
    let entries = unsafe bytes.withUnsafeBytes { bytes in
      unsafe Self.read(UnsafeRawBufferPointer(rebasing: bytes[start...]), in: bytes)
    }
    guard let entries else {
      throw ELFError(
        .malformed, path: path, field: "number of entries", found: "more than the file holds",
        expected: "an end within the file's \(bytes.count) bytes")
    }
    self.entries = entries
    positions = Dictionary(grouping: entries.indices) { entries[$0].name }
  }

  /// Where the format 1.1 begins: at the start, or behind a cache of the older format, aligned to 8.
  private static func start(in bytes: [UInt8]) -> Int? {
    let magic = Array("glibc-ld.so.cache1.1".utf8)
    if bytes.starts(with: magic) { return 0 }
    guard bytes.starts(with: Array("ld.so-1.7.0".utf8)), bytes.count >= 16 else { return nil }
    for isLittleEndian in [true, false] {
      let digits = isLittleEndian ? bytes[12..<16].reversed() : Array(bytes[12..<16])
      let count = digits.reduce(0) { $0 << 8 | Int($1) }
      let start = (16 + count * 12 + 7) & ~7
      if start < bytes.count, bytes[start...].starts(with: magic) { return start }
    }
    return nil
  }

  /// - Parameters:
  ///   - bytes: from the magic number on; the texts lie by their distance from there.
  ///   - file: all bytes; the extension lies by its distance from their start.
  /// - Returns: nil where the entries do not lie in `bytes`.
  private static func read(
    _ bytes: UnsafeRawBufferPointer, in file: UnsafeRawBufferPointer
  ) -> [Entry]? {
    guard bytes.count >= 48 else { return nil }
    // Since 2.33 the cache says what byte order it has; before, it has that of its machine.
    let order = unsafe bytes[28] & 3
    let isLittleEndian = order == 2 || order != 3 && 1.littleEndian == 1
    let reader = unsafe ByteReader(bytes, isLittleEndian: isLittleEndian)
    let strings = unsafe StringTable(bytes)
    guard let count: UInt32 = reader.integer(at: 20), Int(count) <= (reader.count - 48) / 24 else {
      return nil
    }
    // All texts together: those of an honest cache do not overlap.
    var budget = 2 * reader.count
    func text(_ offset: UInt32) -> String? {
      var length = min(4096, budget)
      let before = length
      defer { budget -= before - length }
      return strings.text(at: UInt64(offset), budget: &length)
    }
    let extensionOffset = reader.integer(at: 32, as: UInt32.self) ?? 0
    let whole = unsafe ByteReader(file, isLittleEndian: isLittleEndian)
    let capabilities = capabilities(in: whole, at: Int(extensionOffset)).map(text)
    var entries: [Entry] = []
    for index in 0..<Int(count) {
      let offset = 48 + index * 24
      guard let flags: UInt32 = reader.integer(at: offset),
        let key: UInt32 = reader.integer(at: offset + 4),
        let value: UInt32 = reader.integer(at: offset + 8),
        let capability: UInt64 = reader.integer(at: offset + 16),
        let name = text(key), let path = text(value)
      else { continue }
      var entry = Entry(name: name, path: path, flags: flags, capability: nil)
      if capability >> 32 == 1 << 30 {
        let position = Int(capability & 0xffff_ffff)
        guard position < capabilities.count, let text = capabilities[position] else { continue }
        entry.capability = text
      } else if capability != 0 {
        continue
      }
      entries.append(entry)
    }
    return entries
  }

  /// Where the names of hardware capabilities begin, from the extension behind the strings.
  private static func capabilities(in reader: ByteReader, at start: Int) -> [UInt32] {
    guard start > 0, let magic: UInt32 = reader.integer(at: start), magic == 0xeaa4_2174,
      let count: UInt32 = reader.integer(at: start + 4)
    else { return [] }
    for index in 0..<min(Int(count), 64) {
      let section = start + 8 + index * 16
      guard let tag: UInt32 = reader.integer(at: section),
        let offset: UInt32 = reader.integer(at: section + 8),
        let size: UInt32 = reader.integer(at: section + 12)
      else { return [] }
      // Tag 1: the subdirectories of glibc-hwcaps.
      if tag == 1 {
        return (0..<min(Int(size) / 4, 1024)).compactMap {
          reader.integer(at: Int(offset) + $0 * 4, as: UInt32.self)
        }
      }
    }
    return []
  }

  /// Where the library `name` lies, as the loader chooses among several: that of the best capability,
  /// else the first without one.
  ///
  /// - Parameters:
  ///   - flags: those that an entry must have.
  ///   - capabilities: those that the processor has, the best one first.
  /// - Complexity: O(entries of that name).
  public func path(of name: String, flags: UInt32, capabilities: [String] = []) -> String? {
    var best: (rank: Int, path: String)?
    for position in positions[name] ?? [] where entries[position].flags == flags {
      let entry = entries[position]
      let rank = entry.capability.map { capabilities.firstIndex(of: $0) } ?? capabilities.count
      guard let rank else { continue }
      if best.map({ rank < $0.rank }) ?? true { best = (rank, entry.path) }
    }
    return best?.path
  }
}
