internal import CElf

/// The versions of symbols that a file defines and those that it needs, by the numbers that its
/// symbols refer to them by.
public struct SymbolVersions: Equatable, Sendable {
  /// A version that the file defines (`Verdef`).
  public struct Definition: Equatable, Sendable {
    /// What the file's symbols call it; 1 is the file itself.
    public var index: UInt16
    public var name: String
    /// It names the file, not a version (`VER_FLG_BASE`).
    public var isBase: Bool
    /// Nothing refers to it (`VER_FLG_WEAK`).
    public var isWeak: Bool
    /// The versions that it includes.
    public var parents: [String]
  }

  /// A version that a needed library must define (`Vernaux`).
  public struct Need: Equatable, Sendable {
    /// What the file's symbols call it.
    public var index: UInt16
    /// The library as ``DynamicSection/needed`` names it.
    public var library: String
    public var name: String
    /// The file can be loaded without it (`VER_FLG_WEAK`).
    public var isWeak: Bool
  }

  public var definitions: [Definition] = []
  public var needs: [Need] = []
  /// False where a table does not lie in the file, goes in circles or names what cannot be read.
  public var isComplete = true

  /// The name of a version, and the library that must define it; nil for 0 (local), 1 (no version)
  /// and those that the file does not name.
  ///
  /// - Parameter index: as in `SHT_GNU_versym`; the bit that hides a symbol is not looked at.
  /// - Complexity: O(versions).
  public func version(_ index: UInt16) -> (name: String, library: String?)? {
    let index = index & 0x7fff
    guard index > 1 else { return nil }
    if let need = needs.first(where: { $0.index == index }) { return (need.name, need.library) }
    return definitions.first { $0.index == index && !$0.isBase }.map { ($0.name, nil) }
  }

  /// The versions needed of each library, both in the order of the file.
  ///
  /// - Complexity: O(needs).
  public var neededByLibrary: [(library: String, versions: [String])] {
    var result: [(library: String, versions: [String])] = []
    var places: [String: Int] = [:]
    for need in needs {
      if let place = places[need.library] {
        result[place].versions.append(need.name)
      } else {
        places[need.library] = result.count
        result.append((need.library, [need.name]))
      }
    }
    return result
  }
}

extension ELFFile {
  /// Reads the versions that `DT_VERDEF` and `DT_VERNEED` lead to; none where there are none.
  ///
  /// An entry says how far behind it the next one lies, so that a walk only goes forwards; 32,768
  /// entries, as many as there are numbers for versions, end it, and 4 MiB of names.
  ///
  /// Source: Linux Standard Base Core 5.0, "Symbol Versioning".
  /// - Complexity: O(versions).
  public func symbolVersions() -> SymbolVersions {
    var versions = SymbolVersions()
    guard let table = dynamicTable() else { return versions }
    let hasTables = table.value(DT_VERDEF) != nil || table.value(DT_VERNEED) != nil
    let isRead: Void? = withStrings(of: table) { strings in
      var walk = VersionWalk(strings: strings)
      read(DT_VERDEF, DT_VERDEFNUM, of: table, into: &versions) { reader, offset, versions in
        walk.definition(in: reader, at: offset, into: &versions)
      }
      walk = VersionWalk(strings: strings)
      read(DT_VERNEED, DT_VERNEEDNUM, of: table, into: &versions) { reader, offset, versions in
        walk.needs(in: reader, at: offset, into: &versions)
      }
    }
    if hasTables && isRead == nil { versions.isComplete = false }
    return versions
  }

  /// Goes through a table's entries.
  ///
  /// - Parameter entry: reads the one at an offset and gives how far behind it the next lies; nil
  ///   where it cannot be read.
  private func read(
    _ tag: Int32, _ countTag: Int32, of table: DynamicTable, into versions: inout SymbolVersions,
    entry: (ByteReader, Int, inout SymbolVersions) -> Int?
  ) {
    guard let address = table.value(tag) else { return }
    let count = table.value(countTag) ?? 0
    // 32,768 entries of both kinds take less than this.
    let isRead: Void? = place(ofAddress: address).flatMap { place in
      unsafe withBytes(at: place.offset, count: min(place.size, 2 << 20)) { bytes in
        let reader = unsafe ByteReader(bytes, isLittleEndian: header.isLittleEndian)
        var offset = 0
        var left = count
        while left > 0 {
          guard let step = entry(reader, offset, &versions) else {
            versions.isComplete = false
            break
          }
          left -= 1
          if step == 0 { break }
          offset += step
        }
        if left > 0 { versions.isComplete = false }
      }
    }
    if isRead == nil { versions.isComplete = false }
  }
}

/// Reads the entries of one table, and no more of them than there can be.
private struct VersionWalk {
  let strings: StringTable
  var textBudget = 4 << 20
  var entryBudget = 32_768

  private mutating func text(at offset: UInt32) -> String? {
    strings.text(at: UInt64(offset), budget: &textBudget)
  }

  /// Reads the names behind a definition: its own and those of the versions that it includes.
  mutating func definition(
    in reader: ByteReader, at offset: Int, into versions: inout SymbolVersions
  ) -> Int? {
    guard let revision: UInt16 = reader.integer(at: offset), revision == 1,
      let flags: UInt16 = reader.integer(at: offset + 2),
      let index: UInt16 = reader.integer(at: offset + 4),
      let count: UInt16 = reader.integer(at: offset + 6),
      let first: UInt32 = reader.integer(at: offset + 12),
      let next: UInt32 = reader.integer(at: offset + 16)
    else { return nil }
    var names: [String] = []
    var auxiliary = offset + Int(first)
    for position in 0..<count {
      entryBudget -= 1
      guard entryBudget >= 0, let nameOffset: UInt32 = reader.integer(at: auxiliary),
        let step: UInt32 = reader.integer(at: auxiliary + 4), let name = text(at: nameOffset)
      else { return nil }
      names.append(name)
      guard step > 0 else {
        if position + 1 < count { versions.isComplete = false }
        break
      }
      auxiliary += Int(step)
    }
    guard let name = names.first else { return nil }
    versions.definitions.append(
      SymbolVersions.Definition(
        index: index & 0x7fff, name: name, isBase: flags & 1 != 0, isWeak: flags & 2 != 0,
        parents: Array(names.dropFirst())))
    return Int(next)
  }

  /// Reads the versions needed of one library.
  mutating func needs(
    in reader: ByteReader, at offset: Int, into versions: inout SymbolVersions
  ) -> Int? {
    entryBudget -= 1
    guard entryBudget >= 0, let revision: UInt16 = reader.integer(at: offset), revision == 1,
      let count: UInt16 = reader.integer(at: offset + 2),
      let libraryOffset: UInt32 = reader.integer(at: offset + 4),
      let first: UInt32 = reader.integer(at: offset + 8),
      let next: UInt32 = reader.integer(at: offset + 12), let library = text(at: libraryOffset)
    else { return nil }
    var auxiliary = offset + Int(first)
    for position in 0..<count {
      entryBudget -= 1
      guard entryBudget >= 0, let flags: UInt16 = reader.integer(at: auxiliary + 4),
        let index: UInt16 = reader.integer(at: auxiliary + 6),
        let nameOffset: UInt32 = reader.integer(at: auxiliary + 8),
        let step: UInt32 = reader.integer(at: auxiliary + 12), let name = text(at: nameOffset)
      else { return nil }
      versions.needs.append(
        SymbolVersions.Need(
          index: index & 0x7fff, library: library, name: name, isWeak: flags & 2 != 0))
      guard step > 0 else {
        if position + 1 < count { versions.isComplete = false }
        break
      }
      auxiliary += Int(step)
    }
    return Int(next)
  }
}
