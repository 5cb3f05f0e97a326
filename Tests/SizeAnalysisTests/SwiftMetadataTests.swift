import ELFInspection
import Platform
import SizeAnalysis
import TestSupport
import Testing

@Suite("Swift's metadata by module")
struct SwiftMetadataTests {
  @Test("adds up to the sections that the file has")
  func addsUp() throws {
    for path in [try StaticSwift.build().whole, try StaticSwift.build().dynamic] {
      let shares = try SwiftMetadata(path: path).shares
      let sections = try Readelf(path).sections().filter { $0.name.hasPrefix("swift5_") }
      try #require(sections.count > 4)
      for section in sections where section.range.size > 0 {
        let sum = shares.filter { $0.section == section.name }.reduce(0) { $0 + $1.bytes }
        #expect(sum == section.range.size, "\(path): \(section.name)")
      }
    }
  }

  @Test("of a module on its own is the module's but for what it says of the standard library")
  func ofOneModule() throws {
    let shares = try SwiftMetadata(path: try StaticSwift.build().dynamic).shares
    func bytes(_ section: String, _ module: String) -> UInt64 {
      shares.filter { $0.section == section && $0.module == module }.reduce(0) { $0 + $1.bytes }
    }
    // Pebble, Kind, Hidden and Bag; the protocol Heavy; two conformances of Pebble.
    #expect(bytes("swift5_type_metadata", "Stones") == 4 * 4)
    #expect(bytes("swift5_protocols", "Stones") == 4)
    #expect(bytes("swift5_protocol_conformances", "Stones") == 2 * 4)
    // 16 bytes for each type, and 12 for each field and case.
    #expect(bytes("swift5_fieldmd", "Stones") == 4 * 16 + 6 * 12)
    #expect(bytes("swift5_assocty", "Stones") == 16 + 8)
    #expect(Set(shares.map(\.module)).subtracting(["Stones", "Swift", ""]) == [])
  }

  @Test("of a file with the standard library in it tells the two apart")
  func ofTwo() throws {
    let built = try StaticSwift.build()
    let own = try SwiftMetadata(path: built.dynamic).shares
    let all = try SwiftMetadata(path: built.whole).shares
    for section in ["swift5_type_metadata", "swift5_protocols", "swift5_fieldmd"] {
      func bytes(_ shares: [SwiftMetadata.Share], _ module: String) -> UInt64 {
        shares.filter { $0.section == section && $0.module == module }.reduce(0) { $0 + $1.bytes }
      }
      #expect(bytes(all, "Stones") == bytes(own, "Stones"), "\(section)")
      #expect(bytes(all, "Swift") > 10 * bytes(all, "Stones"), "\(section)")
    }
  }

  @Test("counts the room for backtraces as the standard library's")
  func backtraces() throws {
    let shares = try SwiftMetadata(path: try StaticSwift.build().whole).shares
    #expect(shares.filter { $0.section == "swift5_backtrace" }.map(\.module) == ["Swift"])
  }

  @Test("of closures, enumerations and functions are told by module too, section by section")
  func functions() throws {
    let directory = try TemporaryDirectory()
    let base = """
      open class Rope { public var knots = 3; public init() {} }
      public dynamic func length(of rope: Rope) -> Int { rope.knots }
      public protocol Thing {}
      public struct Stone: Thing { public init() {} }
      public dynamic func anything() -> some Thing { Stone() }
      """
    let user = """
      import Base
      import Distributed
      public struct Twine { var a = 1 }
      public enum Cord { case rope(Rope), twine(Twine), text(String), none }
      public final class Sack {}
      public func makeCounter(_ sack: Sack, _ name: String) -> () -> Int {
        var count = name.count
        return { count += 1; return count + (ObjectIdentifier(sack) == ObjectIdentifier(sack) ? 0 : 1) }
      }
      @_dynamicReplacement(for: length(of:)) public func longer(of rope: Rope) -> Int { 99 }
      public struct Pebble: Thing {}
      @_dynamicReplacement(for: anything()) public func something() -> some Thing { Pebble() }
      public distributed actor Worker {
        public typealias ActorSystem = LocalTestingDistributedActorSystem
        public distributed func work() -> Int { 1 }
      }
      """
    for (name, text) in [("Base", base), ("User", user)] {
      try FileEdits.write(Array(text.utf8), to: directory.file(name + ".swift"))
      try Tool.run(
        ["swiftc", "-emit-library", "-emit-module", "-parse-as-library", "-module-name", name]
          + ["-I", directory.path, "-L", directory.path] + (name == "User" ? ["-lBase"] : [])
          + ["-emit-module-path", directory.file(name + ".swiftmodule")]
          + [directory.file(name + ".swift"), "-o", directory.file("lib\(name).so")])
    }
    let shares = try SwiftMetadata(path: directory.file("libUser.so")).shares
    func bytes(_ section: String, _ module: String) -> UInt64 {
      shares.filter { $0.section == section && $0.module == module }.reduce(0) { $0 + $1.bytes }
    }
    for section in [
      "swift5_capture", "swift5_mpenum", "swift5_replace", "swift5_replac2",
      "swift5_accessible_functions",
    ] {
      #expect(bytes(section, "User") > 0, "\(section): \(shares.filter { $0.section == section })")
    }
    #expect(bytes("swift5_mpenum", "User") % 4 == 0 && bytes("swift5_mpenum", "User") >= 8)
    #expect(bytes("swift5_accessible_functions", "User") == 20)
    #expect(bytes("swift5_replace", "User") == 16 && bytes("swift5_replac2", "User") == 16)
  }

  @Test("of packed relocations lose no module")
  func packed() throws {
    let built = try StaticSwift.build()
    let directory = try TemporaryDirectory()
    func link(_ name: String, _ flags: [String]) throws -> String {
      let output = directory.file(name)
      let object = Path.join(Path.parent(of: built.dynamic), "Stones.o")
      try Tool.run(
        ["swiftc", "-emit-library", "-static-stdlib", "-use-ld=lld", object, "-o", output]
          + flags.flatMap { ["-Xlinker", $0] })
      return output
    }
    let plain = try link("plain.so", [])
    let packed = try link("packed.so", ["-z", "pack-relative-relocs"])
    let file = try #require(FileSet.read([[packed]], depth: .sections)[0].files.first)
    try #require(file.relocations.relr > 1000)
    func sums(_ path: String) throws -> [String: UInt64] {
      var sums: [String: UInt64] = [:]
      for share in try SwiftMetadata(path: path).shares {
        sums["\(share.section) \(share.module)", default: 0] += share.bytes
      }
      return sums
    }
    #expect(try sums(packed) == sums(plain))
  }

  @Test("is nothing where there is no Swift, and in a relocatable file")
  func none() throws {
    #expect(try SwiftMetadata(path: try Versions.c.paths().new).shares == [])
    let object = try #require(try Objects.paths().first { $0.hasSuffix("/swift.o") })
    #expect(try SwiftMetadata(path: object).shares == [])
  }
}
