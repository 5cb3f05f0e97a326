import ELFInspection
import Glibc
import Platform
import SizeAnalysis
import TestSupport
import Testing

@Suite("Whatever is changed in a file, its sums are right", .serialized)
struct RandomEditTests {
  /// SplitMix64, so that a failure happens again.
  private struct Random {
    var state: UInt64

    mutating func next(_ bound: Int) -> Int {
      state &+= 0x9e37_79b9_7f4a_7c15
      var word = state
      word = (word ^ word >> 30) &* 0xbf58_476d_1ce4_e5b9
      word = (word ^ word >> 27) &* 0x94d0_49bb_1331_11eb
      return Int((word ^ word >> 31) % UInt64(bound))
    }
  }

  @Test(
    "or it is refused, and either at once",
    arguments: [LyingFile.Base.library, .object, .plugin, .swift])
  func edits(_ base: LyingFile.Base) throws {
    let good = try Files.read(try base.path())
    let target = Path.join(try TemporaryDirectory.make(), "edited")
    var random = Random(state: 0x5eed)
    let sections = Int(good.integer(at: 40, as: UInt64.self))
    let headers = sections..<sections + 64 * Int(good.integer(at: 60, as: UInt16.self))
    let extremes: [UInt64] = [0, 1, 0x7f, 0xff, 0xffff, 0x7fff_ffff, 0xffff_ffff, .max]
    var readable = 0
    var slowest: UInt64 = 0
    for round in 0..<300 {
      var bytes = good
      for _ in 0...random.next(3) {
        if random.next(2) == 0 {
          // A field of a section's header, where a value matters most.
          let offset = headers.lowerBound + random.next(headers.count / 8) * 8
          let value =
            random.next(2) == 0 ? extremes[random.next(8)] : UInt64(random.next(good.count))
          bytes.overwrite(at: offset, with: value)
        } else {
          bytes[random.next(bytes.count)] = UInt8(random.next(256))
        }
      }
      if round % 8 == 0 { bytes.truncate(to: random.next(bytes.count)) }
      try FileEdits.write(bytes, to: target)
      let start = monotonicNanoseconds()
      if case .success = Interrogation.run(target) { readable += 1 }
      slowest = max(slowest, monotonicNanoseconds() - start)
    }
    // Some edits hit nothing that matters, and others something: else the test tests nothing.
    #expect(readable > 20 && readable < 290, "\(readable)")
    #expect(slowest < 1_000_000_000, "\(slowest)")
  }
}
