internal import CElf
internal import Platform

extension ELFFile {
  /// Where a file's tables of segments and sections lie, as its header says.
  package struct Tables: Equatable, Sendable {
    var header: Header
    /// Bytes that the header says it has (`e_ehsize`).
    package var headerSize: UInt16
    package var segments: Table
    package var sections: Table
    /// `e_shstrndx`.
    package var namesIndex: UInt16

    /// One of the two.
    package struct Table: Equatable, Sendable {
      package var offset: UInt64
      /// What the header says of an entry's size.
      package var entrySize: UInt16
      package var count: Int
    }
  }
}

/// A file whose tables are being read.
@safe struct ImageBytes {
  let path: String
  let fileSize: Int
  /// The first bytes of the file.
  let head: UnsafeRawBufferPointer

  init(path: String, fileSize: Int, head: UnsafeRawBufferPointer) {
    self.path = path
    self.fileSize = fileSize
    unsafe self.head = head
  }

  // MARK: Header

  /// Reads the header and holds its two tables against the end of the file.
  ///
  /// Source: the generic ABI, "ELF Header"; `elf.h`, `Elf64_Ehdr` and `Elf32_Ehdr`.
  func readTables(_ file: borrowing FileDescriptor) throws(ELFError) -> ELFFile.Tables {
    let bytes = unsafe ByteReader(head, isLittleEndian: true)
    guard (bytes.integer(at: 0) as UInt32?) == 0x464c_457f else {
      throw ELFError(
        .notELF, path: path, field: "magic number",
        found: fileSize < 4 ? "\(fileSize) bytes" : "something else", expected: "an ELF file")
    }
    // The header of a 32-bit file, the shorter of the two.
    guard fileSize >= 52, let ident: UInt32 = bytes.integer(at: 4) else { throw shortHeader(52) }
    let (fileClass, order, version) = (ident & 0xff, ident >> 8 & 0xff, ident >> 16 & 0xff)
    guard fileClass == UInt32(ELFCLASS32) || fileClass == UInt32(ELFCLASS64),
      order == UInt32(ELFDATA2LSB) || order == UInt32(ELFDATA2MSB), version == UInt32(EV_CURRENT)
    else {
      throw ELFError(
        .malformed, path: path, field: "ELF header", found: "of an unknown class or version",
        expected: "a valid one")
    }
    let is64Bit = fileClass == UInt32(ELFCLASS64)
    let reader = unsafe ByteReader(head, isLittleEndian: order == UInt32(ELFDATA2LSB))
    // Behind the entry, whose place and that of the tables are as wide as an address.
    let word = is64Bit ? 8 : 4
    let rest = 24 + 3 * word
    guard let type: UInt16 = reader.integer(at: 16), let machine: UInt16 = reader.integer(at: 18),
      let segmentOffset = reader.word(at: 24 + word, is64Bit: is64Bit),
      let sectionOffset = reader.word(at: 24 + 2 * word, is64Bit: is64Bit),
      let headerSize: UInt16 = reader.integer(at: rest + 4),
      let segmentSize: UInt16 = reader.integer(at: rest + 6),
      let segmentCount: UInt16 = reader.integer(at: rest + 8),
      let sectionSize: UInt16 = reader.integer(at: rest + 10),
      let sectionCount: UInt16 = reader.integer(at: rest + 12),
      let namesIndex: UInt16 = reader.integer(at: rest + 14)
    else { throw shortHeader(64) }
    let header = ELFFile.Header(
      is64Bit: is64Bit, isLittleEndian: reader.isLittleEndian, machine: machine, type: type)
    var sections = ELFFile.Tables.Table(
      offset: sectionOffset, entrySize: sectionSize, count: Int(sectionCount))
    if sectionCount == 0 && sectionOffset > 0 {
      sections.count = try sectionCountElsewhere(file, header, at: sectionOffset)
    }
    let segments = ELFFile.Tables.Table(
      offset: segmentOffset, entrySize: segmentSize, count: Int(segmentCount))
    if segmentCount > 0 {
      try check(segments, "program header", entrySize: is64Bit ? 56 : 32, saysCount: segmentCount)
    }
    if sectionCount > 0 || sectionOffset > 0 {
      try check(sections, "section header", entrySize: is64Bit ? 64 : 40, saysCount: sectionCount)
    }
    // PN_XNUM: the number of segments would be elsewhere.
    guard segmentCount < 0xffff else {
      throw ELFError(
        .malformed, path: path, field: "program header count", found: "65535 or more",
        expected: "fewer")
    }
    if sections.count == 0 && sectionOffset > 0 {
      throw ELFError(
        .truncated, path: path, field: "section header table", found: "more than the file holds",
        expected: "an end within the file's \(fileSize) bytes")
    }
    return ELFFile.Tables(
      header: header, headerSize: headerSize, segments: segments, sections: sections,
      namesIndex: namesIndex)
  }

  private func shortHeader(_ expected: Int) -> ELFError {
    ELFError(
      .truncated, path: path, field: "ELF header", found: "\(fileSize) bytes",
      expected: "at least \(expected)")
  }

  /// A number of sections that does not fit into the header: 0 there says that it is the size of the
  /// first section; 0 where that cannot be read.
  private func sectionCountElsewhere(
    _ file: borrowing FileDescriptor, _ header: ELFFile.Header, at table: UInt64
  ) throws(ELFError) -> Int {
    let width = UInt64(header.is64Bit ? 64 : 40)
    guard table <= UInt64(fileSize), width <= UInt64(fileSize) - table else { return 0 }
    let count = try unsafe withBytes(of: file, at: table, count: width) { bytes -> UInt64 in
      let reader = unsafe ByteReader(bytes, isLittleEndian: header.isLittleEndian)
      return reader.word(at: header.is64Bit ? 32 : 20, is64Bit: header.is64Bit) ?? 0
    }
    guard count <= (UInt64(fileSize) - table) / width else {
      throw ELFError(
        .truncated, path: path, field: "section header table", found: "\(count) entries",
        expected: "an end within the file's \(fileSize) bytes")
    }
    guard count <= Self.mostSections else {
      throw ELFError(
        .malformed, path: path, field: "section header count", found: "\(count)",
        expected: "at most \(Self.mostSections)")
    }
    return Int(count)
  }

  private func check(
    _ table: ELFFile.Tables.Table, _ name: String, entrySize: UInt16, saysCount count: UInt16
  ) throws(ELFError) {
    guard table.offset != 0 else {
      throw ELFError(
        .malformed, path: path, field: "\(name) table",
        found: "\(count) entries at the beginning of the file", expected: "them behind the header")
    }
    guard table.entrySize == entrySize || count == 0 else {
      throw ELFError(
        .malformed, path: path, field: "\(name) size", found: "\(table.entrySize)",
        expected: "\(entrySize)")
    }
    // A section table of more than 65,279 entries has its length elsewhere, but one entry at least.
    let length = UInt64(max(count, 1)) * UInt64(entrySize)
    guard table.offset <= UInt64(fileSize), length <= UInt64(fileSize) - table.offset else {
      throw ELFError(
        .truncated, path: path, field: "\(name) table",
        found: "a range of \(length) bytes at \(table.offset)",
        expected: "an end within the file's \(fileSize) bytes")
    }
  }

  // MARK: Tables

  /// Source: `elf.h`, `Elf64_Phdr` and `Elf32_Phdr`.
  func readSegments(
    _ file: borrowing FileDescriptor, _ tables: ELFFile.Tables
  ) throws(ELFError) -> [ELFFile.Segment] {
    guard tables.segments.count > 0 else { return [] }
    let is64Bit = tables.header.is64Bit
    let width = is64Bit ? 56 : 32
    let word = tables.header.wordSize
    let segments = try unsafe withBytes(
      of: file, at: tables.segments.offset, count: UInt64(tables.segments.count * width)
    ) { bytes -> [ELFFile.Segment] in
      let reader = unsafe ByteReader(bytes, isLittleEndian: tables.header.isLittleEndian)
      var segments: [ELFFile.Segment] = []
      segments.reserveCapacity(tables.segments.count)
      if tables.header.isLaidOutAsHere {
        for index in 0..<tables.segments.count {
          segments.append(
            unsafe ELFFile.Segment(
              bytes.loadUnaligned(fromByteOffset: index * width, as: Elf64_Phdr.self)))
        }
        return segments
      }
      for start in stride(from: 0, to: reader.count, by: width) {
        // The flags stand second of 64 bits and last but one of 32.
        let first = start + word
        guard let type: UInt32 = reader.integer(at: start),
          let flags: UInt32 = reader.integer(at: start + (is64Bit ? 4 : 24)),
          let offset = reader.word(at: first, is64Bit: is64Bit),
          let address = reader.word(at: first + word, is64Bit: is64Bit),
          let fileSize = reader.word(at: first + 3 * word, is64Bit: is64Bit),
          let memorySize = reader.word(at: first + 4 * word, is64Bit: is64Bit),
          let alignment = reader.word(at: start + (is64Bit ? 48 : 28), is64Bit: is64Bit)
        else { break }
        segments.append(
          ELFFile.Segment(
            type: type, flags: flags, offset: offset, address: address, fileSize: fileSize,
            memorySize: memorySize, alignment: alignment))
      }
      return segments
    }
    try check(segments)
    return segments
  }

  /// Holds the segments against the file, and the loaded ones against what the loader takes for granted:
  /// it maps them where they say, one after the other, over whatever lies there.
  private func check(_ segments: [ELFFile.Segment]) throws(ELFError) {
    for (index, segment) in segments.enumerated() {
      let (end, overflow) = segment.offset.addingReportingOverflow(segment.fileSize)
      guard !overflow, end <= UInt64(fileSize) else {
        throw ELFError(
          .truncated, path: path, field: "segment \(index)",
          found: "a range that ends at \(segment.offset) + \(segment.fileSize)",
          expected: "an end within the file's \(fileSize) bytes")
      }
    }
    var end: UInt64 = 0
    for (index, segment) in segments.enumerated() where segment.isLoaded {
      guard segment.memorySize >= segment.fileSize else {
        throw ELFError(
          .malformed, path: path, field: "segment \(index)",
          found: "\(segment.memorySize) bytes in memory for \(segment.fileSize) in the file",
          expected: "no fewer")
      }
      let (next, overflow) = segment.address.addingReportingOverflow(segment.memorySize)
      guard segment.address >= end, !overflow else {
        throw ELFError(
          .malformed, path: path, field: "segment \(index)",
          found: "the address 0x\(String(segment.address, radix: 16))",
          expected: "one behind the segment before it")
      }
      end = next
    }
  }

  /// The bytes of a range that lies in the file.
  func withBytes<Result>(
    of file: borrowing FileDescriptor, at offset: UInt64, count: UInt64,
    _ body: (UnsafeRawBufferPointer) -> Result
  ) throws(ELFError) -> Result {
    if unsafe offset + count <= UInt64(head.count) {
      return unsafe body(
        UnsafeRawBufferPointer(rebasing: head[Int(offset)..<Int(offset + count)]))
    }
    let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: Int(count), alignment: 16)
    defer { unsafe bytes.deallocate() }
    guard unsafe ELFFile.read(file, into: bytes, at: offset) else {
      throw ELFFile.changed(path)
    }
    return unsafe body(UnsafeRawBufferPointer(bytes))
  }
}

extension ELFFile.Header {
  /// Structures of the file are those of a program that was compiled for this machine.
  var isLaidOutAsHere: Bool {
    is64Bit && isLittleEndian == (UInt16(1).littleEndian == 1)
  }
}

extension ELFFile.Segment {
  fileprivate init(_ raw: Elf64_Phdr) {
    self.init(
      type: raw.p_type, flags: raw.p_flags, offset: raw.p_offset, address: raw.p_vaddr,
      fileSize: raw.p_filesz, memorySize: raw.p_memsz, alignment: raw.p_align)
  }
}
