extension Report {
  /// One entry of a table: a text for people and a value for scripts.
  ///
  /// A cell without a value was not measured or does not apply: it is shown as `–`, or as its text
  /// where that says why, and is empty in CSV. It is never 0.
  public struct Cell: Sendable, Equatable {
    /// What people read: rounded, with its unit.
    public var text: String

    /// What scripts read: exact and in base units, or nil if there is none.
    public var value: Value?

    /// How the cell is meant.
    public var tone: Tone

    /// Creates a cell from its text and its value.
    public init(_ text: String, value: Value?, tone: Tone = .plain) {
      self.text = text
      self.value = value
      self.tone = tone
    }
  }

  /// The exact content of a cell, in base units: bytes, nanoseconds, counts, ratios.
  public enum Value: Sendable, Equatable {
    /// An exact whole number.
    case integer(Int)
    /// A measured or computed number.
    case number(Double)
    /// A name or a verdict.
    case text(String)
  }

  /// How a cell is meant, which each format shows by its own means.
  public enum Tone: Sendable, Equatable {
    /// Nothing special.
    case plain
    /// Better, admitted, within budget.
    case good
    /// Worse, refused, over budget.
    case bad
    /// Of less interest.
    case dim
    /// The figure to look at.
    case strong
  }
}

extension Report.Tone {
  /// The sign that carries the tone where colour does not: on paper, in a pipe, to some eyes.
  ///
  /// Not arrows: a size that fell is good and would point down.
  var mark: String? {
    switch self {
    case .good: "✓"
    case .bad: "✗"
    case .plain, .dim, .strong: nil
    }
  }
}

extension Report.Cell {
  /// A cell for which there is nothing to show.
  public static let absent = Report.Cell("", value: nil, tone: .dim)

  /// A cell of words, absent if nil.
  public static func text(_ text: String?, tone: Report.Tone = .plain) -> Report.Cell {
    of(text, tone) { ($0, .text($0)) }
  }

  /// A size in bytes, absent if nil.
  public static func bytes(_ bytes: Int?, tone: Report.Tone = .plain) -> Report.Cell {
    of(bytes, tone) { (Quantity.bytes(Double($0)), .integer($0)) }
  }

  /// A size in bytes, absent if nil or not a number.
  public static func bytes(_ bytes: Double?, tone: Report.Tone = .plain) -> Report.Cell {
    measured(bytes, tone) { Quantity.bytes($0) }
  }

  /// A duration in nanoseconds, absent if nil or not a number.
  public static func nanoseconds(_ time: Double?, tone: Report.Tone = .plain) -> Report.Cell {
    measured(time, tone) { Quantity.nanoseconds($0) }
  }

  /// A number of things, absent if nil.
  public static func count(_ count: Int?, tone: Report.Tone = .plain) -> Report.Cell {
    of(count, tone) { (Quantity.count($0), .integer($0)) }
  }

  /// A mean number of things, absent if nil or not a number.
  public static func count(_ count: Double?, tone: Report.Tone = .plain) -> Report.Cell {
    measured(count, tone) { Quantity.count($0) }
  }

  /// A ratio of two quantities, absent if nil or not a number.
  public static func ratio(_ ratio: Double?, tone: Report.Tone = .plain) -> Report.Cell {
    measured(ratio, tone) { Quantity.ratio($0) }
  }

  /// A fraction shown in hundredths, absent if nil or not a number.
  public static func percent(_ fraction: Double?, tone: Report.Tone = .plain) -> Report.Cell {
    measured(fraction, tone) { Quantity.percent($0) }
  }

  private static func measured(
    _ value: Double?, _ tone: Report.Tone, _ format: (Double) -> String
  ) -> Report.Cell {
    of(value.flatMap { $0.isNaN ? nil : $0 }, tone) { (format($0), .number($0)) }
  }

  private static func of<T>(
    _ content: T?, _ tone: Report.Tone, _ parts: (T) -> (String, Report.Value)
  ) -> Report.Cell {
    guard let content else { return .absent }
    let (text, value) = parts(content)
    return Report.Cell(text, value: value, tone: tone)
  }

  /// The text to show, with the dash of an absent cell but without the tone's mark.
  var shown: String { text.isEmpty && value == nil ? Quantity.absent : text }

  /// The text to show in formats that cannot rely on colour.
  var shownWithMark: String {
    guard let mark = tone.mark else { return shown }
    return "\(mark) \(shown)"
  }
}

extension Report.Cell: ExpressibleByStringLiteral {
  /// Creates a plain cell of words.
  public init(stringLiteral text: String) {
    self.init(text, value: .text(text))
  }
}
