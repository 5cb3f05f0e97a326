/// A set of names, by their ``NameHash``es: two names of one hash are taken for one.
///
/// A table of its own, because most plugins ask for a hundred names that are all in it.
package struct NameSet {
  /// A power of two, at most half of them taken; 0 is none.
  private var slots: [UInt64] = []
  private var count = 0

  package init() {}

  @inline(__always)
  package func contains(_ hash: UInt64) -> Bool {
    guard !slots.isEmpty else { return false }
    var place = Int(truncatingIfNeeded: hash) & (slots.count - 1)
    while slots[place] != 0 {
      if slots[place] == hash { return true }
      place = (place + 1) & (slots.count - 1)
    }
    return false
  }

  package mutating func insert(_ hash: UInt64) {
    if contains(hash) { return }
    if 2 * (count + 1) > slots.count {
      let old = slots
      slots = [UInt64](repeating: 0, count: max(256, 2 * old.count))
      for hash in old where hash != 0 { place(hash) }
    }
    place(hash)
    count += 1
  }

  private mutating func place(_ hash: UInt64) {
    var place = Int(truncatingIfNeeded: hash) & (slots.count - 1)
    while slots[place] != 0 { place = (place + 1) & (slots.count - 1) }
    slots[place] = hash
  }
}
