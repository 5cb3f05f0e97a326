internal import Reporting

/// What else went on on the machine while something was measured.
public struct Disturbance: Equatable, Sendable {
  /// Runnable threads over the last minute when measuring began.
  public var loadAverage: Double?
  /// The share of all processors' time that other processes took.
  public var otherLoad: Double?
  /// The share that the hypervisor gave to others.
  public var steal: Double?
  /// Pages that went to swap space or came from it.
  public var swappedPages: UInt64?
  /// How the kernel chooses the processors' frequencies, each way once; nil where it does not say.
  public var governor: String?
  /// The frequency of the fastest processor in hertz, when measuring began and when it was over; nil
  /// where the machine does not say.
  public var frequencies: Frequencies?
  /// How often a processor was slowed down because it was too hot; nil where the machine does not say.
  public var throttled: UInt64?

  public struct Frequencies: Equatable, Sendable {
    public var before: Double
    public var after: Double
  }

  /// A sentence, without its stop, for each thing that disturbs.
  public var warnings: [String] {
    var warnings: [String] = []
    if let otherLoad, otherLoad > 0.1 {
      warnings.append("other processes took \(Self.percent(otherLoad)) of the processors' time")
    }
    if let steal, steal > 0.01 {
      warnings.append(
        "the hypervisor gave \(Self.percent(steal)) of the processors' time to others")
    }
    if let swappedPages, swappedPages > 0 {
      warnings.append("\(swappedPages) page\(swappedPages == 1 ? " was" : "s were") swapped")
    }
    if let governor, governor != "performance" {
      warnings.append("the processors' frequency follows the governor '\(governor)'")
    }
    if let frequencies, frequencies.changed > 0.1 {
      warnings.append(
        "the fastest processor's frequency went from \(Self.gigahertz(frequencies.before)) to "
          + Self.gigahertz(frequencies.after))
    }
    if let throttled, throttled > 0 {
      warnings.append(
        "processors were slowed down \(throttled) time\(throttled == 1 ? "" : "s"), too hot")
    }
    return warnings
  }

  /// All that is known, in one sentence: also what does not disturb.
  public var summary: String {
    var parts: [String] = []
    if let loadAverage {
      parts.append("load average \(Quantity.count(loadAverage)) at the beginning")
    }
    if let otherLoad { parts.append("other processes \(Self.percent(otherLoad))") }
    if let steal { parts.append("steal \(Self.percent(steal))") }
    if let swappedPages { parts.append("\(swappedPages) pages swapped") }
    if let frequencies {
      parts.append(
        frequencies.changed > 0.01
          ? "\(Self.gigahertz(frequencies.before)), then \(Self.gigahertz(frequencies.after))"
          : Self.gigahertz(frequencies.after))
    }
    if let governor { parts.append("governor '\(governor)'") }
    guard !parts.isEmpty else { return "The machine does not tell what went on meanwhile." }
    return "Meanwhile on the machine: \(parts.joined(separator: ", "))."
  }

  private static func percent(_ share: Double) -> String { "\(Int((share * 100).rounded())) %" }

  private static func gigahertz(_ hertz: Double) -> String {
    let hundredths = Int((hertz / 1e7).rounded())
    let digits = hundredths % 100
    return "\(hundredths / 100).\(digits < 10 ? "0" : "")\(digits) GHz"
  }
}

extension Disturbance.Frequencies {
  /// By which share the smaller is below the larger.
  var changed: Double {
    let larger = max(before, after)
    return larger > 0 ? 1 - min(before, after) / larger : 0
  }
}
