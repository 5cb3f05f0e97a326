internal import CElf
internal import Glibc
internal import Platform

extension ELFFile {
  /// The bytes at a range of the file, which last as long as the call; nil where there are none, more
  /// than ``largestTable`` or they cannot be read.
  ///
  /// Nothing is kept but large tables of strings: what lies behind the head of the file is read again by
  /// the next call.
  package func withBytes<Result>(
    at offset: UInt64, count: UInt64, _ body: (UnsafeRawBufferPointer) throws -> Result
  ) rethrows -> Result? {
    guard count > 0, count <= Self.largestTable, offset <= UInt64(fileSize),
      count <= UInt64(fileSize) - offset
    else { return nil }
    if offset + count <= UInt64(head.count) {
      return try unsafe body(
        UnsafeRawBufferPointer(rebasing: head.bytes[Int(offset)..<Int(offset + count)]))
    }
    let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: Int(count), alignment: 16)
    defer { unsafe bytes.deallocate() }
    guard unsafe Self.read(descriptor, into: bytes, at: offset) else { return nil }
    return try unsafe body(UnsafeRawBufferPointer(bytes))
  }

  /// Fills `bytes` from an offset on; false where the file does not hold as many any more.
  static func read(
    _ file: borrowing FileDescriptor, into bytes: UnsafeMutableRawBufferPointer, at offset: UInt64
  ) -> Bool {
    unsafe (try? file.read(into: bytes, at: Int(offset))) == bytes.count
  }

  /// The largest table that is read whole. A file can claim any size at no cost by being sparse; the
  /// largest tables that linkers write are a tenth of this.
  package static var largestTable: UInt64 { 256 << 20 }

  /// The bytes of a table with entries of `width` bytes, and how many there are, whatever the section
  /// says of their size; nil where it is too large, compressed, cannot be read or ends within an entry.
  func withEntries<Result>(
    of section: Section, width: Int, _ body: (ByteReader, Int) throws -> Result
  ) rethrows -> Result? {
    guard !section.isCompressed, section.size <= Self.largestTable,
      section.size % UInt64(width) == 0
    else { return nil }
    guard section.size > 0 else {
      return try unsafe body(
        ByteReader(UnsafeRawBufferPointer(start: nil, count: 0), isLittleEndian: true), 0)
    }
    return try unsafe withBytes(at: section.offset, count: section.size) { bytes in
      try unsafe body(
        ByteReader(bytes, isLittleEndian: header.isLittleEndian), bytes.count / width)
    }
  }

  /// The strings that the entries of a section refer to; nil where it links to no string table.
  package func withStrings<Result>(
    of section: Section, _ body: (StringTable) throws -> Result
  ) rethrows -> Result? {
    guard let table = self.section(at: section.link) else { return nil }
    return try strings(in: table, body)
  }

  private func strings<Result>(
    in table: Section, _ body: (StringTable) throws -> Result
  ) rethrows -> Result? {
    guard table.type == UInt32(SHT_STRTAB), table.size <= Self.largestTable else { return nil }
    return try strings(at: table.offset, count: table.size, body)
  }

  /// The strings at a range of the file. A large table is kept for the next who asks: symbols, versions
  /// and libraries are named by the same one.
  func strings<Result>(
    at offset: UInt64, count: UInt64, _ body: (StringTable) throws -> Result
  ) rethrows -> Result? {
    guard count >= FileCache.leastStrings else {
      return try unsafe withBytes(at: offset, count: count) { bytes in
        try unsafe body(StringTable(bytes))
      }
    }
    let table = unsafe kept.table(at: offset, count: count) {
      unsafe readWhole(at: offset, count: count)
    }
    // Held here, so that another table that is read meanwhile does not take its place away.
    return try table.map { table in
      defer { withExtendedLifetime(table) {} }
      return try unsafe body(StringTable(table.bytes))
    }
  }

  /// The bytes at a range of the file, for the caller to deallocate.
  private func readWhole(at offset: UInt64, count: UInt64) -> UnsafeRawBufferPointer? {
    guard count > 0, count <= Self.largestTable, offset <= UInt64(fileSize),
      count <= UInt64(fileSize) - offset
    else { return nil }
    let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: Int(count), alignment: 16)
    guard unsafe Self.read(descriptor, into: bytes, at: offset) else {
      unsafe bytes.deallocate()
      return nil
    }
    return UnsafeRawBufferPointer(bytes)
  }

  /// The bytes of a section as they stand in the file; nil where it has none there, is larger than
  /// 256 MB or cannot be read.
  ///
  /// - Complexity: O(*n*), the size of the section.
  public func contents(of section: Section) -> [UInt8]? {
    guard !section.hasNoBits, section.size <= Self.largestTable else { return nil }
    var bytes = [UInt8](repeating: 0, count: Int(section.size))
    let isRead = unsafe bytes.withUnsafeMutableBytes { buffer in
      unsafe Self.read(descriptor, into: buffer, at: section.offset)
    }
    return isRead ? bytes : nil
  }

  package func section(ofType type: UInt32) -> Section? { sectionHeaders.first(ofType: type) }

  /// The section with a number that something in the file gives; nil where there is none.
  func section(at number: UInt32) -> Section? {
    Int(number) < sectionHeaders.count ? sectionHeaders[Int(number)] : nil
  }

  /// The section's name; empty where the file has no valid one.
  ///
  /// Names are made on demand: a host that admits plugins needs none of them.
  public func name(of section: Section) -> String {
    names(of: CollectionOfOne(section))[0]
  }

  /// The names of all sections, in the order of ``sections``.
  public func sectionNames() -> [String] { names(of: sections) }

  private func names(of wanted: some Collection<Section>) -> [String] {
    withSectionNames { strings in
      // What all of them may take, in a file whose sections share one long name.
      var left = Self.longestSectionNames
      return wanted.map { section in
        let most = min(Self.longestSectionName, left)
        var budget = most
        defer { left -= most - budget }
        return strings.text(at: UInt64(section.nameOffset), budget: &budget) ?? ""
      }
    } ?? wanted.map { _ in "" }
  }

  /// The table that holds the names of sections, borrowed for the call; nil where there is none.
  func withSectionNames<Result>(_ body: (StringTable) throws -> Result) rethrows -> Result? {
    try section(at: sectionNamesIndex).flatMap { try strings(in: $0, body) }
  }

  /// Which section holds the names of sections, if there is one with that number.
  package var sectionNamesIndex: UInt32 {
    // 65,535 says that the number is elsewhere: there are that many sections.
    tables.namesIndex == UInt16(SHN_XINDEX)
      ? section(at: 0)?.link ?? 0 : UInt32(tables.namesIndex)
  }

  /// Bytes; a name that goes on behind them is none.
  static var longestSectionName: Int { 4096 }
  /// Bytes of all names together; those of sections behind them are empty.
  static var longestSectionNames: Int { 64 << 20 }
}

/// Strings that end with NUL, by where they begin.
///
/// A lookup never costs more than what it returns: a table may hold one string of many megabytes,
/// and a hundred thousand symbols may name it.
@safe public struct StringTable {
  private let bytes: UnsafeRawBufferPointer

  init(_ bytes: UnsafeRawBufferPointer) { unsafe self.bytes = bytes }

  private var count: Int { unsafe bytes.count }

  /// Whether the string at `offset` is `name`, which holds no NUL.
  ///
  /// - Complexity: O(*n*), the length of `name`.
  package func holds(_ name: [UInt8], at offset: Int) -> Bool {
    guard offset >= 0, offset < count, name.count < count - offset,
      unsafe bytes[offset + name.count] == 0
    else { return false }
    return unsafe memcmp(bytes.baseAddress! + offset, name, name.count) == 0
  }

  /// Where the string at `offset` ends, its NUL; nil where it has none or begins behind the table.
  ///
  /// - Complexity: O(*n*), the length of the string.
  public func end(of offset: UInt32) -> Int? {
    let offset = Int(offset)
    guard offset < count else { return nil }
    let start = unsafe bytes.baseAddress! + offset
    return unsafe memchr(start, 0, count - offset).map {
      unsafe UnsafeRawPointer($0) - bytes.baseAddress!
    }
  }

  /// The string at `offset` and its ``NameHash``; nil as for ``end(of:)``. The pointer holds as long as the table.
  ///
  /// - Complexity: O(*n*), the length of the string.
  @unsafe @inline(__always)
  func hashed(at offset: Int) -> (hash: UInt64, name: UnsafeRawBufferPointer)? {
    guard offset >= 0, offset < count else { return nil }
    let start = unsafe bytes.baseAddress! + offset
    guard let (hash, length) = unsafe NameHash.ofString(start, limit: count - offset) else {
      return nil
    }
    return unsafe (hash, UnsafeRawBufferPointer(start: start, count: length))
  }

  /// How long the string at `offset` is; nil where it is empty, has no end or is longer than `limit`.
  ///
  /// - Complexity: O(*n*), the length of the string.
  func length(at offset: Int, limit: Int) -> Int? {
    guard offset >= 0, offset < count else { return nil }
    let start = unsafe bytes.baseAddress! + offset
    guard let end = unsafe memchr(start, 0, min(count - offset, limit + 1)) else { return nil }
    let length = unsafe UnsafeRawPointer(end) - start
    return length > 0 ? length : nil
  }

  /// The bytes of a range that lies within the table, for instance up to ``end(of:)``.
  ///
  /// The pointer holds as long as the table.
  @unsafe public subscript(range: Range<Int>) -> UnsafeRawBufferPointer {
    unsafe UnsafeRawBufferPointer(rebasing: bytes[range])
  }

  /// The string at `offset`; nil where it has no end or is longer than `budget` bytes, which then are
  /// used up.
  ///
  /// - Parameter budget: how many bytes the caller is still ready to take; reduced by the length.
  /// - Complexity: O(*n*), the length of the string.
  package func text(at offset: UInt64, budget: inout Int) -> String? {
    guard let offset = Int(exactly: offset), offset < count else { return nil }
    let start = unsafe bytes.baseAddress! + offset
    let limit = min(count - offset, budget + 1)
    guard let end = unsafe memchr(start, 0, limit) else {
      budget = 0
      return nil
    }
    let length = unsafe UnsafeRawPointer(end) - start
    budget -= length
    return unsafe String(
      decoding: UnsafeRawBufferPointer(start: start, count: length), as: UTF8.self)
  }
}

/// Reads integers of a file's byte order out of its bytes, never past the end.
@safe package struct ByteReader {
  // Whoever goes through a large table in another module would pay for each call of these.
  @usableFromInline package let bytes: UnsafeRawBufferPointer
  @usableFromInline package let isLittleEndian: Bool

  package init(_ bytes: UnsafeRawBufferPointer, isLittleEndian: Bool) {
    unsafe self.bytes = bytes
    self.isLittleEndian = isLittleEndian
  }

  @inlinable package var count: Int { unsafe bytes.count }

  /// The integer at `offset`, or nil where it does not lie within the bytes.
  @inlinable package func integer<Value: FixedWidthInteger & BitwiseCopyable>(
    at offset: Int, as type: Value.Type = Value.self
  ) -> Value? {
    guard offset >= 0, offset <= count - MemoryLayout<Value>.size else { return nil }
    let value = unsafe bytes.loadUnaligned(fromByteOffset: offset, as: Value.self)
    return isLittleEndian ? Value(littleEndian: value) : Value(bigEndian: value)
  }

  /// The address-sized integer at `offset`.
  @inlinable package func word(at offset: Int, is64Bit: Bool) -> UInt64? {
    is64Bit
      ? integer(at: offset, as: UInt64.self)
      : integer(at: offset, as: UInt32.self).map(UInt64.init)
  }

  /// Whether the bytes of a range begin with `wanted`; false where the range does not lie within the bytes.
  package func holds(_ wanted: [UInt8], at range: Range<Int>) -> Bool {
    guard range.lowerBound >= 0, range.upperBound <= count, wanted.count <= range.count,
      let start = unsafe bytes.baseAddress
    else { return false }
    return unsafe memcmp(start + range.lowerBound, wanted, wanted.count) == 0
  }

  /// The text in a fixed field: up to its NUL, nil where it lacks one or is not UTF-8.
  package func text(at offset: Int, capacity: Int) -> String? {
    guard offset >= 0, capacity > 0, offset <= count - capacity,
      let start = unsafe bytes.baseAddress.map({ unsafe $0 + offset }),
      unsafe memchr(start, 0, capacity) != nil
    else { return nil }
    return unsafe String(validatingCString: start.assumingMemoryBound(to: CChar.self))
  }
}
