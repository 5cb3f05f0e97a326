/// The order of plugins' versions: which of two is the newer.
///
/// Numbers between dots are compared as numbers, whatever their length, and a missing one is 0. What
/// stands behind a `-` makes a version older than the same one without; what stands behind a `+` does
/// not count. So far as versions are written by its rules, the order is that of Semantic Versioning.
/// Source: Semantic Versioning 2.0.0, §11. Complexity: O(*n*), the length of the texts.
struct PluginVersion {
  private let core: [Substring]
  private let suffix: [Substring]

  init(_ text: String) {
    let precedence = text.prefix { $0 != "+" }
    let core = precedence.prefix { $0 != "-" }
    self.core = core.split(separator: ".", omittingEmptySubsequences: false)
    suffix = precedence.dropFirst(core.count + 1).split(separator: ".")
  }

  func isNewer(than other: PluginVersion) -> Bool { compare(other) > 0 }

  /// Below 0 where this is the older one, 0 where neither is.
  private func compare(_ other: PluginVersion) -> Int {
    for index in 0..<max(core.count, other.core.count) {
      let order = Self.compare(
        index < core.count ? core[index] : "0", index < other.core.count ? other.core[index] : "0")
      if order != 0 { return order }
    }
    guard !suffix.isEmpty, !other.suffix.isEmpty else {
      return (suffix.isEmpty ? 1 : 0) - (other.suffix.isEmpty ? 1 : 0)
    }
    for (own, others) in zip(suffix, other.suffix) {
      let order = Self.compare(own, others)
      if order != 0 { return order }
    }
    return suffix.count - other.suffix.count
  }

  /// Numbers by value and before words; words by their bytes.
  private static func compare(_ left: Substring, _ right: Substring) -> Int {
    switch (digits(left), digits(right)) {
    case (let left?, let right?):
      if left.count != right.count { return left.count - right.count }
      return order(left.utf8, right.utf8)
    case (_?, nil): return -1
    case (nil, _?): return 1
    case (nil, nil): return order(left.utf8, right.utf8)
    }
  }

  /// The digits of a number without leading zeros; nil where it is none.
  private static func digits(_ text: Substring) -> Substring? {
    guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    return text.drop { $0 == "0" }
  }

  private static func order(_ left: Substring.UTF8View, _ right: Substring.UTF8View) -> Int {
    left.elementsEqual(right) ? 0 : left.lexicographicallyPrecedes(right) ? -1 : 1
  }
}
