/// Names that were found defined, by their hashes.
///
/// Two names of one hash are taken for one: then a plugin goes on to the loader, which refuses it. A table of
/// its own, because most plugins ask for a hundred names that are all in it.
struct KnownNames {
  /// A power of two, at most half of them taken; 0 is none.
  private var slots: [UInt64] = []
  private var count = 0

  func contains(_ hash: UInt64) -> Bool {
    guard !slots.isEmpty else { return false }
    var place = Int(truncatingIfNeeded: hash) & (slots.count - 1)
    while slots[place] != 0 {
      if slots[place] == hash { return true }
      place = (place + 1) & (slots.count - 1)
    }
    return false
  }

  mutating func insert(_ hash: UInt64) {
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

  /// Never 0. Eight bytes at a time; each step can be undone, so that no difference is lost on the way.
  static func hash(_ name: UnsafeRawBufferPointer) -> UInt64 {
    let count = name.count
    var hash = UInt64(count) &* 0x9e37_79b9_7f4a_7c15
    var offset = 0
    while offset < count {
      var word: UInt64 = 0
      if count >= 8 {
        // The last ones overlap those before them.
        word = unsafe name.loadUnaligned(fromByteOffset: min(offset, count - 8), as: UInt64.self)
      } else {
        for index in 0..<count { word = word << 8 | UInt64(unsafe name[index]) }
      }
      hash = (hash ^ word) &* 0xff51_afd7_ed55_8ccd
      hash ^= hash >> 32
      offset += 8
    }
    return hash == 0 ? 1 : hash
  }
}
