/// How long a mangled name can become.
///
/// A name refers back to what it already said, so that a hundred bytes can stand for a gigabyte:
/// printing such a name would take all time and memory there is, and no demangler stops. What may
/// grow beyond ``limit`` is therefore shown as it is. Of the names in the toolchain's libraries these
/// are two in a thousand; of those in libstdc++, none.
enum Expansion {
  /// Bytes.
  static let limit = 16_000_000.0

  /// Whether `name` stays below ``limit``.
  static func isHarmless(_ name: UnsafeRawBufferPointer, _ scheme: ManglingScheme) -> Bool {
    unsafe bound(name, scheme) < limit
  }

  /// What the form of `name` is no longer than, in bytes; from ``limit`` on only that it may be longer.
  ///
  /// Nothing is known of what a number refers to but that it was there when the number, or a higher
  /// one, was first used: it is no longer than all that had been said by then. Used again it is still
  /// as long.
  ///
  /// - Complexity: O(*n*).
  static func bound(_ name: UnsafeRawBufferPointer, _ scheme: ManglingScheme) -> Double {
    switch scheme {
    case .swift:
      var walk = unsafe SwiftNameBound(name: name, depth: 0)
      return walk.run()
    case .cxx:
      var walk = unsafe CxxNameBound(name: name)
      return walk.run()
    }
  }
}

/// What the references of a name stand for at most, by their numbers.
struct ReferenceBounds {
  private var bounds: [Double] = []

  /// - Parameter total: bytes of all that was said so far.
  mutating func bound(of index: Int, total: Double) -> Double {
    while bounds.count <= index { bounds.append(total) }
    return bounds[index]
  }
}
