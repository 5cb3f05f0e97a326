/// Reads a C++ name for ``Expansion``.
///
/// Every reference counts wherever it stands, within identifiers too: where those begin and end can
/// be mistaken, and then what comes behind them must not be overlooked.
///
/// Source: Itanium C++ ABI, section 5.1.
@safe struct CxxNameBound {
  private let name: UnsafeRawBufferPointer
  private var position = 2
  private var total = 64.0
  private var references = ReferenceBounds()
  /// Where an identifier ends, if one is being read.
  private var identifierEnd = 0

  init(name: UnsafeRawBufferPointer) { unsafe self.name = unsafe name }

  private var current: UInt8 { unsafe position < name.count ? name[position] : 0 }

  mutating func run() -> Double {
    while position < name.count, total < Expansion.limit {
      // "Sa" is all of "std::allocator", an identifier is what it is.
      total += position < identifierEnd ? 4 : 24
      let byte = current
      position += 1
      switch byte {
      case 0x30...0x39 where position > identifierEnd:
        var length = Int(byte - 0x30)
        while case 0x30...0x39 = current {
          length = min(length * 10 + Int(current - 0x30), name.count)
          position += 1
        }
        identifierEnd = position + length
      case UInt8(ascii: "S"): reference()
      case UInt8(ascii: "T"): parameter()
      default: break
      }
    }
    return total
  }

  private mutating func reference() {
    var end = position
    var index = 0
    while end < name.count {
      let digit: Int
      switch unsafe name[end] {
      case 0x30...0x39: digit = unsafe Int(name[end] - 0x30)
      case 0x41...0x5a: digit = unsafe Int(name[end] - 0x41) + 10
      case UInt8(ascii: "_"):
        // There are fewer to refer to than bytes; `S_` is the first, `S0_` the second.
        let number = end > position ? index + 1 : 0
        if number < name.count { total += references.bound(of: number, total: total) }
        return
      default:
        // `St`, `Ss` and so on: the standard library's own.
        total += 64
        return
      }
      index = min(index * 36 + digit, name.count)
      end += 1
    }
  }

  /// An argument of a template: what it is depends on where it is printed.
  private mutating func parameter() {
    var end = position
    while unsafe end < name.count, unsafe (0x30...0x39).contains(name[end]) { end += 1 }
    if unsafe end < name.count && name[end] == UInt8(ascii: "_") { total += total }
  }
}
