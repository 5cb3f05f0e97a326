internal import CElf
internal import Glibc
public import Platform

/// An ELF file that is open for reading. Nothing of it runs.
///
/// A thin, checked view over libelf; the corresponding C functions are `elf_begin(3)` and
/// `elf_end(3)`. Where it says so a member costs a pass over a table, all others are O(1).
@safe public struct ELFFile: ~Copyable {
  public let path: String
  /// Bytes in the file.
  public let fileSize: Int
  public let header: Header
  public let segments: [Segment]
  /// Empty where the file has no section table.
  public let sections: [Section]

  let descriptor: FileDescriptor
  let elf: OpaquePointer
  /// The first bytes of the file, read at once: in a small file they are most of what is asked for.
  let head: UnsafeRawBufferPointer
  /// The file when it was opened: two that were opened with the same status hold the same.
  public let status: FileStatus
  let strings = StringCache()

  /// The fields of the ELF header that a loader looks at.
  public struct Header: Equatable, Sendable {
    public var is64Bit: Bool
    public var isLittleEndian: Bool
    /// `e_machine`, for instance `EM_X86_64` (62).
    public var machine: UInt16
    /// `e_type`: `ET_DYN` is 3.
    public var type: UInt16

    /// What a compiler writes and a linker reads (`ET_REL`): it has no addresses yet.
    public var isRelocatable: Bool { type == UInt16(ET_REL) }
    /// Bytes of an address.
    public var wordSize: Int { is64Bit ? 8 : 4 }
  }

  public struct Segment: Equatable, Sendable {
    public var type: UInt32
    public var flags: UInt32
    public var offset: UInt64
    public var address: UInt64
    public var fileSize: UInt64
    public var memorySize: UInt64
    /// `p_align`: the address and the offset are the same modulo this.
    public var alignment: UInt64

    /// What the program may do there, as `readelf` writes it: `R E`.
    public var permissions: String {
      (flags & 4 != 0 ? "R" : " ") + (flags & 2 != 0 ? "W" : " ") + (flags & 1 != 0 ? "E" : " ")
    }

    public var isLoaded: Bool { type == UInt32(PT_LOAD) }
    public var isWritable: Bool { flags & UInt32(PF_W) != 0 }
    /// Where the file's thread-local storage is laid out (`PT_TLS`).
    public var isThreadLocal: Bool { type == UInt32(PT_TLS) }
  }

  public struct Section: Equatable, Sendable {
    public var index: Int
    /// Where its name begins in the table of section names; see ``ELFFile/name(of:)``.
    public var nameOffset: Int
    public var type: UInt32
    public var flags: UInt64
    public var address: UInt64
    public var offset: UInt64
    public var size: UInt64
    public var entrySize: UInt64
    public var link: UInt32
    public var info: UInt32
    /// 0 and 1 ask for none.
    public var alignment: UInt64

    /// It takes room in memory (`SHF_ALLOC`), and not only in that of threads.
    public var isLoaded: Bool {
      flags & UInt64(SHF_ALLOC) != 0 && !(hasNoBits && flags & UInt64(SHF_TLS) != 0)
    }
    /// It takes no room in the file (`SHT_NOBITS`).
    public var hasNoBits: Bool { type == UInt32(SHT_NOBITS) }
    public var isCompressed: Bool { flags & UInt64(SHF_COMPRESSED) != 0 }
    public var isWritable: Bool { flags & UInt64(SHF_WRITE) != 0 }
    public var isExecutable: Bool { flags & UInt64(SHF_EXECINSTR) != 0 }
  }

  /// Opens `path` and reads header, segments and section headers.
  ///
  /// - Throws: `ELFError`: `unreadable`, `notELF`, `truncated` or `malformed`.
  /// - Complexity: O(segments + sections).
  public init(path: String) throws(ELFError) { try self.init(Self.open(path)) }

  /// Reads header, segments and section headers of a file that is open as `descriptor`, which stays
  /// open: so two threads can read one file, whatever its name comes to mean.
  ///
  /// - Throws: `ELFError`: `unreadable`, `notELF`, `truncated` or `malformed`.
  /// - Complexity: O(segments + sections).
  public init(sharing descriptor: Int32, path: String) throws(ELFError) {
    let own: FileDescriptor
    do {
      own = try FileDescriptor.duplicate(descriptor, path: path)
    } catch {
      throw ELFError(error, path: path)
    }
    try self.init(own)
  }

  /// Reads header, segments and section headers of a file that is open already.
  ///
  /// - Throws: `ELFError`: `unreadable`, `notELF`, `truncated` or `malformed`.
  /// - Complexity: O(segments + sections).
  public init(_ descriptor: consuming FileDescriptor) throws(ELFError) {
    let path = descriptor.path
    let status = try Self.status(of: descriptor)
    guard status.isRegularFile else {
      throw ELFError(
        .notELF, path: path, field: "file",
        found: status.isDirectory ? "a directory" : "a special file", expected: "a regular file")
    }
    guard elf_version(UInt32(EV_CURRENT)) != UInt32(EV_NONE) else {
      throw ELFError.libelf(path: path, field: "libelf")
    }
    let head = unsafe try Self.readHead(descriptor, fileSize: status.byteCount)
    var isComplete = false
    defer { if !isComplete { unsafe head.deallocate() } }
    try unsafe Self.checkSectionCount(descriptor, head, fileSize: status.byteCount)
    // Read on demand, not mapped: mapping a file costs more than the few reads that it saves.
    guard let elf = unsafe elf_begin(descriptor.rawValue, ELF_C_READ, nil) else {
      throw Self.notReadable(descriptor, fileSize: status.byteCount)
    }
    defer { if !isComplete { unsafe elf_end(elf) } }
    guard unsafe elf_kind(elf) == ELF_K_ELF else {
      throw Self.notReadable(descriptor, fileSize: status.byteCount)
    }
    let header: Header
    let segments: [Segment]
    let sections: [Section]
    do throws(ELFError) {
      header = try unsafe Self.readHeader(elf, path: path, fileSize: status.byteCount)
      segments = try unsafe Self.readSegments(elf, path: path, fileSize: status.byteCount)
      sections = try unsafe Self.readSections(elf, path: path, fileSize: status.byteCount)
    } catch {
      // What a file lacks that was just cut is not its fault.
      guard try Self.status(of: descriptor) == status else { throw Self.changed(path) }
      throw error
    }

    isComplete = true
    self.path = path
    self.fileSize = status.byteCount
    self.header = header
    self.segments = segments
    self.sections = sections
    self.descriptor = descriptor
    self.status = status
    unsafe self.elf = elf
    unsafe self.head = head
  }

  deinit {
    unsafe elf_end(elf)
    unsafe head.deallocate()
  }

  /// Another descriptor of what is read here, whatever the file's name has come to mean since.
  ///
  /// - Throws: `ELFError.Code.unreadable`.
  public func anotherDescriptor() throws(ELFError) -> FileDescriptor {
    do {
      return try FileDescriptor.duplicate(descriptor.rawValue, path: path)
    } catch {
      throw ELFError(error, path: path)
    }
  }

  /// Bytes of address space that loading takes; of a relocatable file, what its sections would.
  public var memorySize: UInt64 {
    let sizes =
      header.isRelocatable
      ? sections.filter(\.isLoaded).map(\.size) : segments.filter(\.isLoaded).map(\.memorySize)
    return sizes.reduce(0) { $0.addingReportingOverflow($1).overflow ? .max : $0 + $1 }
  }

  /// It can be started: its type says so, or it is a shared object that names a program interpreter.
  public var isProgram: Bool {
    switch Int32(header.type) {
    case ET_EXEC: true
    case ET_DYN: segments.contains { $0.type == UInt32(PT_INTERP) }
    default: false
    }
  }

  /// Finds out whether what was read belongs together.
  ///
  /// - Throws: `ELFError.Code.changed` where the file was written to since it was opened.
  public func checkUnchanged() throws(ELFError) {
    guard try Self.status(of: descriptor) == status else { throw Self.changed(path) }
  }

  /// What to say of a file that did not stay the same.
  public static func changed(_ path: String) -> ELFError {
    ELFError(
      .changed, path: path, field: "file", found: "written to while it was read",
      expected: "one that stays as it is; replace files by renaming")
  }

  /// Opens a file for reading.
  ///
  /// - Throws: `ELFError.Code.unreadable`.
  public static func open(_ path: String) throws(ELFError) -> FileDescriptor {
    do {
      // Not blocking: a FIFO in the place of a plugin must not hang the host.
      return try FileDescriptor(opening: path, O_RDONLY | O_NONBLOCK)
    } catch {
      throw ELFError(error, path: path)
    }
  }

  private static func status(of file: borrowing FileDescriptor) throws(ELFError) -> FileStatus {
    do {
      return try file.status()
    } catch {
      throw ELFError(error, path: file.path)
    }
  }

  /// What to say of a file that libelf does not take for ELF.
  private static func notReadable(
    _ file: borrowing FileDescriptor, fileSize: Int
  ) -> ELFError {
    let words = ELFError.libelf(path: file.path, field: "ELF header")
    var magic: (UInt8, UInt8, UInt8, UInt8) = (0, 0, 0, 0)
    let count = unsafe pread(file.rawValue, &magic, 4, 0)
    guard count == 4, magic == (0x7f, 0x45, 0x4c, 0x46) else {
      return ELFError(
        .notELF, path: file.path, field: "magic number",
        found: fileSize < 4 ? "\(fileSize) bytes" : "something else", expected: "an ELF file")
    }
    // The header of a 32-bit file, the shorter of the two.
    guard fileSize >= 52 else {
      return ELFError(
        .truncated, path: file.path, field: "ELF header", found: "\(fileSize) bytes",
        expected: "at least 52")
    }
    return words.found == "no error" ? words.with(found: "of an unknown class or version") : words
  }

  /// Reads the header and holds its two tables against the end of the file: libelf reads as much of
  /// a table as there is and says nothing.
  private static func readHeader(
    _ elf: OpaquePointer, path: String, fileSize: Int
  ) throws(ELFError) -> Header {
    var raw = GElf_Ehdr()
    guard unsafe gelf_getehdr(elf, &raw) != nil else {
      throw ELFError.libelf(path: path, field: "ELF header")
    }
    let is64Bit = unsafe gelf_getclass(elf) == ELFCLASS64
    for (name, offset, count, size, expected) in [
      ("program header", raw.e_phoff, raw.e_phnum, raw.e_phentsize, is64Bit ? 56 : 32),
      ("section header", raw.e_shoff, raw.e_shnum, raw.e_shentsize, is64Bit ? 64 : 40),
    ] as [(String, UInt64, UInt16, UInt16, UInt16)] {
      // A section table of more than 65,279 entries has its length elsewhere, but one entry at least.
      guard offset != 0 || count != 0 else { continue }
      guard offset != 0 else {
        throw ELFError(
          .malformed, path: path, field: "\(name) table",
          found: "\(count) entries at the beginning of the file", expected: "them behind the header"
        )
      }
      guard size == expected || count == 0 else {
        throw ELFError(
          .malformed, path: path, field: "\(name) size", found: "\(size)", expected: "\(expected)")
      }
      let length = UInt64(max(count, 1)) * UInt64(expected)
      guard count > 0 || name == "section header" else { continue }
      guard offset <= UInt64(fileSize), length <= UInt64(fileSize) - offset else {
        throw ELFError(
          .truncated, path: path, field: "\(name) table",
          found: "a range of \(length) bytes at \(offset)",
          expected: "an end within the file's \(fileSize) bytes")
      }
    }
    // PN_XNUM: the number of segments would be elsewhere.
    guard raw.e_phnum < 0xffff else {
      throw ELFError(
        .malformed, path: path, field: "program header count", found: "65535 or more",
        expected: "fewer")
    }
    return Header(
      is64Bit: is64Bit, isLittleEndian: raw.e_ident.5 == UInt8(ELFDATA2LSB),
      machine: raw.e_machine, type: raw.e_type)
  }

  private static func readSegments(
    _ elf: OpaquePointer, path: String, fileSize: Int
  ) throws(ELFError) -> [Segment] {
    var count = 0
    guard unsafe elf_getphdrnum(elf, &count) == 0 else {
      throw ELFError.libelf(path: path, field: "program header table")
    }
    var segments: [Segment] = []
    segments.reserveCapacity(min(count, 64))
    for index in 0..<count {
      var raw = GElf_Phdr()
      guard unsafe gelf_getphdr(elf, Int32(index), &raw) != nil else {
        throw ELFError.libelf(path: path, field: "program header \(index)")
      }
      let (end, overflow) = raw.p_offset.addingReportingOverflow(raw.p_filesz)
      guard !overflow, end <= UInt64(fileSize) else {
        throw ELFError(
          .truncated, path: path, field: "segment \(index)",
          found: "a range that ends at \(raw.p_offset) + \(raw.p_filesz)",
          expected: "an end within the file's \(fileSize) bytes")
      }
      segments.append(
        Segment(
          type: raw.p_type, flags: raw.p_flags, offset: raw.p_offset, address: raw.p_vaddr,
          fileSize: raw.p_filesz, memorySize: raw.p_memsz, alignment: raw.p_align))
    }
    try checkOrder(of: segments, path: path)
    return segments
  }

  /// Holds the loaded segments against what the loader takes for granted: it maps them where they
  /// say, one after the other, over whatever lies there.
  private static func checkOrder(of segments: [Segment], path: String) throws(ELFError) {
    var end: UInt64 = 0
    for (index, segment) in segments.enumerated() where segment.type == UInt32(PT_LOAD) {
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

  private static func readSections(
    _ elf: OpaquePointer, path: String, fileSize: Int
  ) throws(ELFError) -> [Section] {
    var count = 0
    guard unsafe elf_getshdrnum(elf, &count) == 0 else {
      throw ELFError.libelf(path: path, field: "section header table")
    }
    var raw = GElf_Ehdr()
    if count == 0, unsafe gelf_getehdr(elf, &raw) != nil, raw.e_shoff != 0 {
      throw ELFError(
        .truncated, path: path, field: "section header table", found: "more than the file holds",
        expected: "an end within the file's \(fileSize) bytes")
    }
    var sections: [Section] = []
    sections.reserveCapacity(min(count, 128))
    var total: UInt64 = 0
    for index in 0..<count {
      var raw = GElf_Shdr()
      guard let section = unsafe elf_getscn(elf, index), unsafe gelf_getshdr(section, &raw) != nil
      else { throw ELFError.libelf(path: path, field: "section header \(index)") }
      let (end, overflow) = raw.sh_offset.addingReportingOverflow(raw.sh_size)
      guard raw.sh_type == UInt32(SHT_NOBITS) || (!overflow && end <= UInt64(fileSize)) else {
        throw ELFError(
          .truncated, path: path, field: "section \(index)",
          found: "a range that ends at \(raw.sh_offset) + \(raw.sh_size)",
          expected: "an end within the file's \(fileSize) bytes")
      }
      if raw.sh_type != UInt32(SHT_NOBITS) && raw.sh_type != UInt32(SHT_NULL) {
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
      sections.append(
        Section(
          index: index, nameOffset: Int(raw.sh_name), type: raw.sh_type, flags: raw.sh_flags,
          address: raw.sh_addr, offset: raw.sh_offset, size: raw.sh_size,
          entrySize: raw.sh_entsize, link: raw.sh_link, info: raw.sh_info,
          alignment: raw.sh_addralign))
    }
    return sections
  }
}

extension ELFError {
  init(_ error: SystemError, path: String) {
    self.init(
      .unreadable, path: path, field: "file", found: error.reason, expected: "a readable file")
  }

  /// What libelf says went wrong. The corresponding C function is `elf_errmsg(3)`.
  static func libelf(path: String, field: String) -> ELFError {
    // -1 asks for the last error, in words that stay where they are.
    let words = unsafe elf_errmsg(-1).map { unsafe String(cString: $0) } ?? "an unknown error"
    return ELFError(.malformed, path: path, field: field, found: words, expected: "a valid one")
  }

  fileprivate func with(found: String) -> ELFError {
    var error = self
    error.found = found
    return error
  }
}
