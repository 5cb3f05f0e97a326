/// How long a mangled name can become.
///
/// A name refers back to what it already said, so that a hundred bytes can stand for a gigabyte:
/// printing such a name would take all time and memory there is, and no demangler stops. What may
/// grow beyond ``limit`` is therefore shown as it is. Of the names in the libraries that compilers
/// ship, none is.
enum Expansion {
  /// Bytes.
  static let limit = 4_000_000.0

  /// Whether `name` certainly stays below ``limit``.
  ///
  /// Counts generously: each reference is taken for one to the largest list of arguments that has
  /// ended so far, and that for all that was said before.
  /// - Complexity: O(*n*).
  static func isHarmless(_ name: UnsafeRawBufferPointer, _ scheme: ManglingScheme) -> Bool {
    var walk = unsafe Walk(name: name)
    return switch scheme {
    case .swift: walk.swift() < limit
    case .cxx: walk.cxx() < limit
    }
  }

  @safe private struct Walk {
    let name: UnsafeRawBufferPointer
    var position = 2
    var total = 64.0
    var largest = 64.0

    var current: UInt8 { unsafe position < name.count ? name[position] : 0 }

    init(name: UnsafeRawBufferPointer) { unsafe self.name = unsafe name }

    mutating func number() -> Int {
      var value = 0
      while case 0x30...0x39 = current {
        value = min(value * 10 + Int(current - 0x30), 1 << 20)
        position += 1
      }
      return value
    }

    mutating func identifier(_ length: Int) {
      position += length
      total += Double(length)
    }

    /// Source: swift/docs/ABI/Mangling.rst.
    mutating func swift() -> Double {
      while unsafe position < name.count, total < limit {
        switch current {
        case UInt8(ascii: "0"):
          position += 1
          swiftIdentifierOfWords()
        case 0x31...0x39: identifier(number())
        case UInt8(ascii: "A"):
          position += 1
          swiftReferences()
        default:
          // A list of generic arguments ends: from here on it can be referred to.
          if current == UInt8(ascii: "G") { largest = max(largest, total) }
          total += 16
          position += 1
        }
      }
      return total
    }

    private mutating func swiftIdentifierOfWords() {
      while unsafe position < name.count {
        while case 0x61...0x7a = current {
          total += 64
          position += 1
        }
        let isLast = (0x41...0x5a).contains(current)
        if isLast {
          total += 64
          position += 1
        }
        if current == UInt8(ascii: "0") {
          position += 1
          return
        }
        let length = number()
        identifier(length)
        if isLast || length == 0 { return }
      }
    }

    private mutating func swiftReferences() {
      while unsafe position < name.count {
        let count = max(number(), 1)
        total += largest * Double(count)
        let byte = current
        position += 1
        guard case 0x61...0x7a = byte else { return }
      }
    }

    /// Source: Itanium C++ ABI, section 5.1.
    mutating func cxx() -> Double {
      while unsafe position < name.count, total < limit {
        switch current {
        case 0x30...0x39: identifier(number())
        case UInt8(ascii: "S"), UInt8(ascii: "T"):
          let isTemplate = current == UInt8(ascii: "T")
          position += 1
          let start = position
          while (0x30...0x39).contains(current)
            || (!isTemplate && (0x41...0x5a).contains(current))
          { position += 1 }
          if current == UInt8(ascii: "_") {
            total += largest
            position += 1
          } else {
            // `St`, `Ss` and so on: the standard library's own.
            total += 32
            position = start + 1
          }
        default:
          if current == UInt8(ascii: "E") { largest = max(largest, total) }
          total += 8
          position += 1
        }
      }
      return total
    }
  }
}
