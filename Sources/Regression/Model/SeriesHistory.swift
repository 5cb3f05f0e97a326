/// The figures of one series in the order of their runs, with the places where the level changes.
public struct SeriesHistory: Equatable, Sendable {
  public struct Point: Equatable, Sendable {
    public var median: Double
    /// The bounds of the 95 % interval; equal to the median where there is none.
    public var low: Double
    public var high: Double
    /// Milliseconds since 1970 by the clock of the machine.
    public var startedAt: Int64
    public var commit: String?
  }

  public struct Step: Equatable, Sendable {
    /// Of the first point of the new level, in ``SeriesHistory/points``.
    public var index: Int
    public var before: Double
    public var after: Double
  }

  public var series: Series
  public var machineClass: String
  /// Oldest first.
  public var points: [Point]
  public var steps: [Step]
}
