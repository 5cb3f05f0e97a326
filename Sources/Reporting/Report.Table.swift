extension Report {
  /// Rows of cells under named columns; every row has one cell per column.
  public struct Table: Sendable, Equatable {
    /// The columns; their keys differ from one another.
    public let columns: [Column]

    /// The rows, each as long as ``columns``.
    ///
    /// - Complexity: O(1), or O(*n*) where there are packed ones.
    public var rows: [[Cell]] { packed.isEmpty ? cells : cells + packed.flatMap(\.cells) }

    private var cells: [[Cell]]

    /// Rows behind ``cells``, as they were appended.
    private(set) var packed: [PackedRows] = []

    /// What is shown instead of the table when it has no rows.
    public var whenEmpty: String

    /// Creates a table.
    ///
    /// - Precondition: The columns' keys differ, and every row has one cell per column.
    public init(columns: [Column], rows: [[Cell]] = [], whenEmpty: String = "(none)") {
      precondition(
        Set(columns.map(\.key)).count == columns.count, "Two columns of a table share a key.")
      precondition(
        rows.allSatisfy { $0.count == columns.count }, "A row has not one cell per column.")
      self.columns = columns
      cells = rows
      self.whenEmpty = whenEmpty
    }

    /// Adds a row at the end.
    ///
    /// - Precondition: The row has one cell per column.
    public mutating func append(_ row: [Cell]) {
      precondition(row.count == columns.count, "A row has not one cell per column.")
      // What was packed stands in front.
      if !packed.isEmpty {
        cells = rows
        packed = []
      }
      cells.append(row)
    }

    /// Adds rows that were packed apart, at the end.
    ///
    /// - Precondition: They have as many columns as the table.
    public mutating func append(_ rows: PackedRows) {
      precondition(rows.columns == columns.count, "Packed rows have not one cell per column.")
      if !rows.isEmpty { packed.append(rows) }
    }

    /// All rows, where they are packed; nil where any is not.
    var allPacked: [PackedRows]? { cells.isEmpty ? packed : nil }

    /// Whether there is nothing to draw a table of.
    var isEmpty: Bool { cells.isEmpty && packed.isEmpty || columns.isEmpty }
  }

  /// The side on which a column's texts line up.
  public enum Alignment: Sendable, Equatable {
    /// On the left, for words.
    case leading

    /// On the right, for numbers.
    case trailing
  }

  /// The name, unit and alignment of one column of a table.
  public struct Column: Sendable, Equatable {
    /// The name scripts know the column by: the header in CSV, such as `memory.pss`.
    ///
    /// Tables of one report that share a key share a CSV column. `section` is taken by CSV itself
    /// as soon as a report has two tables.
    public var key: String

    /// The heading people see.
    public var title: String

    /// The unit shown beside the title, where the cells' texts leave it out.
    public var unit: String?

    /// The side on which the column lines up.
    public var alignment: Alignment

    /// What is too long for a terminal is cut in the middle: paths and names of symbols differ at
    /// their ends.
    public var keepsEnds = false

    /// Creates a column, titled by its key unless another title is given.
    public init(
      _ key: String, title: String? = nil, unit: String? = nil, alignment: Alignment = .leading
    ) {
      self.key = key
      self.title = title ?? key
      self.unit = unit
      self.alignment = alignment
    }

    /// A column of words.
    public static func text(_ key: String, title: String? = nil) -> Column {
      Column(key, title: title)
    }

    /// A column of paths or of names that begin alike.
    public static func name(_ key: String, title: String? = nil) -> Column {
      var column = Column(key, title: title)
      column.keepsEnds = true
      return column
    }

    /// A column of numbers.
    public static func number(_ key: String, title: String? = nil, unit: String? = nil) -> Column {
      Column(key, title: title, unit: unit, alignment: .trailing)
    }
  }
}
