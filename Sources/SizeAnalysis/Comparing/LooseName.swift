/// A name in people's form, from which is removed what a change of the source changes easily.
struct LooseName {
  /// What remains. UTF-8.
  private(set) var text: [UInt8] = []
  private var input: [UInt8] = []
  private var isMangled = false
  private var conformance: Int?

  /// Reads a name and leaves out parameters, result, generic arguments, private discriminators and
  /// what compilers append to the names of the variants they make.
  ///
  /// - Parameter isMangled: `name` is the form of a mangled one; of others only the end is looked at.
  /// - Complexity: O(*n*).
  mutating func read(_ name: UnsafeRawBufferPointer, isMangled: Bool) {
    self.isMangled = isMangled
    conformance = nil
    input.removeAll(keepingCapacity: true)
    unsafe input.append(contentsOf: name)
    text.removeAll(keepingCapacity: true)
    if isMangled {
      readDemangled()
    } else {
      text += input
      removeNumbers()
    }
  }

  /// Takes what an earlier ``read(_:isMangled:)`` made of a name.
  mutating func restore(_ text: UnsafeRawBufferPointer, isMangled: Bool) {
    self.isMangled = isMangled
    self.text.removeAll(keepingCapacity: true)
    unsafe self.text.append(contentsOf: text)
  }

  /// Leaves out the modules too, and the mark of a part that was split off a function.
  ///
  /// - Parameter module: the one the name belongs to, for what names it in mangled form.
  mutating func removeModule(_ module: String) {
    while let mark = Self.fragments.first(where: { text.ends(with: $0) && text.count > $0.count }) {
      text.removeLast(mark.count)
      if !isMangled { removeNumbers() }
    }
    swap(&input, &text)
    text.removeAll(keepingCapacity: true)
    if isMangled {
      copyWithoutModules()
    } else {
      copy(without: module.isEmpty ? [] : Array("\(module.utf8.count)\(module)".utf8))
    }
  }

  /// Pieces of a function that compilers put elsewhere. `.cold` also stands behind Swift's names.
  private static let fragments = [".cold", ".part"].map { Array($0.utf8) }

  /// Whole functions, by what they were made for, and what only keeps local names apart.
  private static let variants = [
    ".constprop", ".isra", ".llvm", ".lto_priv", ".localalias", ".clone", ".specialized",
  ].map { Array($0.utf8) }

  /// Removes `.constprop.0`, `.isra.1`, `.llvm.123`, `.45`; of `.cold.6` and `.part.7` the number.
  private mutating func removeNumbers() {
    while true {
      let digits = text.reversed().prefix { (0x30...0x39).contains($0) }.count
      if digits > 0, text.count > digits + 1, text[text.count - digits - 1] == UInt8(ascii: ".") {
        text.removeLast(digits + 1)
      } else if let suffix = Self.variants.first(where: {
        text.ends(with: $0) && text.count > $0.count
      }) {
        text.removeLast(suffix.count)
      } else {
        return
      }
    }
  }
}

// MARK: Signatures

extension LooseName {
  private static let effects: [StaticString] = [" throws", " async"]

  /// How names begin that compilers give to what serves a type: the type is all that tells one from
  /// the other.
  private static let typeBound: [StaticString] = [
    "reabstraction thunk", "demangling cache variable", "outlined ", "lazy protocol witness table",
    "type metadata", "full type metadata", "value witness", "associated type witness",
    "partial apply forwarder for reabstraction thunk",
  ]

  private mutating func readDemangled() {
    if Self.typeBound.contains(where: { input.has($0, at: 0) }) {
      text += input
      return
    }
    var index = 0
    while index < input.count {
      switch input[index] {
      case UInt8(ascii: "("): index = readParentheses(from: index)
      case UInt8(ascii: "<") where !isOperator(at: index): index = endOfGroup(from: index)
      case UInt8(ascii: " "): index = readWord(from: index)
      default:
        // The first byte may be an operator.
        let end = input[(index + 1)...].firstIndex { $0 == 0x20 || $0 == 0x28 || $0 == 0x3c }
        text += input[index..<(end ?? input.count)]
        index = end ?? input.count
      }
    }
  }

  /// Keeps what says where something is, and drops parameters. Returns where it goes on.
  private mutating func readParentheses(from start: Int) -> Int {
    let end = endOfGroup(from: start)
    if input.has("(extension in ", at: start) || input.has("(anonymous namespace)", at: start)
      || text.ends(with: Array("operator".utf8)) && end == start + 2
    {
      text += input[start..<end]
    } else if let name = discriminated(start..<end) {
      text += input[name]
    }
    return end
  }

  /// The name in `(name in _0123ABCD)`, which stands for something private to a file.
  private func discriminated(_ group: Range<Int>) -> Range<Int>? {
    let inside = group.dropFirst().dropLast()
    guard let space = input[inside].firstIndex(of: UInt8(ascii: " ")), space > inside.lowerBound,
      input.has(" in _", at: space), space + 5 < inside.upperBound,
      input[space + 5..<inside.upperBound].allSatisfy({
        (0x30...0x39).contains($0) || (0x41...0x46).contains($0)
      })
    else { return nil }
    return inside.lowerBound..<space
  }

  /// Drops results, types, effects and the compiler's suffixes. Returns where it goes on.
  private mutating func readWord(from start: Int) -> Int {
    if input.has(" -> ", at: start) { return endOfType(from: start + 4) }
    // What follows a colon may be a protocol, and not a type.
    if input.has(" : ", at: start), start < startOfConformance() {
      return endOfType(from: start + 3)
    }
    for effect in Self.effects where input.has(effect, at: start) {
      let end = start + effect.utf8CodeUnitCount
      if end == input.count || [0x20, 0x28].contains(input[end]) { return end }
    }
    if input.has(" [clone ", at: start) || input.has(" with unmangled suffix ", at: start) {
      let rest = input[start...]
      for fragment in Self.fragments where rest.contains(fragment) { text += fragment }
      return input.count
    }
    // What stood between two spaces may be gone.
    if text.last != UInt8(ascii: " ") { text.append(UInt8(ascii: " ")) }
    return start + 1
  }

  /// Where words stand that announce a type and a protocol; behind the end where they do not. Looked
  /// for once in each name.
  private mutating func startOfConformance() -> Int {
    if let conformance { return conformance }
    let start =
      input.indices.first { index in
        input.has("conformance ", at: index) || input.has("witness table ", at: index)
          || input.has("associated ", at: index)
      } ?? input.count
    conformance = start
    return start
  }

  /// Whether an angle bracket is (part of) an operator's name.
  private func isOperator(at index: Int) -> Bool {
    guard let last = text.last else { return true }
    if last == UInt8(ascii: ".") || text.ends(with: Array("operator".utf8)) { return true }
    return last == UInt8(ascii: "<") || last == UInt8(ascii: "=") || last == UInt8(ascii: ">")
  }

  /// Behind the bracket that closes the group that begins at `start`.
  private func endOfGroup(from start: Int) -> Int {
    var depth = 0
    for index in start..<input.count {
      depth += depthChange(at: index)
      if depth == 0 { return index + 1 }
    }
    return input.count
  }

  /// Where a type ends: before " in ", or at the end.
  private func endOfType(from start: Int) -> Int {
    var depth = 0
    for index in start..<input.count {
      depth += depthChange(at: index)
      if depth <= 0, input[index] == UInt8(ascii: " "), input.has(" in ", at: index) {
        return index
      }
    }
    return input.count
  }

  private func depthChange(at index: Int) -> Int {
    switch input[index] {
    case UInt8(ascii: "("), UInt8(ascii: "<"), UInt8(ascii: "["): 1
    case UInt8(ascii: ")"), UInt8(ascii: "]"): -1
    case UInt8(ascii: ">"): index > 0 && input[index - 1] == UInt8(ascii: "-") ? 0 : -1
    default: 0
    }
  }
}

// MARK: Modules

extension LooseName {
  /// Copies `input` without the first part of each name with dots, and without what only says in which
  /// module an extension or a conformance is.
  private mutating func copyWithoutModules() {
    var index = 0
    var isStart = true
    while index < input.count {
      if input.has("(extension in ", at: index) {
        index = endOfGroup(from: index)
        if index < input.count, input[index] == UInt8(ascii: ":") { index += 1 }
        isStart = true
        continue
      }
      if input.has(" in ", at: index) {
        let end = endOfIdentifier(from: index + 4)
        if end == input.count { return }
      }
      if isStart {
        let end = endOfIdentifier(from: index)
        if end > index, end + 1 < input.count, input[end] == UInt8(ascii: ".") { index = end + 1 }
      }
      var end = endOfIdentifier(from: index)
      if end == index || end < input.count && input[end] == UInt8(ascii: ".") { end += 1 }
      text += input[index..<end]
      let last = input[end - 1]
      isStart = !Self.isIdentifier(last) && last != UInt8(ascii: ".")
      index = end
    }
  }

  private mutating func copy(without part: [UInt8]) {
    var index = 0
    while index < input.count {
      if !part.isEmpty, input[index...].starts(with: part) {
        index += part.count
      } else {
        text.append(input[index])
        index += 1
      }
    }
  }

  private func endOfIdentifier(from start: Int) -> Int {
    input[start...].firstIndex { !Self.isIdentifier($0) } ?? input.count
  }

  private static func isIdentifier(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x24, 0x5f, 0x80...: true
    default: false
    }
  }
}

extension [UInt8] {
  /// Whether `word` stands at `index`.
  fileprivate func has(_ word: StaticString, at index: Int) -> Bool {
    guard count - index >= word.utf8CodeUnitCount else { return false }
    return word.withUTF8Buffer { word in
      for offset in 0..<word.count where unsafe self[index + offset] != word[offset] {
        return false
      }
      return true
    }
  }

  fileprivate func ends(with suffix: [UInt8]) -> Bool {
    count >= suffix.count && self[(count - suffix.count)...].elementsEqual(suffix)
  }
}
