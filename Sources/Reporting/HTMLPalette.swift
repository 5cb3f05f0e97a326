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

  static let light = HTMLPalette(
    page: "#ffffff", header: "#f4f5f6", hover: "#f7f8f9", rule: "#d8dbe0",
    text: "#1a1c20", dim: "#5a606a", good: "#0f6637", bad: "#b01f1a")

  static let dark = HTMLPalette(
    page: "#15171a", header: "#1f2226", hover: "#1b1e22", rule: "#353a41",
    text: "#e3e5e8", dim: "#a0a7b1", good: "#74cf98", bad: "#ff938a")

  var backgrounds: [String] { [page, header, hover] }
  var texts: [String] { [text, dim, good, bad] }

  /// The palette as CSS custom properties.
  var properties: String {
    """
    --page: \(page); --header: \(header); --hover: \(hover); --rule: \(rule); \
    --text: \(text); --dim: \(dim); --good: \(good); --bad: \(bad);
    """
  }
}
