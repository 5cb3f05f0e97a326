import Platform
import TestSupport
import Testing

@testable import PluginHost

extension IndexHost {
  /// A host that is not this one.
  static let test = IndexHost(
    machine: 0, abiMajor: 9, abiMinor: 8, holdsStandardLibrary: false, features: 7,
    toolchain: "test")
}

/// Bytes of an index whose checksum is made to fit, as somebody who wants to deceive would.
enum SealedIndex {
  static func seal(_ bytes: [UInt8]) -> [UInt8] {
    var bytes = bytes
    guard bytes.count >= IndexFormat.headerSize else { return bytes }
    bytes.overwrite(at: IndexFormat.Header.fileSize, with: UInt64(bytes.count))
    let checksum = unsafe bytes.withUnsafeBytes { unsafe IndexFormat.checksum(ofFile: $0) }
    bytes.overwrite(at: IndexFormat.Header.checksum, with: checksum)
    return bytes
  }

  /// The copy that an image takes over.
  static func copy(_ bytes: [UInt8]) -> UnsafeMutableRawBufferPointer {
    let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 16)
    unsafe copy.copyBytes(from: bytes)
    return unsafe copy
  }

  /// Reads all that is in an index: whatever can go wrong goes wrong here.
  ///
  /// - Returns: false where it is not accepted.
  static func readAll(_ bytes: [UInt8]) -> Bool {
    guard let image = try? unsafe IndexImage(copy(bytes), host: .test) else { return false }
    for number in 0..<image.count {
      _ = image.record(number, in: "/plugins")
      let name = Array(image.fileName(number).utf8)
      _ = unsafe name.withUnsafeBytes { unsafe image.number(of: $0) }
      _ = unsafe name.withUnsafeBytes { unsafe image.mayOffer(number, id: $0, revision: 1) }
      _ = image.isCurrent(number, .none)
    }
    return true
  }
}

@Suite("A damaged index")
struct DamagedIndexTests {
  /// Small, and with something in every part: two plugins that offer and one that is refused.
  private static func sample() throws -> [UInt8] {
    let set = try IndexedFixtures(
      [Fixture("offers-its-unit"), .wellBehavedC, Fixture("abi-too-new")])
    let files = try Discovery.plugins(in: set.path).map {
      IndexedFile(judging: Path.name(of: $0), in: set.path)
    }
    return IndexWriter.bytes(of: files, host: .test)
  }

  @Test("is told from a good one, whichever byte was changed and wherever it was cut")
  func everyByte() throws {
    let good = try Self.sample()
    #expect(SealedIndex.readAll(good))
    var accepted: [String] = []
    for offset in good.indices {
      for change: UInt8 in [0x01, 0x80, 0xff] {
        var bytes = good
        bytes[offset] ^= change
        if SealedIndex.readAll(bytes) { accepted.append("\(offset) ^ \(change)") }
      }
      if SealedIndex.readAll(Array(good[..<offset])) { accepted.append("cut at \(offset)") }
    }
    if SealedIndex.readAll(good + [0]) { accepted.append("one byte more") }
    #expect(accepted == [])
  }

  @Test("with a checksum that fits is read without harm, or not at all")
  func sealed() throws {
    let good = try Self.sample()
    var accepted = 0
    for offset in good.indices {
      for value: UInt8 in [0x00, 0x01, 0x7f, 0x80, 0xff] {
        var bytes = good
        bytes[offset] = value
        if SealedIndex.readAll(SealedIndex.seal(bytes)) { accepted += 1 }
      }
      if SealedIndex.readAll(SealedIndex.seal(Array(good[..<offset]))) { accepted += 1 }
    }
    // Changes of texts and numbers cannot be told from the truth.
    #expect(accepted > 0)
  }

  @Test("with numbers that no file can hold is read without harm, or not at all")
  func sealedNumbers() throws {
    let good = try Self.sample()
    let words = stride(from: 0, to: good.count - 4, by: 4)
    for offset in words {
      for value: UInt32 in [0xffff_ffff, 0x8000_0000, 0x7fff_ffff, UInt32(good.count), 0x1000] {
        var bytes = good
        bytes.overwrite(at: offset, with: value)
        _ = SealedIndex.readAll(SealedIndex.seal(bytes))
        bytes.overwrite(at: offset, with: value)
        guard offset + 8 <= bytes.count else { continue }
        bytes.overwrite(at: offset + 4, with: value)
        _ = SealedIndex.readAll(SealedIndex.seal(bytes))
      }
    }
  }

  @Test("is rebuilt to what it was", arguments: [0, 8, 16, 24, 40, 96, 150])
  func rebuilt(_ offset: Int) throws {
    let set = try IndexedFixtures([.wellBehavedC, Fixture("abi-too-new")])
    let good = try PluginIndex(of: set.path)
    var bytes = try Files.read(set.indexPath)
    bytes[offset] ^= 0x10
    for damaged in [bytes, Array(bytes[..<offset])] {
      try Files.replace(set.indexPath, with: damaged)
      let index = try PluginIndex(of: set.path)
      #expect(index.flaw != nil && index.judged == 2)
      #expect(index.entries.map(\.told) == good.entries.map(\.told))
      #expect(try PluginIndex(of: set.path).flaw == nil)
    }
  }
}
