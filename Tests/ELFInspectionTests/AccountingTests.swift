import Platform
import TestSupport
import Testing

@testable import ELFInspection

@Suite("The accounting of a file")
struct AccountingTests {
  @Test(
    "gives every byte one label, in order, and the sum is the file's size",
    arguments: ["libPluginRuntime.so", "bench-probe", "bench-runtime", "bench-probe-floor"])
  func addsUp(name: String) throws {
    let path = Path.join(TestBuild.directory, name)
    let file = try ELFFile(path: path)
    var position: UInt64 = 0
    for span in file.accounting() {
      #expect(span.range.lowerBound == position && !span.range.isEmpty)
      position = span.range.upperBound
    }
    #expect(position == UInt64(try #require(try Files.status(path)).byteCount))
  }

  @Test("gives sections that do not overlap all their bytes")
  func givesSections() throws {
    let file = try ELFFile(path: try Fixture("well-behaved-c").path())
    var bytes: [ByteLabel: UInt64] = [:]
    for span in file.accounting() {
      bytes[span.label, default: 0] += UInt64(span.range.count)
    }
    #expect(bytes[.elfHeader] == 64)
    // SHT_NOBITS is 8, SHT_NULL 0.
    for section in file.sections where section.type != 8 && section.type != 0 && section.size > 0 {
      #expect(bytes[.section(section.index)] == section.size, "\(file.name(of: section))")
    }
    #expect(bytes[.unmapped] == nil)
  }
}
