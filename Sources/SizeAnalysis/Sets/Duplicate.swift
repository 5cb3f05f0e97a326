/// A function or constant that several files hold a copy of.
public struct Duplicate: Sendable {
  /// Of the copy that was seen first.
  public var name: NameID
  public var owner: Owner
  public var likeness: Likeness
  /// How many names the copies go by.
  public var names: Int
  public var files: Int
  /// Bytes of one copy in each file, with what exists for it. Several in one file are that file's
  /// affair: the largest counts.
  public var bytes: UInt64
  /// What one copy for all would save; for ``Likeness/name`` at most.
  public var wasted: UInt64

  /// What shows that the copies are copies.
  public enum Likeness: String, CaseIterable, Sendable {
    /// The same bytes but for where they refer to something, and that is the same: see
    /// ``SymbolAnalysis/contents``.
    case bytes
    /// Name and size alone; the bytes say something else, or refer to what cannot be told to be the
    /// same.
    case name
  }
}

extension FileSet {
  /// What more than one file holds, the largest waste first; nothing where the bytes of symbols were
  /// not compared when the files were read.
  ///
  /// - Complexity: O(*n*) in the symbols of all files, and O(*m* log *m*) in what is found.
  public func duplicates() -> [Duplicate] {
    // Most bodies are in one file only: nothing is kept of those.
    let shared = repeated { $0.contents }
    // What no other file has like this, by name and size.
    let named = repeated { shared.contains($0.contents) ? nil : $0.nameAndSize }
    var byContents: [UInt64: Copies] = [:]
    var byName: [UInt64: Copies] = [:]
    for (index, file) in files.enumerated() {
      file.symbols?.forEachBody { body in
        if shared.contains(body.contents) {
          byContents[body.contents, default: Copies()].add(body, file: index)
        } else if let key = body.nameAndSize, named.contains(key) {
          byName[key, default: Copies()].add(body, file: index)
        }
      }
    }
    let result =
      byContents.values.compactMap { $0.duplicate(.bytes) }
      + byName.values.compactMap { $0.duplicate(.name) }
    return result.sorted {
      $0.wasted != $1.wasted
        ? $0.wasted > $1.wasted
        : ($0.name.index, $0.likeness.rawValue, $0.bytes)
          < ($1.name.index, $1.likeness.rawValue, $1.bytes)
    }
  }

  /// The keys that bodies of more than one file have.
  private func repeated(_ key: (SymbolAnalysis.Body) -> UInt64?) -> Set<UInt64> {
    // Of each key the file that had it last.
    var seen: [UInt64: UInt32] = [:]
    var result: Set<UInt64> = []
    for (index, file) in files.enumerated() {
      file.symbols?.forEachBody { body in
        guard let key = key(body) else { return }
        if let last = seen.updateValue(UInt32(index), forKey: key), last != UInt32(index) {
          result.insert(key)
        }
      }
    }
    return result
  }

  private struct Copies {
    private var name = NameID.none
    private var otherNames: Set<NameID> = []
    private var owner = Owner.own
    private(set) var files = 0
    private var lastFile = -1
    /// Of the last file.
    private var last: UInt64 = 0
    private var bytes: UInt64 = 0
    private var largest: UInt64 = 0

    mutating func add(_ body: SymbolAnalysis.Body, file: Int) {
      if files == 0 {
        name = body.name
        owner = body.owner
      } else if body.name != name {
        otherNames.insert(body.name)
      }
      if lastFile == file {
        guard body.cost > last else { return }
        bytes -= last
      } else {
        files += 1
        lastFile = file
      }
      last = body.cost
      bytes += last
      largest = max(largest, last)
    }

    func duplicate(_ likeness: Duplicate.Likeness) -> Duplicate? {
      guard files > 1 else { return nil }
      return Duplicate(
        name: name, owner: owner, likeness: likeness, names: 1 + otherNames.count, files: files,
        bytes: bytes, wasted: bytes - largest)
    }
  }
}

extension SymbolAnalysis {
  /// A function or constant with all the names that it has in its file.
  struct Body {
    var name: NameID
    var owner: Owner
    var contents: UInt64
    /// Bytes of it alone.
    var size: UInt64
    /// With what exists for it.
    var cost: UInt64

    /// nil for what has no name, or more bytes than can be told apart in 32 bits.
    var nameAndSize: UInt64? {
      name == .none || size > UInt64(UInt32.max) ? nil : UInt64(name.index) << 32 | size
    }
  }

  /// Calls `body` with each function and constant whose bytes the file holds.
  func forEachBody(_ body: (Body) -> Void) {
    guard contents.count == symbols.count else { return }
    var index = 0
    while index < symbols.count {
      let symbol = symbols[index]
      let number = contents[index]
      index += 1
      guard number > Self.sameAsBefore else { continue }
      var found = Body(
        name: symbol.name, owner: symbol.owner, contents: number, size: symbol.body,
        cost: symbol.fileSize)
      while index < symbols.count, contents[index] == Self.sameAsBefore {
        found.size += symbols[index].body
        found.cost += symbols[index].fileSize
        index += 1
      }
      if found.size > 0, !symbol.traits.isDisjoint(with: [.isFunction, .isData]) { body(found) }
    }
  }
}
