internal import CElf
internal import Platform

/// The headers of a file's sections, as this machine lays them out; made into values where somebody asks for one.
@safe struct SectionHeaders: ~Copyable {
  private let bytes: UnsafeRawBufferPointer
  /// The memory goes with this value.
  private let isOwned: Bool
  static var width: Int { MemoryLayout<Elf64_Shdr>.size }

  /// - Parameters:
  ///   - bytes: a whole number of headers.
  ///   - isOwned: they were allocated for this; else they last longer.
  init(_ bytes: UnsafeRawBufferPointer, isOwned: Bool) {
    unsafe self.bytes = bytes
    self.isOwned = isOwned
  }

  deinit { if isOwned { unsafe bytes.deallocate() } }

  var count: Int { unsafe bytes.count / Self.width }

  /// The first header with this type.
  func first(ofType type: UInt32) -> ELFFile.Section? {
    for index in 0..<count where raw(index).sh_type == type { return self[index] }
    return nil
  }

  func raw(_ index: Int) -> Elf64_Shdr {
    unsafe bytes.loadUnaligned(fromByteOffset: index * Self.width, as: Elf64_Shdr.self)
  }

  /// - Precondition: `index` is below ``count``.
  subscript(index: Int) -> ELFFile.Section {
    let raw = raw(index)
    return ELFFile.Section(
      index: index, nameOffset: Int(raw.sh_name), type: raw.sh_type, flags: raw.sh_flags,
      address: raw.sh_addr, offset: raw.sh_offset, size: raw.sh_size, entrySize: raw.sh_entsize,
      link: raw.sh_link, info: raw.sh_info, alignment: raw.sh_addralign)
  }
}

extension ImageBytes {
  /// Sections of a file: linkers write as many where every function of a large program has its own.
  static var mostSections: UInt64 { 1 << 20 }

  /// Source: `elf.h`, `Elf64_Shdr` and `Elf32_Shdr`.
  ///
  /// - Parameter room: memory that lasts as long as the headers are used, for those that are no longer.
  func readSections(
    _ file: borrowing FileDescriptor, _ tables: ELFFile.Tables,
    room: UnsafeMutableRawBufferPointer
  ) throws(ELFError) -> SectionHeaders {
    let headers = unsafe try readHeaders(file, tables, room: room)
    try check(headers)
    return headers
  }

  private func readHeaders(
    _ file: borrowing FileDescriptor, _ tables: ELFFile.Tables,
    room: UnsafeMutableRawBufferPointer
  ) throws(ELFError) -> SectionHeaders {
    let count = tables.sections.count
    guard count > 0 else {
      return unsafe SectionHeaders(UnsafeRawBufferPointer(start: nil, count: 0), isOwned: false)
    }
    guard tables.header.isLaidOutAsHere else { return try readForeignHeaders(file, tables) }
    let size = count * SectionHeaders.width
    if unsafe tables.sections.offset + UInt64(size) <= UInt64(head.count) {
      let start = Int(tables.sections.offset)
      return unsafe SectionHeaders(
        UnsafeRawBufferPointer(rebasing: head[start..<start + size]), isOwned: false)
    }
    let isOwned = size > room.count
    let memory =
      unsafe isOwned
      ? .allocate(byteCount: size, alignment: 16)
      : UnsafeMutableRawBufferPointer(rebasing: room[..<size])
    let headers = unsafe SectionHeaders(UnsafeRawBufferPointer(memory), isOwned: isOwned)
    guard unsafe ELFFile.read(file, into: memory, at: tables.sections.offset) else {
      throw ELFFile.changed(path)
    }
    return headers
  }

  /// Headers of 32 bits, or of another order of bytes.
  private func readForeignHeaders(
    _ file: borrowing FileDescriptor, _ tables: ELFFile.Tables
  ) throws(ELFError) -> SectionHeaders {
    let count = tables.sections.count
    let is64Bit = tables.header.is64Bit
    let word = tables.header.wordSize
    let width = 16 + 6 * word
    let memory = UnsafeMutableRawBufferPointer.allocate(
      byteCount: count * SectionHeaders.width, alignment: 16)
    let headers = unsafe SectionHeaders(UnsafeRawBufferPointer(memory), isOwned: true)
    try unsafe withBytes(
      of: file, at: tables.sections.offset, count: UInt64(count * width)
    ) { bytes in
      let reader = unsafe ByteReader(bytes, isLittleEndian: tables.header.isLittleEndian)
      for index in 0..<count {
        let start = index * width
        let link = start + 8 + 4 * word
        // All of them lie within the bytes.
        func half(_ offset: Int) -> UInt32 { reader.integer(at: offset) ?? 0 }
        func whole(_ offset: Int) -> UInt64 { reader.word(at: offset, is64Bit: is64Bit) ?? 0 }
        let header = Elf64_Shdr(
          sh_name: half(start), sh_type: half(start + 4), sh_flags: whole(start + 8),
          sh_addr: whole(start + 8 + word), sh_offset: whole(start + 8 + 2 * word),
          sh_size: whole(start + 8 + 3 * word), sh_link: half(link), sh_info: half(link + 4),
          sh_addralign: whole(link + 8), sh_entsize: whole(link + 8 + word))
        unsafe memory.storeBytes(
          of: header, toByteOffset: index * SectionHeaders.width, as: Elf64_Shdr.self)
      }
    }
    return headers
  }

  private func check(_ headers: borrowing SectionHeaders) throws(ELFError) {
    var total: UInt64 = 0
    for index in 0..<headers.count {
      let raw = headers.raw(index)
      if raw.sh_type == UInt32(SHT_NOBITS) { continue }
      let (end, overflow) = raw.sh_offset.addingReportingOverflow(raw.sh_size)
      guard !overflow && end <= UInt64(fileSize) else {
        throw ELFError(
          .truncated, path: path, field: "section \(index)",
          found: "a range that ends at \(raw.sh_offset) + \(raw.sh_size)",
          expected: "an end within the file's \(fileSize) bytes")
      }
      if raw.sh_type != UInt32(SHT_NULL) {
        total = total.addingReportingOverflow(raw.sh_size).overflow ? .max : total + raw.sh_size
      }
      // A few may share bytes, and each has its own; but many that are each as large as the file
      // would cost its size as often to read.
      guard total / 2 <= UInt64(fileSize) else {
        throw ELFError(
          .malformed, path: path, field: "section \(index)",
          found: "one of sections that hold \(total) bytes together",
          expected: "sections that share few of the file's \(fileSize) bytes")
      }
    }
  }
}
