public import ELFInspection

/// What the sections that Swift's compiler writes about types hold, by module.
///
/// Read from the structures themselves, so that it needs no symbols.
/// Source: swift/include/swift/ABI/Metadata.h and swift/RemoteInspection/Records.h.
public struct SwiftMetadata: Equatable, Sendable {
  /// One section's share for one module.
  public struct Share: Equatable, Sendable {
    public var section: String
    /// Empty for what cannot be told: it stands for several, or for a type of another file.
    public var module: String
    public var bytes: UInt64
  }

  /// By section in the order of the file, the largest module first. The shares of a section add up to
  /// its size.
  public var shares: [Share]
  /// What these sections say that is not so.
  public var flaws: [Flaw]

  /// Reads the `swift5_…` sections; empty where the file has none, or is relocatable: it has no
  /// addresses yet.
  ///
  /// - Complexity: O(bytes of these sections).
  public init(path: String) throws(ELFError) {
    self.init(try ELFFile(path: path))
  }

  init(_ file: consuming ELFFile) {
    shares = []
    flaws = []
    guard !file.header.isRelocatable else { return }
    let names = file.sectionNames()
    let sections = file.sections.filter {
      names[$0.index].hasPrefix("swift5_") && $0.size > 0 && $0.isLoaded && !$0.hasNoBits
    }
    guard !sections.isEmpty else { return }
    let named = sections.map { (section: $0, name: names[$0.index]) }
    var walk = SwiftMetadataWalk(image: FileImage(file), sections: named)
    walk.run()
    flaws = walk.damaged.sorted().map {
      Flaw(
        .metadata, "section '\(named[$0].name)'",
        found: "a record that is not there, does not fit or contains itself",
        expected: "records one after the other")
    }
    for (index, section) in sections.enumerated() {
      var left = section.size
      // No metadata, but room that the runtime keeps for itself.
      if names[section.index] == "swift5_backtrace" {
        self.shares.append(Share(section: names[section.index], module: "Swift", bytes: left))
        continue
      }
      var shares: [Share] = []
      for (module, bytes) in walk.bytes[index] {
        let taken = min(bytes, left)
        left -= taken
        shares.append(Share(section: names[section.index], module: module, bytes: taken))
      }
      if left > 0 { shares.append(Share(section: names[section.index], module: "", bytes: left)) }
      self.shares += shares.sorted {
        $0.bytes != $1.bytes ? $0.bytes > $1.bytes : $0.module < $1.module
      }
    }
  }
}
