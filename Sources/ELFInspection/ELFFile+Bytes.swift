internal import CElf

extension ELFFile {
  /// The bytes at a range of the file, borrowed from libelf for the call.
  ///
  /// The corresponding C function is `elf_getdata_rawchunk(3)`.
  func withBytes<Result>(
    at offset: UInt64, count: UInt64, _ body: (UnsafeRawBufferPointer) -> Result
  ) -> Result? {
    guard count > 0, offset <= UInt64(fileSize), count <= UInt64(fileSize) - offset,
      let data = unsafe elf_getdata_rawchunk(elf, Int64(offset), Int(count), ELF_T_BYTE),
      let start = unsafe data.pointee.d_buf
    else { return nil }
    return unsafe body(UnsafeRawBufferPointer(start: start, count: Int(data.pointee.d_size)))
  }

  func section(ofType type: UInt32) -> Section? { sections.first { $0.type == type } }

  /// The section's name; empty where the file has no valid one.
  ///
  /// Names are made on demand: a host that admits plugins needs none of them.
  public func name(of section: Section) -> String {
    var table = 0
    guard unsafe elf_getshdrstrndx(elf, &table) == 0,
      let name = unsafe elf_strptr(elf, table, section.nameOffset)
    else { return "" }
    return unsafe String(cString: name)
  }
}

/// Reads integers of a file's byte order out of its bytes, never past the end.
@safe struct ByteReader {
  let bytes: UnsafeRawBufferPointer
  let isLittleEndian: Bool

  init(_ bytes: UnsafeRawBufferPointer, isLittleEndian: Bool) {
    unsafe self.bytes = bytes
    self.isLittleEndian = isLittleEndian
  }

  var count: Int { unsafe bytes.count }

  /// The integer at `offset`, or nil where it does not lie within the bytes.
  func integer<Value: FixedWidthInteger & BitwiseCopyable>(
    at offset: Int, as type: Value.Type = Value.self
  ) -> Value? {
    guard offset >= 0, offset <= count - MemoryLayout<Value>.size else { return nil }
    let value = unsafe bytes.loadUnaligned(fromByteOffset: offset, as: Value.self)
    return isLittleEndian ? Value(littleEndian: value) : Value(bigEndian: value)
  }

  /// The text in a fixed field: up to its NUL, nil where it lacks one or is not UTF-8.
  func text(at offset: Int, capacity: Int) -> String? {
    guard offset >= 0, capacity >= 0, offset <= count - capacity else { return nil }
    let field = unsafe UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + capacity])
    guard let end = unsafe field.firstIndex(of: 0) else { return nil }
    return unsafe String(validating: field[..<end], as: UTF8.self)
  }
}
