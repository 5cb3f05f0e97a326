public import Measurement

/// What a figure is a figure of: the same series in two runs may be compared.
public struct Series: Hashable, Sendable {
  /// The command that made it.
  public var tool: String
  /// A variant of a plugin set, or the path of a file.
  public var subject: String
  /// What else must be the same: "50 plugins, tiny, warm"; empty where nothing.
  public var setting: String
  public var metric: String
  public var unit: Metric.Unit
  public var kind: Metric.Kind

  public init(
    tool: String, subject: String, setting: String, metric: String, unit: Metric.Unit,
    kind: Metric.Kind
  ) {
    self.tool = tool
    self.subject = subject
    self.setting = setting
    self.metric = metric
    self.unit = unit
    self.kind = kind
  }

  /// "shared, 50 plugins, tiny, warm".
  public var place: String { setting.isEmpty ? subject : "\(subject), \(setting)" }

  /// In which order series are shown and stored.
  static func areInOrder(_ left: Series, _ right: Series) -> Bool {
    (left.tool, left.subject, left.setting, left.metric)
      < (right.tool, right.subject, right.setting, right.metric)
  }
}

/// One figure of a run.
public struct Figure: Equatable, Sendable {
  public var series: Series
  public var median: Double
  /// The bounds of the 95 % interval; equal to the median where there is none.
  public var low: Double
  public var high: Double
  /// Those that were taken; a single one of what is exact.
  public var samples: [Double]

  public init(series: Series, median: Double, low: Double, high: Double, samples: [Double]) {
    self.series = series
    self.median = median
    self.low = low
    self.high = high
    self.samples = samples
  }

  /// One value without noise.
  public init(_ series: Series, exactly value: Double) {
    self.init(series: series, median: value, low: value, high: value, samples: [value])
  }

  /// It has no noise.
  public var isExact: Bool { series.kind == .exact }

  /// All of it are numbers.
  var isFinite: Bool {
    median.isFinite && low.isFinite && high.isFinite && samples.allSatisfy(\.isFinite)
  }
}
