internal import Glibc
internal import Platform
internal import Synchronization

/// A file that says something untrue, made by the edit that `Tests/Fixtures/malformed/CLAIM/edit.txt`
/// describes; the folder's name is the claim.
///
/// A line of the description is one of
///
///     base NAME                       which file is edited; see ``LyingFile/Base``
///     header FIELD = VALUE            of the ELF header: e_shnum
///     segment TYPE FIELD = VALUE      of the first segment of a type: LOAD p_offset
///     section NAME FIELD = VALUE      of a section's header: .dynsym sh_link
///     bytes NAME OFFSET TYPE = VALUE  within a section: .gnu.hash 4 u32; from its end on: .gnu.hash -4 u32
///     dynamic TAG = VALUE             of the first entry of the dynamic section: VERNEEDNUM
///     tag TAG = VALUE                 the tag itself: 21, DT_DEBUG, is none that a library has
///     file OFFSET TYPE = VALUE        anywhere
///     append COUNT TYPE = VALUE       behind the end, so many times
///     length = VALUE                  cuts the file, or makes it longer by a hole
///     expect …                        what becomes of it; see ``LyingFile/Expectation``
///
/// or empty, or a comment behind `#`. A value is a sum, `size - 1` or `.dynstr:sh_offset + 4`, in which
/// `size` is that of the file so far. Words are of the file's own byte order.
public struct LyingFile: Sendable, CustomStringConvertible {
  public let claim: String
  private var base = Base.library
  private var edits: [[String]] = []
  public private(set) var expectations: [Expectation] = []

  public var description: String { claim }

  /// What has to become of the file.
  public enum Expectation: Equatable, Sendable {
    /// `expect error CODE FIELD`, or the beginning of the field.
    case error(code: String, field: String)
    /// `expect part NAME`: the file is read, and that part of it has bytes.
    case part(String)
    /// `expect flaw CODE SUBJECT`, or the beginning of the subject: the file is read, and that is named.
    case flaw(code: String, subject: String)
    /// `expect sound`: the file is read, and what it says is unusual and no lie.
    case sound
  }

  /// What is edited, compiled from `Tests/Fixtures/malformed`.
  public enum Base: String, CaseIterable, Sendable {
    /// A shared library for x86-64 with versions, both kinds of hash tables and RELR.
    case library
    /// The same for a big-endian machine of 32 bits.
    case powerpc
    /// The same for a little-endian machine of 32 bits.
    case i386
    /// A library for x86-64 of two sources, with debug information.
    case debug
    /// Its object file, with compressed debug sections.
    case object
    /// A plugin of this machine, with its manifest.
    case plugin
    /// A Swift library of this machine.
    case swift
  }

  public struct Mistake: Error, CustomStringConvertible {
    public var description: String
  }

  private static let folder = Path.join(TestBuild.root, "Tests/Fixtures/malformed")

  /// All that there are, by claim.
  public static let all: [LyingFile] = {
    do {
      return try Files.list(folder).compactMap { name in
        let path = Path.join(Path.join(folder, name), "edit.txt")
        return Files.exists(path) ? try LyingFile(claim: name, text: Files.readText(path)) : nil
      }
    } catch {
      preconditionFailure("\(error)")
    }
  }()

  /// - Parameter text: the description.
  public init(claim: String, text: String) throws {
    self.claim = claim
    for line in text.split(separator: "\n") {
      let words = line.prefix { $0 != "#" }.split(separator: " ").map(String.init)
      switch words.first {
      case nil: break
      case "base":
        guard words.count == 2, let base = Base(rawValue: words[1]) else {
          throw Mistake(description: "\(claim): \(line)")
        }
        self.base = base
      case "expect":
        guard let expectation = Expectation(words.dropFirst()) else {
          throw Mistake(description: "\(claim): \(line)")
        }
        expectations.append(expectation)
      default: edits.append(words)
      }
    }
    guard !expectations.isEmpty else { throw Mistake(description: "\(claim) expects nothing") }
  }

  /// Writes the file into `directory`.
  ///
  /// - Returns: its path.
  public func write(into directory: String) throws -> String {
    let path = Path.join(directory, claim + (base == .object ? ".o" : ".so"))
    var image = EditedImage(try Files.read(try base.path()))
    for words in edits {
      do {
        try image.apply(words)
      } catch let mistake as Mistake {
        throw Mistake(description: "\(claim): \(words.joined(separator: " ")): \(mistake)")
      }
    }
    try FileEdits.write(image.bytes, to: path)
    if let length = image.length {
      try retrying("truncate", path) { unsafe truncate(path, length) }
    }
    return path
  }
}

extension LyingFile.Expectation {
  fileprivate init?(_ words: ArraySlice<String>) {
    let rest = words.dropFirst().joined(separator: " ")
    switch words.first {
    case "error":
      self = .error(
        code: words.dropFirst().first ?? "", field: words.dropFirst(2).joined(separator: " "))
    case "part": self = .part(rest)
    case "flaw":
      self = .flaw(
        code: words.dropFirst().first ?? "", subject: words.dropFirst(2).joined(separator: " "))
    case "sound": self = .sound
    default: return nil
    }
  }
}

extension LyingFile.Base {
  private static let paths = Mutex<[LyingFile.Base: String]>([:])

  /// The file, built when it is first asked for.
  public func path() throws -> String {
    try Self.paths.withLock { paths in
      if let path = paths[self] { return path }
      let path = try build(in: try TemporaryDirectory.make("base-\(rawValue)"))
      paths[self] = path
      return path
    }
  }

  private func build(in directory: String) throws -> String {
    let output = Path.join(directory, rawValue)
    switch self {
    case .object:
      try Self.compile(
        "x86_64", ["-g", "-gz=zlib", "-ffunction-sections"], to: output)
    case .library: try Self.link("x86_64", in: directory, to: output)
    case .powerpc: try Self.link("powerpc", in: directory, to: output)
    case .i386: try Self.link("i386", in: directory, to: output)
    case .debug:
      let objects = try [[], ["-DSECOND"]].enumerated().map { index, flags in
        let object = Path.join(directory, "\(index).o")
        // The sources have different names, as those of real units do.
        let source = Path.join(directory, index == 0 ? "one.c" : "two.c")
        try FileEdits.copy(Path.join(Self.sources, "library.c"), to: source) { _ in }
        try Self.compile(
          "x86_64", ["-g", "-ffunction-sections"] + flags, source: source, to: object)
        return object
      }
      try Tool.run([try Self.program("ld.lld"), "-shared", "-o", output] + objects)
    case .plugin: return try Fixture("well-behaved-c").path()
    case .swift:
      try Tool.run(
        ["swiftc", "-emit-library", "-O", "-wmo", "-parse-as-library", "-module-name", "Types"]
          + [Path.join(Self.sources, "types.swift"), "-o", output])
    }
    return output
  }

  private static let sources = Path.join(TestBuild.root, "Tests/Fixtures/malformed")

  private static func compile(
    _ machine: String, _ flags: [String], source: String? = nil, to object: String
  ) throws {
    try Tool.run(
      [try program("clang"), "--target=\(machine)-linux-gnu", "-c", "-fPIC", "-O1"]
        + ["-ffreestanding", "-fuse-init-array"] + flags
        + [source ?? Path.join(sources, "library.c"), "-o", object])
  }

  /// Links the library, with another that it needs.
  private static func link(_ machine: String, in directory: String, to output: String) throws {
    let linker = try program("ld.lld")
    let versions = [
      "--version-script=" + Path.join(sources, "library.map"), "--undefined-version",
    ]
    let first = Path.join(directory, "library.o")
    let needed = Path.join(directory, "needed.so")
    try compile(machine, ["-fasynchronous-unwind-tables"], to: first)
    try Tool.run([linker, "-shared", first, "-o", needed, "-soname", "needed.so"] + versions)
    let second = Path.join(directory, "second.o")
    try compile(machine, ["-fasynchronous-unwind-tables", "-DSECOND"], to: second)
    try Tool.run(
      [linker, "-shared", second, needed, "-o", output, "-soname", "library.so"] + versions
        + ["--hash-style=both", "--build-id=sha1", "--eh-frame-hdr"]
        + ["-z", "pack-relative-relocs"])
  }

  private static func program(_ name: String) throws -> String {
    Path.join(try programs(), name)
  }

  /// Where the toolchain's programs lie.
  private static func programs() throws -> String {
    for directory in (environmentVariables()["PATH"] ?? "").split(separator: ":") {
      if let swift = try? Files.resolve(Path.join(String(directory), "swiftc")) {
        return Path.parent(of: swift)
      }
    }
    throw LyingFile.Mistake(description: "no swiftc on the PATH")
  }
}
