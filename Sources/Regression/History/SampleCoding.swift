/// Samples as bytes: whole numbers as differences of variable length, others as they are.
///
/// Twenty times of some milliseconds take about 60 bytes instead of 160, and most of a history is
/// samples.
enum SampleCoding {
  private static let differences: UInt8 = 1
  private static let plain: UInt8 = 2

  static func encode(_ samples: [Double]) -> [UInt8] {
    guard !samples.isEmpty else { return [] }
    var integers: [Int64] = []
    for sample in samples {
      // Up to 2⁵³ every whole number is itself.
      guard let value = Int64(exactly: sample), value.magnitude < 1 << 53 else { break }
      integers.append(value)
    }
    if integers.count == samples.count, !samples.contains(where: { $0.sign == .minus && $0 == 0 }) {
      var bytes = [differences]
      var last: Int64 = 0
      for value in integers {
        let difference = value - last
        append(UInt64(bitPattern: (difference << 1) ^ (difference >> 63)), to: &bytes)
        last = value
      }
      return bytes
    }
    return [plain]
      + samples.flatMap { sample in
        (0..<8).map { UInt8(truncatingIfNeeded: sample.bitPattern >> UInt64(8 * $0)) }
      }
  }

  /// nil for bytes that no samples have.
  static func decode(_ bytes: [UInt8]) -> [Double]? {
    guard let form = bytes.first else { return [] }
    var samples: [Double] = []
    var index = 1
    switch form {
    case differences:
      var last: Int64 = 0
      while index < bytes.count {
        guard let value = read(bytes, &index) else { return nil }
        last &+= Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
        samples.append(Double(last))
      }
    case plain:
      guard (bytes.count - 1).isMultiple(of: 8) else { return nil }
      while index < bytes.count {
        var pattern: UInt64 = 0
        for byte in 0..<8 { pattern |= UInt64(bytes[index + byte]) << UInt64(8 * byte) }
        samples.append(Double(bitPattern: pattern))
        index += 8
      }
    default: return nil
    }
    return samples
  }

  private static func append(_ value: UInt64, to bytes: inout [UInt8]) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }

  private static func read(_ bytes: [UInt8], _ index: inout Int) -> UInt64? {
    var value: UInt64 = 0
    var shift: UInt64 = 0
    while index < bytes.count, shift < 64 {
      let byte = bytes[index]
      index += 1
      value |= UInt64(byte & 0x7f) << shift
      if byte < 0x80 { return value }
      shift += 7
    }
    return nil
  }
}
