internal import CElf
internal import Glibc
public import Platform

/// An ELF file that is open for reading. Nothing of it runs.
///
/// Read by code of its own, with every range held against the end of the file: a host that admits
/// plugins maps no library for it. Tests compare what it says with libelf. Where it says so a member
/// costs a pass over a table, all others are O(1).
@safe public struct ELFFile: ~Copyable {
  public let path: String
  /// Bytes in the file.
  public let fileSize: Int
  public let header: Header
  public let segments: [Segment]
  let sectionHeaders: SectionHeaders

  /// Where the tables of segments and sections lie.
  package let tables: Tables
  let descriptor: FileDescriptor
  let head: FileHead
  /// The file when it was opened: two that were opened with the same status hold the same.
  public let status: FileStatus
  let kept = FileCache()

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
    let status = try Self.status(of: descriptor)
    try self.init(descriptor, status)
  }

  /// The same where the status of the file is known already.
  public init(
    _ descriptor: consuming FileDescriptor, _ status: FileStatus
  ) throws(ELFError) {
    guard status.isRegularFile else {
      throw ELFError(
        .notELF, path: descriptor.path, field: "file",
        found: status.isDirectory ? "a directory" : "a special file", expected: "a regular file")
    }
    let fileSize = status.byteCount
    let head = try FileHead(descriptor, fileSize: fileSize)
    let tables: Tables
    let segments: [Segment]
    let sectionHeaders: SectionHeaders
    do throws(ELFError) {
      let image = unsafe ImageBytes(path: descriptor.path, fileSize: fileSize, head: head.bytes)
      tables = try image.readTables(descriptor)
      segments = try image.readSegments(descriptor, tables)
      sectionHeaders = unsafe try image.readSections(descriptor, tables, room: head.room)
    } catch {
      // What a file lacks that was just cut is not its fault.
      guard try Self.status(of: descriptor) == status else {
        throw Self.changed(descriptor.path)
      }
      throw error
    }

    path = descriptor.path
    self.fileSize = fileSize
    header = tables.header
    self.tables = tables
    self.segments = segments
    self.sectionHeaders = sectionHeaders
    self.descriptor = descriptor
    self.status = status
    self.head = head
  }

  // Other modules call it, and the compiler writes none for them.
  deinit {}

  /// Empty where the file has no section table.
  ///
  /// - Complexity: O(sections) the first time, then O(1).
  public var sections: [Section] {
    if let sections = kept.sections { return sections }
    let sections = (0..<sectionHeaders.count).map { sectionHeaders[$0] }
    kept.sections = sections
    return sections
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
}

extension ELFError {
  init(_ error: SystemError, path: String) {
    self.init(
      .unreadable, path: path, field: "file", found: error.reason, expected: "a readable file")
  }
}
