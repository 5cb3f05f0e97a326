/// One way to show a report.
public protocol ReportRenderer: Sendable {
  /// Returns the whole report in the renderer's format, ending in a line break unless empty.
  ///
  /// Whatever a text holds, it arrives as text: control characters are replaced by pictures and
  /// the format's own syntax is escaped. Complexity: O(*n*) in the size of the report.
  func render(_ report: Report) -> String
}
