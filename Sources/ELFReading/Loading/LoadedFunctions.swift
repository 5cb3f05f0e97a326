/// The tables of functions that a loader calls when a file is loaded and when it goes (`DT_INIT_ARRAY`,
/// `DT_FINI_ARRAY`), while the relocations are gone through that make their entries addresses.
struct LoadedFunctions {
  struct Table {
    let name: String
    let address: UInt64
    /// Entries of eight bytes.
    let count: UInt64
    /// A bit for each entry that a relocation has made the address of a function.
    private var known: UInt64 = 0
    /// The same of those behind the first 64.
    private var others: [UInt64] = []

    init(_ name: String, at address: UInt64, count: UInt64) {
      self.name = name
      self.address = address
      self.count = count
    }

    /// Whether eight bytes at an address are bytes of the table; only in part is `false` too, see ``number(of:)``.
    @inline(__always)
    func overlaps(_ place: UInt64) -> Bool { place &+ 7 &- address < count * 8 &+ 7 }

    /// Which entry an address is; nil where it is within one.
    func number(of place: UInt64) -> UInt64? {
      let distance = place &- address
      return distance % 8 == 0 && distance / 8 < count ? distance / 8 : nil
    }

    /// - Returns: false for one that was noted before: who adds to it twice makes something else of it.
    mutating func note(_ number: UInt64) -> Bool {
      let bit: UInt64 = 1 << (number % 64)
      guard number >= 64 else {
        defer { known |= bit }
        return known & bit == 0
      }
      if others.isEmpty { others = [UInt64](repeating: 0, count: Int(count / 64)) }
      defer { others[Int(number / 64) - 1] |= bit }
      return others[Int(number / 64) - 1] & bit == 0
    }

    /// The first entry that nothing has made an address; nil where there is none.
    var unknown: UInt64? {
      if count > 0, known != .max >> (64 - min(count, 64)) {
        return UInt64((~known).trailingZeroBitCount)
      }
      guard count > 64 else { return nil }
      guard !others.isEmpty else { return 64 }
      for number in 64..<count where others[Int(number / 64) - 1] >> (number % 64) & 1 == 0 {
        return number
      }
      return nil
    }
  }

  var first: Table
  var last: Table

  /// Whether a relocation of eight bytes changes one of the tables.
  @inline(__always)
  func overlaps(_ place: UInt64) -> Bool { first.overlaps(place) || last.overlaps(place) }

  /// Takes note of a relocation that changes a table.
  ///
  /// - Parameter isFunction: it makes the address of a function.
  /// - Returns: false where it does not, or not of a whole entry.
  mutating func note(_ place: UInt64, isFunction: Bool) -> Bool {
    guard isFunction else { return false }
    if first.overlaps(place) {
      guard let number = first.number(of: place), first.note(number) else { return false }
    }
    if last.overlaps(place) {
      guard let number = last.number(of: place), last.note(number) else { return false }
    }
    return true
  }

  /// Every entry is the address of a function by now.
  func check() throws(LoaderFlaw) {
    for table in [first, last] {
      guard let number = table.unknown else { continue }
      throw LoaderFlaw(
        "\(table.name), entry \(number)", "nothing that is relocated",
        expected: "the address of a function")
    }
  }
}
