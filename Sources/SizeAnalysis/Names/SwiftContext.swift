internal import MangledNames

/// Reads the module and the types that the beginning of a mangled Swift name says.
///
/// One value serves many names, and keeps its room from one to the next.
/// Source: swift/docs/ABI/Mangling.rst, "Declaration contexts", "Identifiers", "Substitutions".
struct SwiftContext {
  /// UTF-8; empty where the name does not begin with a context.
  private(set) var module: [UInt8] = []
  /// UTF-8, from the outermost in, with dots between: `Data.LargeSlice`; empty where there is none.
  private(set) var type: [UInt8] = []

  private var identifier: [UInt8] = []
  private var words = SwiftWords()
  private var position = 0

  /// Reads the name from `start` on, where its context begins: behind `$s`.
  ///
  /// - Complexity: O(*n*).
  mutating func read(_ name: UnsafeRawBufferPointer, from start: Int) {
    module.removeAll(keepingCapacity: true)
    type.removeAll(keepingCapacity: true)
    words.removeAll()
    position = start
    guard unsafe readModule(name) else { return }
    while unsafe readIdentifier(name) {
      // A private type: its name, then one that stands for its file, then `LL`.
      if unsafe Self.isDigit(byte(name)) {
        let length = type.count
        appendType()
        guard unsafe readIdentifier(name) else {
          type.removeSubrange(length...)
          return
        }
        // A type that a protocol asks for: its name, then the protocol's module and name.
        if length == 0, unsafe byte(name) == UInt8(ascii: "P") {
          swap(&module, &type)
          swap(&type, &identifier)
          return
        }
        guard unsafe byte(name) == UInt8(ascii: "L"), unsafe byte(name, 1) == UInt8(ascii: "L")
        else {
          type.removeSubrange(length...)
          return
        }
        position += 2
        guard unsafe Self.isNominal(byte(name)) else {
          type.removeSubrange(length...)
          return
        }
      } else {
        guard unsafe Self.isNominal(byte(name)) else { return }
        appendType()
      }
      position += 1
    }
  }

  private mutating func appendType() {
    if !type.isEmpty { type.append(UInt8(ascii: ".")) }
    type += identifier
  }

  private mutating func readModule(_ name: UnsafeRawBufferPointer) -> Bool {
    switch unsafe byte(name) {
    case UInt8(ascii: "s"):
      module += Self.standardLibrary
      position += 1
    case UInt8(ascii: "S"):
      let kind = unsafe byte(name, 1)
      position += 2
      switch kind {
      case UInt8(ascii: "o"), UInt8(ascii: "C"): module += "__C".utf8
      case UInt8(ascii: "c"):
        module += "_Concurrency".utf8
        position += 1
      default:
        guard let known = Self.standardTypes[kind] else { return false }
        module += Self.standardLibrary
        type += known
      }
    default:
      guard unsafe readIdentifier(name) else { return false }
      // What the standard library's names follow is no module: a type that one of its protocols asks
      // for, or a function without one that was made for one of its types.
      if unsafe byte(name) | 0x20 == UInt8(ascii: "s") { return unsafe readModule(name) }
      module += identifier
    }
    return true
  }

  /// Reads the identifier that comes next; false where something else does.
  private mutating func readIdentifier(_ name: UnsafeRawBufferPointer) -> Bool {
    guard unsafe Self.isDigit(byte(name)) else { return false }
    identifier.removeAll(keepingCapacity: true)
    var refersToWords = unsafe byte(name) == 0x30
    if refersToWords { position += 1 }
    repeat {
      while refersToWords {
        let letter = unsafe byte(name)
        let index: UInt8
        switch letter {
        case 0x61...0x7a: index = letter - 0x61
        case 0x41...0x5a:
          index = letter - 0x41
          refersToWords = false
        default: index = .max
        }
        if index == .max { break }
        guard index < words.count, identifier.count < 4096 else { return false }
        unsafe identifier.append(contentsOf: name[words[Int(index)]])
        position += 1
      }
      if unsafe byte(name) == 0x30 {
        position += 1
        break
      }
      var length = 0
      while unsafe Self.isDigit(byte(name)), length < 4096 {
        length = unsafe length * 10 + Int(byte(name) - 0x30)
        position += 1
      }
      guard length <= name.count - position else { return false }
      if length == 0 { break }
      let piece = position..<position + length
      unsafe words.note(piece, of: name)
      unsafe identifier.append(contentsOf: name[piece])
      position += length
    } while refersToWords
    return !identifier.isEmpty
  }

  private func byte(_ name: UnsafeRawBufferPointer, _ offset: Int = 0) -> UInt8 {
    unsafe position + offset < name.count ? name[position + offset] : 0
  }

  private static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }

  /// Class, structure, enumeration, protocol, type alias.
  private static func isNominal(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x43, 0x56, 0x4f, 0x50, 0x61: true
    default: false
    }
  }

  /// `S` and one letter: what the standard library's names use most.
  private static let standardTypes: [UInt8: [UInt8]] = [
    0x61: "Array", 0x62: "Bool", 0x44: "Dictionary", 0x64: "Double", 0x66: "Float", 0x68: "Set",
    0x49: "DefaultIndices", 0x69: "Int", 0x4a: "Character", 0x4e: "ClosedRange", 0x6e: "Range",
    0x4f: "ObjectIdentifier", 0x50: "UnsafePointer", 0x70: "UnsafeMutablePointer",
    0x71: "Optional", 0x52: "UnsafeBufferPointer", 0x72: "UnsafeMutableBufferPointer",
    0x53: "String", 0x73: "Substring", 0x75: "UInt", 0x56: "UnsafeRawPointer",
    0x76: "UnsafeMutableRawPointer", 0x57: "UnsafeRawBufferPointer",
    0x77: "UnsafeMutableRawBufferPointer", 0x42: "BinaryFloatingPoint", 0x45: "Encodable",
    0x65: "Decodable", 0x46: "FloatingPoint", 0x47: "RandomNumberGenerator", 0x48: "Hashable",
    0x6a: "Numeric", 0x4b: "BidirectionalCollection", 0x6b: "RandomAccessCollection",
    0x4c: "Comparable", 0x6c: "Collection", 0x4d: "MutableCollection",
    0x6d: "RangeReplaceableCollection", 0x51: "Equatable", 0x54: "Sequence",
    0x74: "IteratorProtocol", 0x55: "UnsignedInteger", 0x58: "RangeExpression", 0x78: "Strideable",
    0x59: "RawRepresentable", 0x79: "StringProtocol", 0x5a: "SignedInteger",
    0x7a: "BinaryInteger",
  ].mapValues { Array($0.utf8) }

  private static let standardLibrary = Array("Swift".utf8)
}
