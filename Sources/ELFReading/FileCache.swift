/// What was made of a file's bytes and is asked for again. One thread uses it, as it does the file.
@safe final class FileCache {
  /// All of them, once somebody has asked for that.
  var sections: [ELFFile.Section]?

  /// Bytes from which on a table of strings is worth keeping.
  static var leastStrings: UInt64 { 64 << 10 }

  /// The bytes of a table, for as long as somebody holds them.
  @safe final class Table {
    let offset: UInt64
    let bytes: UnsafeRawBufferPointer

    init(offset: UInt64, _ bytes: UnsafeRawBufferPointer) {
      self.offset = offset
      unsafe self.bytes = bytes
    }

    deinit { unsafe bytes.deallocate() }
  }

  /// The table of strings that was read last.
  private var last: Table?

  /// The table at a range of the file, read by `read` unless it is the last one.
  func table(
    at offset: UInt64, count: UInt64, read: () -> UnsafeRawBufferPointer?
  ) -> Table? {
    if let last, last.offset == offset, unsafe UInt64(last.bytes.count) == count { return last }
    if let bytes = unsafe read() {
      last = unsafe Table(offset: offset, bytes)
    } else {
      last = nil
    }
    return last
  }
}
