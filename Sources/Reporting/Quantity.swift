/// Numbers as people read them: at most three significant digits, with a unit.
///
/// Zeros at the end of a fraction are left out, so 2.80 reads "2.8". From 1000 on, where no larger
/// unit exists, whole numbers are shown with a narrow no-break space (U+202F) between thousands; it
/// cannot be mistaken for a decimal point or comma. A number that is not one reads "–", an infinite
/// one "∞"; negative numbers have a minus sign (U+2212). With `signed`, positive ones have a plus.
/// For exact values use CSV or JSON.
public enum Quantity {
  /// What is shown where there is no number.
  public static let absent = "–"

  /// A size: "2.8 MB".
  ///
  /// Units are decimal, as in `ls --si`: 1 KB is 1000 bytes.
  public static func bytes(_ bytes: Double, signed: Bool = false) -> String {
    scaled(bytes, byteUnits, signed)
  }

  private static let byteUnits = ["B", "KB", "MB", "GB", "TB", "PB", "EB"]

  /// A duration: "950 ns", "38 µs", "1.62 ms", "2.5 s".
  public static func nanoseconds(_ time: Double, signed: Bool = false) -> String {
    scaled(time, ["ns", "µs", "ms", "s"], signed)
  }

  /// A whole number, exactly: "14 699".
  public static func count(_ count: Int, signed: Bool = false) -> String {
    sign(Double(count), signed) + grouped(String(count.magnitude))
  }

  /// A number that need not be whole, such as a mean of counts: "12.5".
  public static func count(_ count: Double, signed: Bool = false) -> String {
    scaled(count, [""], signed)
  }

  /// How many times as much: "5.3×".
  public static func ratio(_ ratio: Double) -> String {
    guard ratio.isFinite else { return nonFinite(ratio, false) }
    return sign(ratio, false) + digits(ratio.magnitude) + "×"
  }

  /// A fraction in hundredths: 0.053 reads "5.3 %".
  public static func percent(_ fraction: Double, signed: Bool = false) -> String {
    scaled(fraction * 100, ["%"], signed)
  }
}

extension Quantity {
  private static func scaled(_ value: Double, _ units: [String], _ signed: Bool) -> String {
    guard value.isFinite else { return nonFinite(value, signed) }
    var magnitude = value.magnitude
    var unit = 0
    // Not 1000: 999.6 would round to "1000" and belongs to the next unit already.
    while magnitude >= 999.5, unit < units.count - 1 {
      magnitude /= 1000
      unit += 1
    }
    let number = sign(value, signed) + digits(magnitude)
    return units[unit].isEmpty ? number : number + " " + units[unit]
  }

  private static func nonFinite(_ value: Double, _ signed: Bool) -> String {
    value.isNaN ? absent : sign(value, signed) + "∞"
  }

  private static func sign(_ value: Double, _ signed: Bool) -> String {
    value < 0 ? "\u{2212}" : signed && value > 0 ? "+" : ""
  }

  /// Three significant digits of a finite number that is not negative.
  private static func digits(_ value: Double) -> String {
    switch value {
    case 0: return "0"
    case ..<1e-6, 1e15...: return scientific(value)
    case 999.5...: return grouped(String(Int(value.rounded())))
    default: break
    }
    var power = 1.0
    var decimals = 0
    while value * power < 100 {
      power *= 10
      decimals += 1
    }
    var number = Int((value * power).rounded())
    while decimals > 0, number.isMultiple(of: 10) {
      number /= 10
      decimals -= 1
    }
    if decimals == 0 { return String(number) }
    let one = (0..<decimals).reduce(1) { power, _ in power * 10 }
    let fraction = String(number % one)
    let zeros = String(repeating: "0", count: decimals - fraction.utf8.count)
    return String(number / one) + "." + zeros + fraction
  }

  private static func scientific(_ value: Double) -> String {
    var mantissa = value
    var exponent = 0
    while mantissa >= 9.995 {
      mantissa /= 10
      exponent += 1
    }
    while mantissa < 0.9995 {
      mantissa *= 10
      exponent -= 1
    }
    return "\(digits(mantissa))e\(count(exponent))"
  }

  private static func grouped(_ digits: String) -> String {
    var result = ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.utf8.count - index).isMultiple(of: 3) { result += "\u{202F}" }
      result.append(digit)
    }
    return result
  }
}
