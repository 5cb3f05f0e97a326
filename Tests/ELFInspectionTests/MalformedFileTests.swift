import ELFInspection
import Glibc
import Platform
import TestSupport
import Testing

@Suite("A file that lies is a named error")
struct MalformedFileTests {
  struct Lie: CustomTestStringConvertible, Sendable {
    var name: String
    var code: ELFError.Code
    var field: String
    var edit: @Sendable (inout [UInt8]) -> Void
    var testDescription: String { name }
  }

  /// Field offsets are those of `Elf64_Ehdr`, `Elf64_Phdr` and `Elf64_Shdr` in `elf.h`.
  static let lies: [Lie] = [
    Lie(name: "empty", code: .notELF, field: "magic number") { $0.truncate(to: 0) },
    Lie(name: "three bytes", code: .notELF, field: "magic number") { $0.truncate(to: 3) },
    Lie(name: "other magic", code: .notELF, field: "magic number") { $0[1] = 0x46 },
    Lie(name: "magic only", code: .truncated, field: "ELF header") { $0.truncate(to: 4) },
    Lie(name: "half a header", code: .truncated, field: "ELF header") { $0.truncate(to: 40) },
    Lie(name: "unknown class", code: .malformed, field: "ELF header") { $0[4] = 9 },
    Lie(name: "cut program headers", code: .truncated, field: "program header table") {
      $0.truncate(to: 64 + 56 + 10)
    },
    Lie(name: "cut in half", code: .truncated, field: "section header table") {
      $0.truncate(to: $0.count / 2)
    },
    Lie(name: "one byte short", code: .truncated, field: "section header table") {
      $0.truncate(to: $0.count - 1)
    },
    Lie(name: "program headers far away", code: .truncated, field: "program header table") {
      $0.overwrite(at: 32, with: UInt64.max - 8)
    },
    Lie(name: "section headers far away", code: .truncated, field: "section header table") {
      $0.overwrite(at: 40, with: UInt64(1) << 40)
    },
    Lie(name: "program header size", code: .malformed, field: "program header size") {
      $0.overwrite(at: 54, with: UInt16(57))
    },
    Lie(name: "section header size", code: .malformed, field: "section header size") {
      $0.overwrite(at: 58, with: UInt16(1))
    },
    Lie(name: "too many segments", code: .truncated, field: "program header table") {
      $0.overwrite(at: 56, with: UInt16(20_000))
    },
    Lie(name: "segment count elsewhere", code: .malformed, field: "program header count") {
      $0.append(contentsOf: Array(repeating: 0, count: 65_535 * 56))
      $0.overwrite(at: 56, with: UInt16(65_535))
    },
    Lie(name: "segment behind the end", code: .truncated, field: "segment 0") {
      $0.overwrite(at: 64 + 8, with: UInt64(1) << 32)
    },
    Lie(name: "segment that wraps around", code: .truncated, field: "segment 0") {
      $0.overwrite(at: 64 + 8, with: UInt64.max)
    },
    Lie(name: "segment smaller in memory", code: .malformed, field: "segment 0") {
      $0.overwrite(at: 64 + 40, with: UInt64(1))
    },
    Lie(name: "segments out of order", code: .malformed, field: "segment 1") {
      $0.overwrite(at: 64 + 16, with: UInt64(1) << 30)
    },
    Lie(name: "segment around the address space", code: .malformed, field: "segment 0") {
      $0.overwrite(at: 64 + 16, with: UInt64.max - 16)
    },
    Lie(name: "section behind the end", code: .truncated, field: "section 1") {
      let table = Int($0.integer(at: 40, as: UInt64.self))
      $0.overwrite(at: table + 64 + 32, with: UInt64(1) << 40)
    },
  ]

  @Test(arguments: lies) func aLie(_ lie: Lie) throws {
    let target = Path.join(try TemporaryDirectory.make(), "plugin.so")
    try FileEdits.copy(try Fixture.wellBehavedC.path(), to: target, lie.edit)
    let error = #expect(throws: ELFError.self) { _ = try ELFFile(path: target) }
    #expect(error?.code == lie.code)
    #expect(error?.field == lie.field)
    #expect(error?.found.isEmpty == false && error?.expected.isEmpty == false)
    #expect(error?.path == target)
  }

  @Test func whatIsNoFileIsNotOpenedForEver() throws {
    let directory = try TemporaryDirectory.make()
    let fifo = Path.join(directory, "fifo.so")
    try FileEdits.makeFIFO(fifo)
    for path in [fifo, directory, "/dev/null", "/dev/zero"] {
      let error = #expect(throws: ELFError.self) { _ = try ELFFile(path: path) }
      #expect(error?.code == .notELF)
      #expect(error?.field == "file")
    }
  }

  @Test func whatCannotBeOpenedIsUnreadable() throws {
    let directory = try TemporaryDirectory.make()
    let loop = Path.join(directory, "loop.so")
    try FileEdits.makeLink(loop, to: loop)
    let cases = [
      ("/nowhere/plugin.so", ENOENT), ("", ENOENT), (Readelf.runtime + "/plugin.so", ENOTDIR),
      (loop, ELOOP), ("/" + String(repeating: "n", count: 5000), ENAMETOOLONG), ("/a\0b", EINVAL),
    ]
    for (path, code) in cases {
      let error = #expect(throws: ELFError.self) { _ = try ELFFile(path: path) }
      #expect(error?.code == .unreadable)
      #expect(error?.found == SystemError("open", path, code: code).reason)
    }
  }

  /// A copy that claims to hold three gigabytes, all of them in each section of `types`, which has
  /// entries of one byte.
  private static func sparse(_ types: [UInt32]) throws -> String {
    let target = Path.join(try TemporaryDirectory.make(), "plugin.so")
    let size = 3 << 30
    try FileEdits.copy(try Fixture.wellBehavedC.path(), to: target) { bytes in
      let table = Int(bytes.integer(at: 40, as: UInt64.self))
      for index in 0..<Int(bytes.integer(at: 60, as: UInt16.self)) {
        let section = table + index * 64
        guard types.contains(bytes.integer(at: section + 4, as: UInt32.self)) else { continue }
        bytes.overwrite(at: section + 24, with: UInt64(0))
        bytes.overwrite(at: section + 32, with: UInt64(size))
        bytes.overwrite(at: section + 56, with: UInt64(1))
      }
    }
    #expect(unsafe truncate(target, size) == 0)
    return target
  }

  @Test func aSparseFileDoesNotCostItsSize() throws {
    // The dynamic symbol table claims all of the file.
    let target = try Self.sparse([11])
    let start = monotonicNanoseconds()
    let file = try ELFFile(path: target)
    #expect(file.definesDynamicSymbol("plugin_entry") == nil)
    #expect(file.definedDynamicSymbols() == [])
    // The loader's way to it does not go through the sections.
    #expect(file.dynamicSection()?.needed.isEmpty == false)
    #expect(monotonicNanoseconds() - start < 2_000_000_000)
  }

  @Test func sectionsThatShareTheFileAreNotReadEachOfThem() throws {
    let target = try Self.sparse([4, 6, 9, 11])
    let error = #expect(throws: ELFError.self) { _ = try ELFFile(path: target) }
    #expect(error?.code == .malformed)
    #expect(error?.field.hasPrefix("section ") == true)
  }

  @Test func notesThatOverlapDoNotKeepAHostBusy() throws {
    // 20,000 segments, each a note of another megabyte of the file.
    let target = Path.join(try TemporaryDirectory.make(), "plugin.so")
    try FileEdits.copy(try Fixture.wellBehavedC.path(), to: target) { bytes in
      let table = bytes.count
      for index in 0..<20_000 {
        var segment = [UInt8](repeating: 0, count: 56)
        segment.overwrite(at: 0, with: UInt32(4))
        segment.overwrite(at: 8, with: UInt64(index))
        segment.overwrite(at: 32, with: UInt64(1 << 20))
        bytes.append(contentsOf: segment)
      }
      bytes.overwrite(at: 32, with: UInt64(table))
      bytes.overwrite(at: 56, with: UInt16(20_000))
    }
    let start = monotonicNanoseconds()
    guard case .malformed(let field, _, _) = try ELFFile(path: target).findManifest() else {
      Issue.record("taken for good")
      return
    }
    #expect(field == "notes")
    #expect(monotonicNanoseconds() - start < 5_000_000_000)
  }

  @Test func oneLongStringWithManyNamesDoesNotKeepAHostBusy() throws {
    // 20,000 symbols and 20,000 needed libraries, all named by one string of four megabytes.
    let target = Path.join(try TemporaryDirectory.make(), "plugin.so")
    let count = 20_000
    let length = 4 << 20
    try FileEdits.copy(try Fixture.wellBehavedC.path(), to: target) { bytes in
      let strings = bytes.count
      bytes += Array(repeating: 0x61, count: length) + [0]
      let symbols = bytes.count
      var symbol = [UInt8](repeating: 0, count: 24)
      symbol.overwrite(at: 4, with: [0x12, 0, 1, 0])
      for _ in 0..<count { bytes += symbol }
      let dynamic = bytes.count
      for _ in 0..<count { bytes += [1] + Array(repeating: 0, count: 15) }
      bytes.hideSegments(ofType: 2)
      let table = Int(bytes.integer(at: 40, as: UInt64.self))
      // The string table of the dynamic sections, they themselves, and no hash table.
      for index in 0..<Int(bytes.integer(at: 60, as: UInt16.self)) {
        let section = table + index * 64
        let place: (Int, Int)
        switch bytes.integer(at: section + 4, as: UInt32.self) {
        case 11: place = (symbols, count * 24)
        case 6: place = (dynamic, count * 16)
        case 3 where bytes.integer(at: section + 8, as: UInt64.self) & 2 != 0:
          place = (strings, length + 1)
        case 0x6fff_fff6:
          bytes.overwrite(at: section + 4, with: UInt32(1))
          continue
        default: continue
        }
        bytes.overwrite(at: section + 24, with: UInt64(place.0))
        bytes.overwrite(at: section + 32, with: UInt64(place.1))
      }
    }
    let start = monotonicNanoseconds()
    let file = try ELFFile(path: target)
    #expect(file.definesDynamicSymbol("plugin_entry") == false)
    #expect(file.definesDynamicSymbol(String(repeating: "a", count: length)) == true)
    #expect(file.definedDynamicSymbols().count == (64 << 20) / length)
    #expect(file.dynamicSection()?.needed.count == 1)
    #expect(monotonicNanoseconds() - start < 10_000_000_000)
  }

  @Test func damagedSectionNamesProveNothing() throws {
    let target = Path.join(try TemporaryDirectory.make(), "plugin.so")
    try FileEdits.copy(try Fixture.wellBehavedC.path(), to: target) {
      $0.overwrite(at: 62, with: UInt16(1))
    }
    let file = try ELFFile(path: target)
    guard case .found(let manifest) = file.findManifest() else {
      Issue.record("no manifest")
      return
    }
    #expect(!file.unloadVerdict(manifest: manifest).isUnloadable)
  }

  /// Every question that can be asked of a file, asked.
  static func interrogate(_ path: String) -> Bool {
    guard let file = try? ELFFile(path: path) else { return false }
    _ = file.sections.map { file.name(of: $0) }
    _ = file.dynamicSection()
    _ = file.definesDynamicSymbol("plugin_entry")
    _ = file.definesDynamicSymbol("made_up", asFunction: true)
    _ = file.definedDynamicSymbols()
    _ = file.relocations()
    _ = file.hardening()?.findings
    _ = file.interpreter()
    _ = file.symbolVersions().neededByLibrary
    if case .found(let manifest) = file.findManifest() {
      _ = file.unloadVerdict(manifest: manifest)
    }
    return true
  }

  @Test func twoThousandRandomEditsNeitherCrashNorHang() throws {
    let good = try Files.read(try Fixture.wellBehavedC.path())
    let target = Path.join(try TemporaryDirectory.make(), "plugin.so")
    // SplitMix64, so that a failure happens again.
    var state: UInt64 = 0x5eed
    func random(_ bound: Int) -> Int {
      state &+= 0x9e37_79b9_7f4a_7c15
      var word = state
      word = (word ^ word >> 30) &* 0xbf58_476d_1ce4_e5b9
      word = (word ^ word >> 27) &* 0x94d0_49bb_1331_11eb
      return Int((word ^ word >> 31) % UInt64(bound))
    }
    let programHeaders = 64..<64 + 56 * Int(good.integer(at: 56, as: UInt16.self))
    let sectionHeaders = Int(good.integer(at: 40, as: UInt64.self))..<good.count
    let extremes: [UInt8] = [0, 1, 0x7f, 0x80, 0xff]
    var readable = 0
    var slowest: UInt64 = 0
    for round in 0..<2000 {
      var bytes = good
      for _ in 0...random(4) {
        // Headers, where a byte matters most, as often as everything else.
        let region = [0..<64, programHeaders, sectionHeaders, 0..<good.count][random(4)]
        let offset = region.lowerBound + random(region.count)
        bytes[offset] = random(2) == 0 ? extremes[random(5)] : UInt8(random(256))
      }
      if round % 4 == 0 { bytes.truncate(to: random(bytes.count)) }
      try FileEdits.write(bytes, to: target)
      let start = monotonicNanoseconds()
      if Self.interrogate(target) { readable += 1 }
      slowest = max(slowest, monotonicNanoseconds() - start)
    }
    // Some edits hit nothing that matters, and most hit something: else the test tests nothing.
    #expect(readable > 100 && readable < 1500)
    #expect(slowest < 1_000_000_000)
  }
}
