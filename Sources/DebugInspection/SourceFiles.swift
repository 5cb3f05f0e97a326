internal import CDw
public import ELFInspection
internal import Platform

/// Which source file the code at an address was compiled from, as debug information has it.
///
/// Of C and C++ it is what a module is of Swift: a name for code that belongs together.
public struct SourceFiles: Sendable {
  /// Names without directories, each once.
  public private(set) var names: [String] = []
  /// Why not all debug information could be read; nil where it could, or there is none.
  public private(set) var flaw: Flaw?
  /// By address; of those that overlap, which only damaged files have, any.
  private var ranges: [(range: Range<UInt64>, name: UInt32)] = []

  /// Reads the compilation units of a file; empty where it has no debug information, and for a
  /// relocatable file: what its debug information says of places is still to be relocated.
  ///
  /// The corresponding C functions are `dwarf_begin_elf`, `dwarf_nextcu` and `dwarf_ranges` of libdw.
  /// - Complexity: O(*n* log *n*) in compilation units and their ranges.
  public init(_ file: borrowing ELFFile) {
    guard !file.header.isRelocatable else { return }
    let sections = Set(file.sectionNames())
    // What is left of a mapped file that somebody cuts cannot be read without a signal: not
    // `dwarf_begin`, which maps it.
    guard sections.contains(".debug_info"), sections.contains(".debug_abbrev"),
      !file.hasSectionsThatExplode, elf_version(UInt32(EV_CURRENT)) != UInt32(EV_NONE),
      let descriptor = try? file.anotherDescriptor(),
      let elf = unsafe elf_begin(descriptor.rawValue, ELF_C_READ, nil)
    else { return }
    defer { unsafe elf_end(elf) }
    guard let debug = unsafe dwarf_begin_elf(elf, DWARF_C_READ, nil) else {
      flaw = Self.flaw("sections")
      return
    }
    defer { unsafe dwarf_end(debug) }
    let texts = unsafe file.sectionNames().enumerated()
      .filter { $0.element.hasPrefix(".debug_") || $0.element.hasPrefix(".zdebug_") }
      .compactMap { unsafe Self.contents(ofSection: $0.offset, in: elf) }
    unsafe readUnits(of: debug, texts)
    ranges.sort { $0.range.lowerBound < $1.range.lowerBound }
  }

  /// What libdw reads of a section; it lives as long as `elf`.
  private static func contents(
    ofSection index: Int, in elf: OpaquePointer
  ) -> UnsafeRawBufferPointer? {
    guard let data = unsafe elf_getdata(elf_getscn(elf, index), nil),
      let start = unsafe data.pointee.d_buf
    else { return nil }
    return unsafe UnsafeRawBufferPointer(start: start, count: data.pointee.d_size)
  }

  /// The text at an address that libdw gave out; nil where its section ends before it does: not in every
  /// form that a text may have libdw looks for its end.
  private static func text(
    _ start: UnsafePointer<CChar>, in sections: [UnsafeRawBufferPointer]
  ) -> String? {
    for index in unsafe sections.indices {
      let section = unsafe sections[index]
      let rest = unsafe UnsafeRawPointer(start) - section.baseAddress!
      guard section.indices.contains(rest) else { continue }
      let bytes = unsafe section[rest...].prefix { $0 != 0 }
      return unsafe bytes.endIndex < section.endIndex ? String(decoding: bytes, as: UTF8.self) : nil
    }
    return nil
  }

  private mutating func readUnits(of debug: OpaquePointer, _ texts: [UnsafeRawBufferPointer]) {
    var known: [String: UInt32] = [:]
    var offset: Dwarf_Off = 0
    var next: Dwarf_Off = 0
    var headerSize = 0
    while ranges.count < Self.mostRanges {
      let status = unsafe dwarf_nextcu(debug, offset, &next, &headerSize, nil, nil, nil)
      // 1 is the end.
      guard status == 0, next > offset else {
        if status != 1 { flaw = flaw ?? Self.flaw("the unit at \(offset)") }
        return
      }
      var unit = unsafe Dwarf_Die()
      if unsafe dwarf_offdie(debug, offset + UInt64(headerSize), &unit) == nil
        || (unsafe dwarf_tag(&unit)) == Self.noTag
      {
        flaw = flaw ?? Self.flaw("the unit at \(offset)")
      } else if let name = unsafe dwarf_diename(&unit) {
        guard let path = unsafe Self.text(name, in: texts) else {
          flaw = flaw ?? Self.flaw("the name of the unit at \(offset)", "a text without an end")
          offset = next
          continue
        }
        let file = Path.name(of: path)
        let index = known[file] ?? UInt32(names.count)
        if known[file] == nil {
          known[file] = index
          names.append(file)
        }
        unsafe readRanges(of: &unit, name: index)
      }
      offset = next
    }
  }

  /// What `dwarf_tag` gives for an entry whose description is missing (`DW_TAG_invalid`).
  private static let noTag: Int32 = 0

  /// What libdw says went wrong last. The corresponding C function is `dwarf_errmsg`.
  private static func flaw(_ what: String) -> Flaw {
    // -1 asks for the last error, in words that stay where they are.
    flaw(what, unsafe dwarf_errmsg(-1).map { unsafe String(cString: $0) } ?? "an unknown error")
  }

  private static func flaw(_ what: String, _ why: String) -> Flaw {
    Flaw(.debugInformation, "debug information", found: "\(what): \(why)", expected: "valid DWARF")
  }

  /// What a file can claim at little cost ends here.
  private static let mostRanges = 4_000_000

  private mutating func readRanges(of unit: inout Dwarf_Die, name: UInt32) {
    var base: Dwarf_Addr = 0
    var start: Dwarf_Addr = 0
    var end: Dwarf_Addr = 0
    var position = 0
    repeat {
      position = unsafe dwarf_ranges(&unit, position, &base, &start, &end)
      if position > 0, start < end { ranges.append((start..<end, name)) }
    } while position > 0 && ranges.count < Self.mostRanges
    if position < 0 { flaw = flaw ?? Self.flaw("ranges of \(names[Int(name)])") }
  }

  /// The position in ``names`` of the file that the code at `address` comes from.
  ///
  /// - Complexity: O(log *n*).
  public func file(at address: UInt64) -> UInt32? {
    var low = 0
    var high = ranges.count
    while low < high {
      let middle = low + (high - low) / 2
      if ranges[middle].range.lowerBound > address { high = middle } else { low = middle + 1 }
    }
    guard low > 0, ranges[low - 1].range.contains(address) else { return nil }
    return ranges[low - 1].name
  }
}
