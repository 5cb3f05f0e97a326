/// Writes comma-separated values, by RFC 4180, field by field. Records end in CR LF.
///
/// ``CSVRenderer`` says what becomes of texts and numbers.
public struct CSVWriter: Sendable {
  /// What was written so far. UTF-8.
  public private(set) var bytes: [UInt8] = []

  private let guardsFormulas: Bool
  /// Fields of the record that is not yet ended.
  private var fields = 0
  private var recordStart = 0

  public init(guardsFormulas: Bool = true) { self.guardsFormulas = guardsFormulas }

  /// An empty field.
  public mutating func absent() { separate() }

  public mutating func field(_ number: Int) {
    separate()
    append(number)
  }

  public mutating func field(_ number: UInt64) { field(Int(clamping: number)) }

  public mutating func field(_ number: Double) {
    separate()
    if number.isNaN { return }
    // Every whole number below 2⁵³ is exact, and "2800000" reads better than "2800000.0".
    if number.magnitude < 0x1p53, let whole = Int(exactly: number) {
      append(whole)
    } else {
      bytes += Array(number.description.utf8)
    }
  }

  public mutating func field(_ raw: String) {
    separate()
    // Line feeds survive in quotes; other control characters would act when the file is printed.
    var text = SafeText.visible(raw, keepingLineFeeds: true)
    if guardsFormulas, let first = text.unicodeScalars.first, Self.formulaStarts.contains(first) {
      text = "'" + text
    }
    text.withUTF8 { unsafe append($0) }
  }

  public mutating func endRecord() {
    // A record of one empty field would be an empty line, which readers skip.
    if fields == 1, bytes.count == recordStart {
      bytes += [UInt8(ascii: "\""), UInt8(ascii: "\"")]
    }
    bytes += [13, 10]
    fields = 0
    recordStart = bytes.count
  }

  private mutating func separate() {
    if fields > 0 { bytes.append(UInt8(ascii: ",")) }
    fields += 1
  }

  private mutating func append(_ number: Int) {
    if number < 0 { bytes.append(UInt8(ascii: "-")) }
    let start = bytes.count
    var rest = number.magnitude
    repeat {
      bytes.append(UInt8(ascii: "0") + UInt8(rest % 10))
      rest /= 10
    } while rest > 0
    bytes[start...].reverse()
  }

  private mutating func append(_ text: UnsafeBufferPointer<UInt8>) {
    // No early exit: so the loop takes many bytes at a time.
    var special: UInt8 = 0
    for index in text.indices {
      let byte = unsafe text[index]
      special |=
        byte == UInt8(ascii: ",") || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\n")
        ? 1 : 0
    }
    guard special != 0 else {
      unsafe bytes.append(contentsOf: text)
      return
    }
    bytes.append(UInt8(ascii: "\""))
    for index in text.indices {
      if unsafe text[index] == UInt8(ascii: "\"") { bytes.append(UInt8(ascii: "\"")) }
      unsafe bytes.append(text[index])
    }
    bytes.append(UInt8(ascii: "\""))
  }

  private static let formulaStarts: Set<Unicode.Scalar> = [
    "=", "+", "-", "@", "＝", "＋", "－", "＠",
  ]
}
