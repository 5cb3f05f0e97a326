internal import CElf

/// What the file holds to unwind one function.
public struct UnwindEntry: Equatable, Sendable {
  /// Bytes of the entry in `.eh_frame`, its length field included.
  public var size: UInt64
  /// The address where the function begins.
  public var function: UInt64
  /// The address of its table for catches and clean-up; nil where it needs none.
  public var exceptionTable: UInt64? = nil
}

extension ELFFile {
  /// Calls `body` with each entry of an `.eh_frame` section that describes a function; one that lies
  /// about its size ends the walk.
  ///
  /// Source: Linux Standard Base Core 5.0, §10.6.1 "The .eh_frame section".
  /// - Complexity: O(bytes of the section).
  public func forEachUnwindEntry(in section: Section, _ body: (UnwindEntry) -> Void) {
    guard section.type != UInt32(SHT_NOBITS), section.flags & UInt64(SHF_COMPRESSED) == 0 else {
      return
    }
    unsafe withBytes(at: section.offset, count: section.size) { bytes in
      let reader = unsafe ByteReader(bytes, isLittleEndian: header.isLittleEndian)
      var encodings: [Int: PointerEncodings] = [:]
      var offset = 0
      while let length: UInt32 = reader.integer(at: offset), length != 0 {
        // A length of all ones announces one of 64 bits, which no linker writes here.
        let start = offset + 4
        let (end, overflow) = start.addingReportingOverflow(Int(length))
        guard length != .max, !overflow, end <= reader.count,
          let pointer: UInt32 = reader.integer(at: start)
        else { return }
        if pointer == 0 {
          encodings[offset] = pointerEncodings(in: reader, from: start + 4, to: end)
        } else if let encodings = encodings[start - Int(pointer)],
          let function = pointerValue(
            in: reader, at: start + 4, encoding: encodings.function,
            address: section.address &+ UInt64(start + 4))
        {
          let table = exceptionTable(
            in: reader, at: start + 4, to: end, encodings, sectionAddress: section.address)
          body(
            UnwindEntry(size: UInt64(end - offset), function: function, exceptionTable: table))
        }
        offset = end
      }
    }
  }

  /// How a common information entry says that addresses are written.
  private struct PointerEncodings {
    /// Of functions; the machine's own way where it says nothing.
    var function: UInt8 = 0
    /// Of tables of exceptions; nil where there are none.
    var exceptionTable: UInt8?
  }

  /// Where a function's entry says that its table of exceptions lies: behind the function's address and
  /// length and the length of what follows them.
  private func exceptionTable(
    in reader: ByteReader, at start: Int, to end: Int, _ encodings: PointerEncodings,
    sectionAddress: UInt64
  ) -> UInt64? {
    guard let encoding = encodings.exceptionTable, let size = pointerSize(encodings.function) else {
      return nil
    }
    var position = start + 2 * size
    while position < end, let byte: UInt8 = reader.integer(at: position), byte & 0x80 != 0 {
      position += 1
    }
    position += 1
    guard let pointer = pointerSize(encoding), position + pointer <= end,
      // Nothing is written as nothing, however it would be read.
      (position..<position + pointer).contains(where: { reader.integer(at: $0) != (0 as UInt8) })
    else { return nil }
    return pointerValue(
      in: reader, at: position, encoding: encoding,
      address: sectionAddress &+ UInt64(position))
  }

  private func pointerEncodings(
    in reader: ByteReader, from start: Int, to end: Int
  ) -> PointerEncodings {
    var encodings = PointerEncodings()
    var position = start
    func next() -> UInt8 {
      defer { position += 1 }
      return position < end ? reader.integer(at: position) ?? 0 : 0
    }
    func skipNumber() { while position < end, next() & 0x80 != 0 {} }

    let version = next()
    var augmentation: [UInt8] = []
    while case let byte = next(), byte != 0, augmentation.count < 8 { augmentation.append(byte) }
    guard augmentation.first == UInt8(ascii: "z") else { return encodings }
    skipNumber()  // code alignment
    skipNumber()  // data alignment
    if version == 1 { _ = next() } else { skipNumber() }  // return address
    skipNumber()  // length of what follows
    for letter in augmentation.dropFirst() {
      switch letter {
      case UInt8(ascii: "R"): encodings.function = next()
      case UInt8(ascii: "L"): encodings.exceptionTable = next()
      case UInt8(ascii: "P"):
        let encoding = next()
        guard let size = pointerSize(encoding) else {
          return PointerEncodings(function: 0xff, exceptionTable: nil)
        }
        position += size
      default: break
      }
    }
    return encodings
  }

  /// Bytes of a pointer in `encoding` (`DW_EH_PE_…`); nil where it is omitted or of variable length.
  private func pointerSize(_ encoding: UInt8) -> Int? {
    guard encoding != 0xff else { return nil }
    return switch encoding & 7 {
    case 0: header.is64Bit ? 8 : 4
    case 2: 2
    case 3: 4
    case 4: 8
    default: nil
    }
  }

  /// - Parameter address: where the pointer itself lies, for those that are relative to it.
  private func pointerValue(
    in reader: ByteReader, at offset: Int, encoding: UInt8, address: UInt64
  ) -> UInt64? {
    let isSigned = encoding & 8 != 0
    let value: UInt64? =
      switch (pointerSize(encoding), isSigned) {
      case (2, false): (reader.integer(at: offset) as UInt16?).map(UInt64.init)
      case (2, true): (reader.integer(at: offset) as Int16?).map(UInt64.init(truncatingIfNeeded:))
      case (4, false): (reader.integer(at: offset) as UInt32?).map(UInt64.init)
      case (4, true): (reader.integer(at: offset) as Int32?).map(UInt64.init(truncatingIfNeeded:))
      case (8, _): reader.integer(at: offset)
      default: nil
      }
    // Relative to its own place (DW_EH_PE_pcrel) or absolute; the others do not occur here.
    return switch encoding & 0x70 {
    case 0x10: value.map { $0 &+ address }
    case 0: value
    default: nil
    }
  }
}
