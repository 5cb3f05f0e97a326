/// A result for people and scripts, independent of the format it will be shown in.
///
/// A report holds what was found and how it reads; a ``ReportRenderer`` decides how it looks.
public struct Report: Sendable, Equatable {
  /// What was examined, as a noun phrase: "Start-up of 50 plugins".
  public var title: String

  /// The result in one sentence; empty where there is none.
  public var headline: String

  /// The findings, in reading order.
  public var sections: [Section]

  /// The result in pictures, before all sections, for the formats that can draw: the others leave them
  /// out.
  public var charts: [Chart] = []

  /// Remarks on method and on what is missing, shown at the end.
  public var notes: [String]

  /// Creates a report.
  public init(
    title: String, headline: String, sections: [Section] = [], notes: [String] = []
  ) {
    self.title = title
    self.headline = headline
    self.sections = sections
    self.notes = notes
  }
}

extension Report {
  /// A titled part of a report: paragraphs, then at most one figure and one table.
  public struct Section: Sendable, Equatable {
    /// The name scripts know the section by, used in CSV.
    public var key: String

    /// The heading.
    public var title: String

    /// Running text; white space inside a paragraph, line feeds included, counts as one space.
    public var paragraphs: [String]

    /// A picture of the figures, for the formats that can draw: the others leave it out.
    public var treemap: Treemap?

    /// The figures, if the section has any.
    public var table: Table?

    /// Its table is for who asks for it: formats that can fold leave it closed.
    public var isFolded = false

    /// Creates a section, whose key is its title unless another is given.
    public init(
      _ title: String, key: String? = nil, paragraphs: [String] = [], treemap: Treemap? = nil,
      table: Table? = nil
    ) {
      self.key = key ?? title
      self.title = title
      self.paragraphs = paragraphs
      self.treemap = treemap
      self.table = table
    }
  }
}
