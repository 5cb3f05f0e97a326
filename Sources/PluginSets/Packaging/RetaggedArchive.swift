internal import Glibc
internal import Platform

/// A copy of a static library of the toolchain's, of which the linker may drop what nothing refers to.
///
/// The toolchain marks each function that others might look up in a finished program as to be kept
/// (`SHF_GNU_RETAIN`). A trimmed library exports a list and nothing else: what nobody on it refers to is
/// reached by nobody, because every address in code, tables and Swift's metadata comes from a relocation,
/// which the linker follows. What the Swift runtime finds by going through a section as a whole, types
/// and conformances, lies in sections of other names and stays.
///
/// The descriptors of a few protocols are marked as writable (`SHF_WRITE`) and so make all read-only data
/// writable that is linked with them. Nothing writes to them: the runtime declares them constant.
///
/// No byte of code or data changes: the flags of sections do, and ``FunctionSections`` divides some. Source: the
/// ELF gABI, "Sections"; ar(5).
struct RetaggedArchive {
  /// What is not referred to may go.
  var releases = true
  /// What else goes.
  var dropsUnwinding = false
  /// The path of `llvm-objdump`, with which functions get sections of their own; nil where they do not.
  var disassembler: String?

  /// Goes into the key of what is built with a copy: raised when the rules below change.
  var key: String {
    (releases ? "retagged 1" : "") + (dropsUnwinding ? " without unwinding" : "")
      + (disassembler == nil ? "" : " " + FunctionSections.key)
  }

  private enum Flag {
    static let write: UInt64 = 0x1
    static let retain: UInt64 = 0x20_0000
    static let exclude: UInt64 = 0x8000_0000
  }

  /// The archive at `path`, changed.
  ///
  /// - Parameter folder: for files that are needed meanwhile.
  /// - Throws: `unreadable` where it is no archive of 64-bit objects; `system` where the folder cannot be written to.
  /// - Complexity: O(*n*), the size of the file.
  func bytes(of path: String, in folder: String) throws(PluginSetError) -> [UInt8] {
    let bytes: [UInt8]
    do {
      bytes = try Files.read(path)
    } catch {
      throw .system(error)
    }
    let magic = Array("!<arch>\n".utf8)
    guard bytes.starts(with: magic) else { throw .unreadable("'\(path)' is no archive") }
    var members: [(header: ArraySlice<UInt8>, bytes: [UInt8])] = []
    var isDivided = false
    var offset = 8
    while offset + 60 <= bytes.count {
      let header = bytes[offset..<(offset + 60)]
      let field = String(decoding: header.dropFirst(48).prefix(10), as: UTF8.self)
      guard let size = Int(field.prefix { $0 != " " }), size >= 0,
        offset + 60 + size <= bytes.count
      else { throw .unreadable("'\(path)' is an archive that was cut short") }
      var member = Array(bytes[(offset + 60)..<(offset + 60 + size)])
      if let divided = try divided(member, in: folder) {
        member = divided
        isDivided = true
      }
      guard !releases && !dropsUnwinding || retag(&member, 0, member.count) else {
        throw .unreadable("'\(path)' holds an object that cannot be read")
      }
      members.append((header, member))
      // Members begin at even offsets.
      offset += 60 + size + size % 2
    }
    // Its index tells of other places then; the linker looks into the members themselves.
    if isDivided { members.removeAll { $0.header.starts(with: "/ ".utf8) } }
    return members.reduce(into: magic) { result, member in
      result += member.header.prefix(48)
      let size = String(member.bytes.count)
      result +=
        Array(size.utf8) + [UInt8](repeating: UInt8(ascii: " "), count: 10 - size.utf8.count)
      result += member.header.suffix(2) + member.bytes
      if member.bytes.count % 2 == 1 { result.append(UInt8(ascii: "\n")) }
    }
  }

  /// An object of Swift code for this machine with a section for each function; nil where it stays as it is.
  private func divided(_ member: [UInt8], in folder: String) throws(PluginSetError) -> [UInt8]? {
    // Of ELF's header: 64 bits, little-endian, for x86-64.
    guard let disassembler, member.count >= 64,
      member.starts(with: [0x7f, 0x45, 0x4c, 0x46, 2, 1]), member[18] == 62, member[19] == 0
    else { return nil }
    let path = Path.join(folder, "member.o")
    do {
      try FileDescriptor(opening: path, O_WRONLY | O_CREAT | O_TRUNC).write(member)
      defer { try? Files.remove(path) }
      return try? FunctionSections.divided(member, at: path, by: disassembler)
    } catch {
      throw .system(error)
    }
  }

  /// Changes one member; false where it is damaged. What is no object is passed over.
  private func retag(_ bytes: inout [UInt8], _ start: Int, _ size: Int) -> Bool {
    guard size >= 64, bytes[start..<(start + 4)].elementsEqual([0x7f, 0x45, 0x4c, 0x46]) else {
      return true
    }
    // 64 bits, little-endian, as all targets that the runtime is built for.
    guard bytes[start + 4] == 2, bytes[start + 5] == 1 else { return true }
    func integer(_ offset: Int, _ width: Int) -> Int? {
      guard offset >= 0, offset + width <= size else { return nil }
      var value: UInt64 = 0
      for index in (0..<width).reversed() {
        value = value << 8 | UInt64(bytes[start + offset + index])
      }
      return Int(exactly: value)
    }
    guard let table = integer(0x28, 8), var count = integer(0x3c, 2),
      var names = integer(0x3e, 2)
    else { return false }
    if table == 0 { return true }
    // Where there are too many for the header, the first section says how many.
    if count == 0 {
      guard let many = integer(table + 0x20, 8) else { return false }
      count = many
    }
    if names == 0xffff {
      guard let index = integer(table + 0x28, 4) else { return false }
      names = index
    }
    guard count <= size / 64, let text = integer(table + names * 64 + 0x18, 8) else {
      return false
    }
    var sections: [(name: String, header: Int)] = []
    for index in 0..<count {
      let header = table + index * 64
      guard let place = integer(header, 4), text + place < size, header + 64 <= size else {
        return false
      }
      let name = bytes[(start + text + place)..<(start + size)].prefix { $0 != 0 }
      // Names of functions follow; only what kind of section it is counts.
      sections.append((String(decoding: name.prefix(24), as: UTF8.self), header))
    }
    let isSwift = sections.contains { $0.name.hasPrefix("swift5_") }
    for section in sections {
      guard let old = flags(bytes, start + section.header + 8) else { return false }
      let new = flags(for: section.name, old, isSwift: isSwift)
      guard new != old else { continue }
      for index in 0..<8 {
        bytes[start + section.header + 8 + index] = UInt8(truncatingIfNeeded: new >> (8 * index))
      }
    }
    return true
  }

  private func flags(_ bytes: [UInt8], _ offset: Int) -> UInt64? {
    guard offset + 8 <= bytes.count else { return nil }
    return (0..<8).reversed().reduce(0) { $0 << 8 | UInt64(bytes[offset + $1]) }
  }

  private func flags(for name: String, _ old: UInt64, isSwift: Bool) -> UInt64 {
    var flags = old
    if releases {
      if [".text", ".rodata", ".data", ".bss"].contains(where: name.hasPrefix) {
        flags &= ~Flag.retain
      }
      if name.hasPrefix(".rodata") { flags &= ~Flag.write }
    }
    if dropsUnwinding, isSwift, name == ".eh_frame" { flags |= Flag.exclude }
    return flags
  }
}
