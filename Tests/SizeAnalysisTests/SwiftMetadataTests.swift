import ELFInspection
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

  @Test("is nothing where there is no Swift, and in a relocatable file")
  func none() throws {
    #expect(try SwiftMetadata(path: try Versions.c.paths().new).shares == [])
    let object = try #require(try Objects.paths().first { $0.hasSuffix("/swift.o") })
    #expect(try SwiftMetadata(path: object).shares == [])
  }
}
