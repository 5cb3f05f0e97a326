internal import Platform

/// What shows that two files are one before and after.
public enum FileMatch: String, CaseIterable, Sendable {
  /// They are all that was named.
  case given
  /// The path from what was named on.
  case path
  case name
  /// The bytes: the file was moved or renamed.
  case content
  /// The name without the numbers of a version.
  case version
}

/// A file before and after; or only one of them.
public struct FilePair: Equatable, Sendable {
  /// nil for a file that was added.
  public var old: String?
  /// nil for a file that was removed.
  public var new: String?
  /// Bytes of the files; 0 where there is none, or its status cannot be read.
  public var size: SizeChange
  /// nil unless both are there.
  public var matchedBy: FileMatch?
  /// Both are there, with the same bytes: nothing needs to be read.
  public var isIdentical: Bool
}

/// The files of two trees, those that belong together side by side.
public struct FilePairing: Equatable, Sendable {
  /// Those that are there after, in their order; then those that are only there before.
  public private(set) var pairs: [FilePair] = []

  /// The files that must be read in order to compare: those of pairs that are not identical.
  public var oldPaths: [String] { pairs.filter { !$0.isIdentical }.compactMap(\.old) }
  public var newPaths: [String] { pairs.filter { !$0.isIdentical }.compactMap(\.new) }

  /// Pairs files by path below what was named; what is left by name where that is clear, by equal
  /// bytes, by name, and by name without version. Two files that are all that was named are a pair.
  ///
  /// A file that cannot be read is like no other; reading it will say why.
  /// - Complexity: O(*n* log *n*) in files; reads those of equal size that belong together or may.
  public init(old: [FileTree], new: [FileTree]) {
    var matching = Matching(old: old, new: new)
    if let before = old.first, let after = new.first, old.count == 1, new.count == 1,
      before.isFile, after.isFile
    {
      matching.match(.given) { _ in "" }
    }
    matching.match(.path, by: \.relativePath)
    matching.match(.name, onlyUnique: true, by: \.name)
    matching.matchContents()
    matching.match(.name, by: \.name)
    matching.match(.version) {
      Path.join(Path.parent(of: $0.relativePath), VersionlessName.of($0.name))
    }
    matching.match(.version) { VersionlessName.of($0.name) }
    var isPaired = [Bool](repeating: false, count: matching.old.count)
    for (index, file) in matching.new.enumerated() {
      if let (other, match) = matching.partner[index] {
        isPaired[other] = true
        pairs.append(Self.pair(matching.old[other], file, match))
      } else {
        pairs.append(Self.pair(nil, file, nil))
      }
    }
    for (index, file) in matching.old.enumerated() where !isPaired[index] {
      pairs.append(Self.pair(file, nil, nil))
    }
  }

  private static func pair(
    _ old: Matching.File?, _ new: Matching.File?, _ match: FileMatch?
  ) -> FilePair {
    var isIdentical = false
    if let old, let new {
      isIdentical = (try? FileComparison.areIdentical(old.path, new.path)) ?? false
    }
    return FilePair(
      old: old?.path, new: new?.path, size: SizeChange(old: old?.size ?? 0, new: new?.size ?? 0),
      matchedBy: match, isIdentical: isIdentical)
  }
}

extension FilePairing {
  /// The files while they are paired.
  private struct Matching {
    struct File {
      var path: String
      var relativePath: String
      var name: String
      var size: UInt64
    }

    let old: [File]
    let new: [File]
    /// By position in `new`.
    var partner: [Int: (old: Int, FileMatch)] = [:]
    private var oldLeft: [Int]
    private var newLeft: [Int]

    init(old: [FileTree], new: [FileTree]) {
      self.old = Self.files(old)
      self.new = Self.files(new)
      oldLeft = Array(self.old.indices)
      newLeft = Array(self.new.indices)
    }

    private static func files(_ trees: [FileTree]) -> [File] {
      trees.flatMap { tree in
        tree.paths.map { path in
          File(
            path: path, relativePath: tree.relativePath(of: path), name: Path.name(of: path),
            size: UInt64(max((try? Files.status(path))??.byteCount ?? 0, 0)))
        }
      }
    }

    /// Pairs, in their order, the files left that have the same key.
    ///
    /// - Parameter onlyUnique: leaves those whose key others on their side have too.
    mutating func match(
      _ match: FileMatch, onlyUnique: Bool = false, by key: (File) -> String
    ) {
      pair(match, onlyUnique, oldLeft.map { key(old[$0]) }, newLeft.map { key(new[$0]) })
    }

    /// Pairs the files left that have the same bytes. Only sizes that both sides have are read.
    mutating func matchContents() {
      let sizes = Set(oldLeft.map { old[$0].size }).intersection(newLeft.map { new[$0].size })
      func key(_ file: File) -> ContentHash? {
        sizes.contains(file.size) ? try? ContentHash(path: file.path) : nil
      }
      pair(.content, false, oldLeft.map { key(old[$0]) }, newLeft.map { key(new[$0]) }) {
        (try? FileComparison.areIdentical($0.path, $1.path)) ?? false
      }
    }

    private mutating func pair<Key: Hashable>(
      _ match: FileMatch, _ onlyUnique: Bool, _ oldKeys: [Key?], _ newKeys: [Key?],
      where belong: (File, File) -> Bool = { _, _ in true }
    ) {
      var candidates: [Key: [Int]] = [:]
      for (index, key) in zip(oldLeft, oldKeys).reversed() {
        if let key { candidates[key, default: []].append(index) }
      }
      var rivals: [Key: Int] = [:]
      for key in newKeys { if let key { rivals[key, default: 0] += 1 } }
      var left: [Int] = []
      var taken: Set<Int> = []
      for (index, key) in zip(newLeft, newKeys) {
        if let key, let others = candidates[key], let other = others.last,
          !onlyUnique || (others.count == 1 && rivals[key] == 1), belong(old[other], new[index])
        {
          candidates[key]?.removeLast()
          partner[index] = (other, match)
          taken.insert(other)
        } else {
          left.append(index)
        }
      }
      newLeft = left
      oldLeft.removeAll(where: taken.contains)
    }
  }
}
