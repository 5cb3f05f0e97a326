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
  /// Where the identifiers end that may have begun so far: any number may be the length of one.
  private var identifierEnd = 0

  init(name: UnsafeRawBufferPointer) { unsafe self.name = unsafe name }

  private var count: Int { unsafe name.count }

  private var current: UInt8 { unsafe position < count ? name[position] : 0 }

  mutating func run() -> Double {
    while position < count, total < Expansion.limit {
      // "Sa" is all of "std::allocator", "t" of "unsigned short". An identifier is what it is, but what
      // looks like one may be types.
      total += 24
      let byte = current
      let isReal = position >= identifierEnd
      position += 1
      switch byte {
      case 0x30...0x39:
        var length = Int(byte - 0x30)
        while case 0x30...0x39 = current {
          length = min(length * 10 + Int(current - 0x30), count)
          position += 1
        }
        identifierEnd = max(identifierEnd, position + length)
      case UInt8(ascii: "S"): reference(isReal: isReal)
      case UInt8(ascii: "T"): parameter(isReal: isReal)
      default: break
      }
    }
    return total
  }

  /// - Parameter isReal: it is known not to be a part of an identifier, and so to refer to something
  ///   that is there already.
  private mutating func reference(isReal: Bool) {
    var end = position
    var index = 0
    while end < count {
      let digit: Int
      switch unsafe name[end] {
      case 0x30...0x39: digit = unsafe Int(name[end] - 0x30)
      case 0x41...0x5a: digit = unsafe Int(name[end] - 0x41) + 10
      case UInt8(ascii: "_"):
        // There are fewer to refer to than bytes; `S_` is the first, `S0_` the second.
        let number = end > position ? index + 1 : 0
        if number < count {
          total += isReal ? references.bound(of: number, total: total) : total
        }
        if isReal { position = end + 1 }
        return
      default:
        // `St`, `Ss` and so on: the standard library's own.
        total += 64
        return
      }
      index = min(index * 36 + digit, count)
      end += 1
    }
  }

  /// An argument of a template: what it is depends on where it is printed.
  private mutating func parameter(isReal: Bool) {
    var end = position
    while end < count, unsafe (0x30...0x39).contains(name[end]) { end += 1 }
    guard unsafe end < count && name[end] == UInt8(ascii: "_") else { return }
    total += total
    if isReal { position = end + 1 }
  }
}
