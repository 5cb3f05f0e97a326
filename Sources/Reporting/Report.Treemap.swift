extension Report {
  /// A picture of sizes, or of their changes: areas inside areas, each as large as its part weighs.
  ///
  /// It shows at a glance where the bytes are; the tables carry the figures. Only HTML draws it.
  public struct Treemap: Sendable, Equatable {
    /// What the areas stand for.
    public enum Measure: Sendable, Equatable {
      /// Sizes in bytes, coloured by the category of each part.
      ///
      /// The names stand in the legend; a part's category is an index into them. Eight have colours
      /// of their own, all beyond share a neutral one.
      case sizes(categories: [String])

      /// Differences in bytes: what grew has one colour, what shrank another.
      ///
      /// An area is as large as the difference, whatever its sign.
      case changes
    }

    /// What is drawn, as a noun phrase: "Code by module".
    public var title: String

    /// What the areas stand for.
    public var measure: Measure

    /// The parts of the whole, in any order.
    public var nodes: [Node]

    /// Creates a picture of sizes.
    public init(_ title: String, sizes nodes: [Node], categories: [String]) {
      self.init(title: title, measure: .sizes(categories: categories), nodes: nodes)
    }

    /// Creates a picture of differences.
    public init(_ title: String, changes nodes: [Node]) {
      self.init(title: title, measure: .changes, nodes: nodes)
    }

    private init(title: String, measure: Measure, nodes: [Node]) {
      self.title = title
      self.measure = measure
      self.nodes = nodes
    }
  }
}

extension Report.Treemap {
  /// A part of the whole: one area, or a group of smaller ones.
  ///
  /// Groups nest two deep; what lies deeper is counted but not drawn apart.
  public struct Node: Sendable, Equatable {
    /// The name, shown as far as there is room for it and in full under the pointer.
    public var label: String

    /// What is said under the pointer beside name and size, such as an owner; may be empty.
    public var detail: String

    /// What the part stands for.
    public var content: Content

    /// What a part stands for.
    public enum Content: Sendable, Equatable {
      /// An area of its own, in bytes; for changes, the difference.
      ///
      /// A size that is not above zero has no area and is left out.
      case area(bytes: Int, category: Int)

      /// Parts that add up to this one.
      case group([Node])
    }

    /// Creates an area.
    ///
    /// - Parameters:
    ///   - bytes: The size, or the difference.
    ///   - category: The index of a category; without meaning for changes.
    public init(_ label: String, bytes: Int, detail: String = "", category: Int = 0) {
      self.label = label
      self.detail = detail
      self.content = .area(bytes: bytes, category: category)
    }

    /// Creates a group of areas.
    public init(_ label: String, detail: String = "", children: [Node]) {
      self.label = label
      self.detail = detail
      self.content = .group(children)
    }
  }
}
