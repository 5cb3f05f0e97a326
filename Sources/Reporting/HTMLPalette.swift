/// The colours of a page in one scheme, as `#rrggbb`.
///
/// Every text colour reaches a contrast of 4.5 against every background it stands on (WCAG 2.2,
/// success criterion 1.4.3, level AA); a test holds it to that.
struct HTMLPalette: Sendable {
  var page: String
  var header: String
  var hover: String
  var rule: String

  var text: String
  var dim: String
  var good: String
  var bad: String

  /// The areas of a treemap, by category: blue, orange, green, purple, teal, red, yellow, brown.
  var areas: [String]
  /// Lines and their names, in the order of the areas.
  var lines: [String]
  var neutral: String
  /// Orange and blue, which are told apart by eyes that do not tell red from green.
  var grown: String
  var shrunk: String

  static let light = HTMLPalette(
    page: "#ffffff", header: "#f4f5f6", hover: "#f7f8f9", rule: "#d8dbe0",
    text: "#1a1c20", dim: "#5a606a", good: "#0f6637", bad: "#b01f1a",
    areas: [
      "#a3c4f0", "#f5bd82", "#a5d6a0", "#cdb6ee", "#8bd3cf", "#f3aeb0", "#e6d567", "#d2bda6",
    ],
    lines: [
      "#1d5fae", "#a34c00", "#2a7230", "#7443b0", "#00757a", "#bd2b33", "#776600", "#77523f",
    ],
    neutral: "#d5d8dd", grown: "#f2b071", shrunk: "#94c1ee")

  static let dark = HTMLPalette(
    page: "#15171a", header: "#1f2226", hover: "#1b1e22", rule: "#353a41",
    text: "#e3e5e8", dim: "#a0a7b1", good: "#74cf98", bad: "#ff938a",
    areas: [
      "#2d5488", "#86501a", "#2c6439", "#5c4291", "#176464", "#8a3843", "#665b12", "#5e4a3a",
    ],
    lines: [
      "#82b4f2", "#f0a860", "#82cf88", "#c6a9f4", "#62d1cd", "#f79ba1", "#e0cf5c", "#d0b193",
    ],
    neutral: "#434951", grown: "#8a4b14", shrunk: "#28578c")

  /// The categories of a treemap that have a colour of their own.
  static let categories = 0..<8

  var backgrounds: [String] { [page, header, hover] }
  var texts: [String] { [text, dim, good, bad] }

  /// The palette as CSS custom properties.
  var properties: String {
    let areas = zip(Self.categories, areas).map { "--a\($0): \($1);" }.joined(separator: " ")
    let lines = zip(Self.categories, lines).map { "--l\($0): \($1);" }.joined(separator: " ")
    return """
      --page: \(page); --header: \(header); --hover: \(hover); --rule: \(rule); \
      --text: \(text); --dim: \(dim); --good: \(good); --bad: \(bad); \
      \(areas) \(lines) --neutral: \(neutral); --grown: \(grown); --shrunk: \(shrunk);
      """
  }
}
