internal import ELFReading

/// Places in an array of somebody else's, found by a hash of what stands there; who asks compares.
///
/// A table of its own: most starts make few look-ups, and a `Dictionary` makes its types, and looks for their
/// conformances, at the first one in each process.
struct HashedPlaces: Sendable {
  /// The hash above, the place and 1 below; 0 is free. A power of two, at most half of them taken.
  private var cells: [UInt64] = []
  private var count = 0

  /// Of text, such as a name or a path.
  static func hash(_ text: String) -> UInt32 {
    var text = text
    let hash = text.withUTF8 { unsafe NameHash.of(UnsafeRawBufferPointer($0)) }
    return UInt32(truncatingIfNeeded: hash)
  }

  /// The first place under `hash` that `isIt`.
  ///
  /// - Complexity: O(1) on average.
  func first(_ hash: UInt32, where isIt: (Int) -> Bool) -> Int? {
    guard count > 0 else { return nil }
    var cell = home(hash)
    while cells[cell] != 0 {
      if UInt32(cells[cell] >> 32) == hash, isIt(Self.place(cells[cell])) {
        return Self.place(cells[cell])
      }
      cell = next(cell)
    }
    return nil
  }

  mutating func insert(_ hash: UInt32, _ place: Int) {
    if 2 * (count + 1) > cells.count { grow() }
    put(UInt64(hash) << 32 | UInt64(place + 1))
    count += 1
  }

  /// Forgets a place that was put in under `hash`.
  mutating func remove(_ hash: UInt32, _ place: Int) {
    guard count > 0 else { return }
    let value = UInt64(hash) << 32 | UInt64(place + 1)
    var cell = home(hash)
    while cells[cell] != value {
      if cells[cell] == 0 { return }
      cell = next(cell)
    }
    cells[cell] = 0
    count -= 1
    // What came behind it because it was there comes forward.
    cell = next(cell)
    while cells[cell] != 0 {
      let moved = cells[cell]
      cells[cell] = 0
      put(moved)
      cell = next(cell)
    }
  }

  mutating func removeAll() {
    for cell in cells.indices { cells[cell] = 0 }
    count = 0
  }

  private static func place(_ cell: UInt64) -> Int { Int(cell & 0xffff_ffff) - 1 }

  private func home(_ hash: UInt32) -> Int { Int(hash) & (cells.count - 1) }

  private func next(_ cell: Int) -> Int { (cell + 1) & (cells.count - 1) }

  private mutating func put(_ value: UInt64) {
    var cell = home(UInt32(value >> 32))
    while cells[cell] != 0 { cell = next(cell) }
    cells[cell] = value
  }

  private mutating func grow() {
    let old = cells
    cells = [UInt64](repeating: 0, count: max(128, 2 * old.count))
    for value in old where value != 0 { put(value) }
  }
}
