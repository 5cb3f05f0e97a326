import Reporting
import Testing

/// Stands for U+202F, which looks like a space in the expectations below.
private let thin = "\u{202F}"

@Suite("A quantity")
struct QuantityTests {
  @Test(
    "of bytes has three significant digits and a decimal unit",
    arguments: [
      (0, "0 B"), (1, "1 B"), (999, "999 B"), (999.4, "999 B"), (999.6, "1 KB"), (1000, "1 KB"),
      (1024, "1.02 KB"), (2_800_000, "2.8 MB"), (999_499, "999 KB"), (999_500, "1 MB"),
      (12_345_678, "12.3 MB"), (127e6, "127 MB"), (5e9, "5 GB"), (1.5e12, "1.5 TB"),
      (1e18, "1 EB"), (1.5, "1.5 B"), (-2048, "−2.05 KB"),
    ] as [(Double, String)])
  func bytes(value: Double, text: String) {
    #expect(Quantity.bytes(value) == text)
  }

  @Test(
    "of time goes from nanoseconds to seconds",
    arguments: [
      (950, "950 ns"), (38_000, "38 µs"), (1_620_000, "1.62 ms"), (16_000_000, "16 ms"),
      (2.5e9, "2.5 s"), (999_999, "1 ms"), (0.35, "0.35 ns"), (99.97, "100 ns"), (9.996, "10 ns"),
      (5400e9, "5\(thin)400 s"), (-400_000, "−400 µs"),
    ] as [(Double, String)])
  func nanoseconds(value: Double, text: String) {
    #expect(Quantity.nanoseconds(value) == text)
  }

  @Test(
    "that counts is exact and has narrow spaces between thousands",
    arguments: [
      (0, "0"), (999, "999"), (1000, "1\(thin)000"), (14_699, "14\(thin)699"),
      (1_234_567, "1\(thin)234\(thin)567"), (-1234, "−1\(thin)234"),
      (.max, "9\(thin)223\(thin)372\(thin)036\(thin)854\(thin)775\(thin)807"),
      (.min, "−9\(thin)223\(thin)372\(thin)036\(thin)854\(thin)775\(thin)808"),
    ] as [(Int, String)])
  func count(value: Int, text: String) {
    #expect(Quantity.count(value) == text)
  }

  @Test("that counts on average keeps a fraction while it matters")
  func meanCount() {
    #expect(Quantity.count(12.5) == "12.5")
    #expect(Quantity.count(14_699.4) == "14\(thin)699")
  }

  @Test(
    "that compares ends in ×",
    arguments: [
      (5.3, "5.3×"), (1, "1×"), (0.996, "0.996×"), (15.23, "15.2×"), (0.0123, "0.0123×"),
      (0.000_012_34, "0.0000123×"), (1.2e-7, "1.2e−7×"), (12_345, "12\(thin)345×"), (2e15, "2e15×"),
      (9.999e20, "1e21×"), (.leastNonzeroMagnitude, "4.94e−324×"), (-0.0, "0×"),
    ] as [(Double, String)])
  func ratio(value: Double, text: String) {
    #expect(Quantity.ratio(value) == text)
  }

  @Test("that is a share is shown in hundredths")
  func percent() {
    #expect(Quantity.percent(0.053) == "5.3 %")
    #expect(Quantity.percent(-0.5, signed: true) == "−50 %")
  }

  @Test("that is a difference shows either sign, but none for zero")
  func signed() {
    #expect(Quantity.bytes(3200, signed: true) == "+3.2 KB")
    #expect(Quantity.bytes(-3200, signed: true) == "−3.2 KB")
    #expect(Quantity.count(0, signed: true) == "0")
    #expect(Quantity.nanoseconds(.infinity, signed: true) == "+∞")
  }

  @Test(
    "that is no number or infinite never reads as a number",
    arguments: [(.nan, "–"), (.infinity, "∞"), (-.infinity, "−∞")] as [(Double, String)])
  func nonFinite(value: Double, text: String) {
    #expect(Quantity.bytes(value) == text)
    #expect(Quantity.nanoseconds(value) == text)
    #expect(Quantity.count(value) == text)
    #expect(Quantity.ratio(value) == text)
    #expect(Quantity.percent(value) == text)
  }

  @Test("that is not zero never reads as zero")
  func neverZero() {
    var value = 1.0
    while value > 0 {
      #expect(!Quantity.nanoseconds(value).hasPrefix("0 "))
      value /= 7
    }
  }
}
