extension Report {
  /// A figure with two axes, for the formats that can draw: the others leave it out, so that tables must
  /// say the same.
  public struct Chart: Sendable, Equatable {
    /// The name that `--figure` knows it by.
    public var key: String
    public var title: String
    public var content: Content

    public enum Content: Sendable, Equatable {
      /// Values over a number, such as memory over the number of plugins.
      case lines([Line], x: Axis, y: Axis, marks: [Mark])
      /// One amount for each name, of one or several parts.
      case bars([Bar], axis: Axis, parts: [String])
    }

    public init(_ key: String, title: String, _ content: Content) {
      self.key = key
      self.title = title
      self.content = content
    }

    /// Nothing in it can be drawn.
    var isEmpty: Bool {
      switch content {
      case .lines(let lines, _, _, _): !lines.contains { $0.points.contains(where: \.isFinite) }
      case .bars(let bars, _, _): bars.isEmpty
      }
    }
  }
}

extension Report.Chart {
  public enum Unit: Sendable, Equatable {
    case bytes, nanoseconds, count
  }

  public struct Axis: Sendable, Equatable {
    public var title: String
    public var unit: Unit
    /// Equal steps are equal factors; only where all values are above 0.
    public var isLogarithmic: Bool
    /// Where the axis is labelled; empty for round numbers.
    public var ticks: [Double]

    public init(_ title: String, _ unit: Unit, isLogarithmic: Bool = false, ticks: [Double] = []) {
      self.title = title
      self.unit = unit
      self.isLogarithmic = isLogarithmic
      self.ticks = ticks
    }
  }

  public struct Point: Sendable, Equatable {
    public var x: Double
    public var y: Double
    /// The bounds of the interval; equal to `y` where there is none.
    public var low: Double
    public var high: Double
    /// What is told of it under the pointer.
    public var hint: String

    public init(x: Double, y: Double, low: Double? = nil, high: Double? = nil, hint: String = "") {
      self.x = x
      self.y = y
      self.low = low ?? y
      self.high = high ?? y
      self.hint = hint
    }

    var isFinite: Bool { x.isFinite && y.isFinite && low.isFinite && high.isFinite }
  }

  public struct Line: Sendable, Equatable {
    public var name: String
    public var points: [Point]

    public init(_ name: String, _ points: [Point]) {
      self.name = name
      self.points = points
    }
  }

  /// A place on the horizontal axis that something happens at.
  public struct Mark: Sendable, Equatable {
    public var x: Double
    /// The bounds of its interval; nil where there is none.
    public var interval: ClosedRange<Double>?
    public var label: String
    public var tone: Report.Tone

    public init(
      x: Double, interval: ClosedRange<Double>? = nil, label: String, tone: Report.Tone = .plain
    ) {
      self.x = x
      self.interval = interval
      self.label = label
      self.tone = tone
    }
  }

  public struct Bar: Sendable, Equatable {
    public var name: String
    /// From the left, each at least 0.
    public var parts: [Double]
    /// The bounds of the interval of the sum; nil where there is none.
    public var interval: ClosedRange<Double>?
    /// Drawn as dots, so that the distribution can be seen.
    public var samples: [Double]

    public init(
      _ name: String, parts: [Double], interval: ClosedRange<Double>? = nil, samples: [Double] = []
    ) {
      self.name = name
      self.parts = parts
      self.interval = interval
      self.samples = samples
    }

    var sum: Double { parts.reduce(0, +) }
  }
}
