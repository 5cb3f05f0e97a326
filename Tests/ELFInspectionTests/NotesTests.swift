import ELFInspection
import Platform
import TestSupport
import Testing

@Suite("Notes are read as they are written, and typed ones understood")
struct NotesTests {
  /// Assembly for a note, padded to words.
  static func note(
    _ section: String, owner: String, type: UInt32, _ descriptor: String
  ) -> String {
    """
    __asm__(".pushsection \(section),\\"a\\",%note\\n.balign 4\\n"
      ".4byte 2f-1f\\n.4byte 4f-3f\\n.4byte \(type)\\n"
      "1: .asciz \\"\(owner)\\"\\n2: .balign 4\\n3: \(descriptor)\\n4: .balign 4\\n"
      ".popsection\\n");

    """
  }

  static let json = #"[{\\\"soname\\\":[\\\"libz.so.1\\\"]}]"#
  static let plainJSON = #"[{"soname":["libz.so.1"]}]"#

  static let source =
    note(".note.dlopen", owner: "FDO", type: 0x407c_0c0a, ".asciz \\\"\(json)\\\"")
    + note(".note.package", owner: "FDO", type: 0xcafe_1a7e, ".ascii \\\"{}\\\"")
    + note(
      ".note.ABI-tag", owner: "GNU", type: 1, ".4byte 0\\n.4byte 3\\n.4byte 2\\n.4byte 7")
    + "int f(void) { return 1; }\n"

  @Test(
    .enabled(if: CrossTarget.isPossible, "the toolchain has no clang or no ld.lld"),
    arguments: CrossTarget.allCases)
  func notesOfEveryClassAndByteOrder(_ target: CrossTarget) throws {
    let directory = try TemporaryDirectory.make("notes-\(target)")
    let path = try target.library(Self.source, in: directory, linking: ["--build-id=sha1"])
    let file = try ELFFile(path: path)
    #expect(file.header.is64Bit == target.is64Bit)
    #expect(file.header.isLittleEndian == target.isLittleEndian)
    let notes = file.notes()
    #expect(notes.isComplete)
    #expect(notes.dlopenTexts == [Self.plainJSON])
    #expect(notes.packageTexts == ["{}"])
    #expect(notes.abiTag?.description == "Linux 3.2.7")
    #expect(try notes.buildID == Self.buildID(of: path))
    // An object file has sections only.
    let object = try ELFFile(path: Path.join(directory, "library.o")).notes()
    #expect(object.dlopenTexts == [Self.plainJSON] && object.buildID == nil)
    #expect(object.abiTag == notes.abiTag)
  }

  static func buildID(of path: String) throws -> String? {
    // Binutils ends with 1 where it does not know a note, and tells of the others.
    try CommandRun(["readelf", "-nW", path]).output.split(separator: "\n")
      .first { $0.contains("Build ID: ") }?.split(separator: " ").last.map(String.init)
  }

  @Test(arguments: ["/bin/true", "/lib/x86_64-linux-gnu/libc.so.6", "/usr/bin/readelf"])
  func systemFilesAsReadelfSaysThem(_ path: String) throws {
    guard Files.exists(path) else {
      // Another distribution keeps its libraries elsewhere.
      print("not compared: there is no \(path)")
      return
    }
    let words = try Tool.run(["readelf", "-nW", path])
    let notes = try ELFFile(path: path).notes()
    let owners = words.split(separator: "\n").filter { $0.contains("\t0x") || $0.contains(" 0x0") }
    #expect(notes.entries.count == owners.count)
    #expect(try notes.buildID == Self.buildID(of: path))
    let version = words.split(separator: "\n").first { $0.contains("ABI: ") }?
      .split(separator: " ").last.map(String.init)
    #expect(notes.abiTag.map { "\($0.major).\($0.minor).\($0.patch)" } == version)
    #expect(notes.properties.neededISA.map { $0 & 1 != 0 } == (words.isaNeeded ? true : nil))
    #expect(notes.properties.hasIBT == words.contains("x86 feature: IBT"))
  }

  @Test(arguments: [[], ["-fcf-protection=full"], ["-fcf-protection=branch"]])
  func whatTheCompilerPromisesOnX86(_ flags: [String]) throws {
    let object = try CrossTarget.x86_64.object(
      "int f(void) { return 1; }", in: try TemporaryDirectory.make(), compiling: flags)
    let properties = try ELFFile(path: object).notes().properties
    #expect(properties.hasIBT == !flags.isEmpty)
    #expect(properties.hasShadowStack == (flags == ["-fcf-protection=full"]))
  }

  @Test func whatTheCompilerPromisesOnAArch64() throws {
    for (flag, bti, pac) in [
      ("none", false, false), ("bti", true, false), ("standard", true, true),
    ] {
      let object = try CrossTarget.aarch64.object(
        "int f(void) { return 1; }", in: try TemporaryDirectory.make(),
        compiling: ["-mbranch-protection=\(flag)"])
      let properties = try ELFFile(path: object).notes().properties
      #expect(properties.hasBTI == bti && properties.hasPAC == pac, "\(flag)")
    }
  }

  @Test func theLevelOfTheProcessorThatAFileNeeds() throws {
    let path = Path.join(try TemporaryDirectory.make(), "v3.so")
    _ = try NativeBuild.library("int f(void) { return 1; }", to: path, ["-Wl,-z,x86-64-v3"])
    let isa = try #require(try ELFFile(path: path).notes().properties.neededISA)
    #expect(isa & 4 != 0 && isa & 8 == 0)
  }

  @Test func aNoteThatLiesEndsTheWalk() throws {
    let directory = try TemporaryDirectory.make()
    let path = try CrossTarget.x86_64.library(
      Self.source, in: directory, linking: ["--build-id=sha1"])
    let whole = try ELFFile(path: path).notes().entries
    try #require(whole.count == 4)
    for size in [UInt32(0x1000), 0x7fff_ffff, .max] {
      for field in [0, 4] {
        let target = Path.join(directory, "lie.so")
        try FileEdits.copy(path, to: target) { bytes in
          // The header of the second note stands before its owner.
          let owners = bytes.offsets(of: Array("FDO\0".utf8) + Array("{}".utf8))
          bytes.overwrite(at: owners[0] - 12 + field, with: size)
        }
        let notes = try ELFFile(path: target).notes()
        #expect(notes.entries.count < whole.count)
        #expect(notes.entries.allSatisfy { whole.contains($0) })
      }
    }
  }
}

extension String {
  fileprivate var isaNeeded: Bool { contains("x86 ISA needed: ") }
}
