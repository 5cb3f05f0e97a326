internal import CDw
internal import ELFInspection
internal import Glibc
internal import Platform

/// Which source file the code at an address was compiled from, as debug information has it.
///
/// Of C and C++ it is what a module is of Swift: a name for code that belongs together.
struct SourceFiles {
  /// Names without directories, each once.
  private(set) var names: [String] = []
  /// By address; of those that overlap, which only damaged files have, any.
  private var ranges: [(range: Range<UInt64>, name: UInt32)] = []

  /// Reads the compilation units of the file at `path`; empty where it has no debug information.
  ///
  /// The corresponding C functions are `dwarf_begin_elf`, `dwarf_nextcu` and `dwarf_ranges` of libdw.
  /// - Complexity: O(*n* log *n*) in compilation units and their ranges.
  init(_ file: borrowing ELFFile) {
    let sections = Set(file.sectionNames())
    // What is left of a mapped file that somebody cuts cannot be read without a signal: not
    // `dwarf_begin`, which maps it.
    guard sections.contains(".debug_info"), sections.contains(".debug_abbrev"),
      !file.hasSectionsThatExplode, elf_version(UInt32(EV_CURRENT)) != UInt32(EV_NONE),
      let descriptor = try? FileDescriptor(opening: file.path, O_RDONLY | O_NONBLOCK),
      let elf = unsafe elf_begin(descriptor.rawValue, ELF_C_READ, nil)
    else { return }
    defer { unsafe elf_end(elf) }
    guard let debug = unsafe dwarf_begin_elf(elf, DWARF_C_READ, nil) else { return }
    defer { unsafe dwarf_end(debug) }
    var known: [String: UInt32] = [:]
    var offset: Dwarf_Off = 0
    var next: Dwarf_Off = 0
    var headerSize = 0
    while unsafe dwarf_nextcu(debug, offset, &next, &headerSize, nil, nil, nil) == 0,
      next > offset, ranges.count < Self.mostRanges
    {
      var unit = unsafe Dwarf_Die()
      if unsafe dwarf_offdie(debug, offset + UInt64(headerSize), &unit) != nil,
        let name = unsafe dwarf_diename(&unit)
      {
        let file = Path.name(of: unsafe String(cString: name))
        let index = known[file] ?? UInt32(names.count)
        if known[file] == nil {
          known[file] = index
          names.append(file)
        }
        unsafe readRanges(of: &unit, name: index)
      }
      offset = next
    }
    ranges.sort { $0.range.lowerBound < $1.range.lowerBound }
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
  }

  /// The position in ``names`` of the file that the code at `address` comes from.
  func file(at address: UInt64) -> UInt32? {
    let index = ranges.partitioningIndex { $0.range.lowerBound > address } - 1
    guard index >= 0, ranges[index].range.contains(address) else { return nil }
    return ranges[index].name
  }
}
