internal import CPluginABI
// Of a module of its own, which is all that whoever writes manifests needs.
@_exported public import Manifests

/// What looking for a manifest came to.
public enum ManifestSearch: Equatable, Sendable {
  case found(PluginManifest)
  case missing
  /// More than one: whose would be a guess.
  case several(Int)
  /// The note is there but not what version 1 lays down.
  case malformed(field: String, found: String, expected: String)
}

extension ELFFile {
  /// Looks for the manifest in the note segments and, where there is none, in the note sections: a
  /// linker script or a tool may have moved it out of the segments.
  ///
  /// - Complexity: O(bytes of notes).
  public func findManifest() -> ManifestSearch {
    let inSegments = findManifest(in: noteSegments)
    guard case .missing = inSegments else { return inSegments }
    return findManifest(in: noteSections)
  }

  private func findManifest(in runs: some Sequence<NoteRun>) -> ManifestSearch {
    let found = manifest(in: runs)
    guard case .missing = found, runs.contains(where: { $0.alignment != 4 }) else { return found }
    // A tool may have aligned the run more strictly than the notes in it are padded.
    return manifest(in: runs.lazy.map { NoteRun($0.offset, $0.size, alignment: 4) })
  }

  private func manifest(in runs: some Sequence<NoteRun>) -> ManifestSearch {
    var found = ManifestSearch.missing
    var count = 0
    var offers: [InterfaceOffer] = []
    var requires: [RequiredInterface] = []
    var flaw: ManifestSearch?
    let isWhole = forEachNote(in: runs) { reader, note in
      guard (1...UInt32(PLR_NOTE_TYPE_REQUIREMENT)).contains(note.type),
        reader.holds(Self.noteOwner, at: note.owner)
      else { return true }
      if note.type == UInt32(PLR_NOTE_TYPE_MANIFEST) {
        count += 1
        if count == 1 {
          found = Self.manifest(
            in: reader, at: note.descriptor.lowerBound, size: note.descriptor.count)
        }
        return true
      }
      let isOffer = note.type == UInt32(PLR_NOTE_TYPE_OFFER)
      let (count, limit) =
        isOffer
        ? (offers.count, Int(PLR_OFFERS_LIMIT)) : (requires.count, Int(PLR_REQUIREMENTS_LIMIT))
      if count == limit {
        flaw = .malformed(
          field: isOffer ? "offers" : "requirements", found: "more than \(limit)",
          expected: "at most \(limit)")
      } else if let (id, revision) = Self.interface(in: reader, note.descriptor) {
        if isOffer {
          offers.append(InterfaceOffer(id: id, revision: revision))
        } else {
          requires.append(RequiredInterface(id: id, revision: revision))
        }
      } else {
        flaw = .malformed(
          field: isOffer ? "offer" : "requirement",
          found: "\(note.descriptor.count) bytes that name no interface",
          expected: "an id of printable ASCII without blanks, and a revision")
      }
      return true
    }
    guard isWhole else {
      let limit = NoteRun.largestTotal
      return .malformed(
        field: "notes", found: "more than \(limit) bytes", expected: "at most \(limit)")
    }
    guard count <= 1 else { return .several(count) }
    // What comes after the version is only told of a version that is known.
    guard case .found(var manifest) = found, manifest.abiMajor == UInt16(PLR_ABI_MAJOR) else {
      return found
    }
    if let flaw { return flaw }
    if !offers.isEmpty { manifest.offers = offers }
    manifest.requires = requires
    return .found(manifest)
  }

  private static let noteOwner = Array(PLR_NOTE_OWNER.utf8) + [0]

  /// What an offer or a requirement names: both are laid out alike.
  private static func interface(
    in reader: ByteReader, _ place: Range<Int>
  ) -> (id: String, revision: UInt32)? {
    let start = place.lowerBound
    guard let ownSize: UInt32 = reader.integer(at: start), Int(ownSize) <= place.count,
      ownSize >= UInt32(PLR_OFFER_SIZE_1_0),
      let revision: UInt32 = reader.integer(at: start + 4),
      let id = reader.text(at: start + 8, capacity: Int(PLR_OFFER_ID_CAPACITY)), !id.isEmpty,
      id.utf8.allSatisfy({ (0x21...0x7e).contains($0) })
    else { return nil }
    return (id, revision)
  }

  private static func manifest(in reader: ByteReader, at start: Int, size: Int) -> ManifestSearch {
    let expected = Int(PLR_MANIFEST_SIZE_1_0)
    guard let major: UInt16 = reader.integer(at: start + 4), size >= 8,
      let minor: UInt16 = reader.integer(at: start + 6)
    else {
      return .malformed(field: "manifest", found: "\(size) bytes", expected: "\(expected) bytes")
    }
    guard let ownSize: UInt32 = reader.integer(at: start), Int(ownSize) <= size else {
      return .malformed(
        field: "manifest.size", found: "more than the note's \(size) bytes",
        expected: "\(expected) or, from a later minor version, more")
    }
    // The version comes first: what follows may look different in another major one.
    guard major == UInt16(PLR_ABI_MAJOR) else {
      return .found(
        PluginManifest(
          abiMajor: major, abiMinor: minor, unloadClass: 0, features: 0, name: "", version: "",
          toolchain: ""))
    }
    guard ownSize >= expected, let unloadClass: UInt32 = reader.integer(at: start + 8),
      let features: UInt32 = reader.integer(at: start + 12)
    else {
      return .malformed(
        field: "manifest.size", found: "\(ownSize)", expected: "at least \(expected)")
    }
    func unterminated(_ field: String) -> ManifestSearch {
      .malformed(
        field: "manifest.\(field)", found: "bytes without an end or not UTF-8",
        expected: "UTF-8 that ends with NUL")
    }
    // The offsets that layout.c pins.
    guard let name = reader.text(at: start + 16, capacity: Int(PLR_MANIFEST_NAME_CAPACITY)) else {
      return unterminated("name")
    }
    guard let version = reader.text(at: start + 80, capacity: Int(PLR_MANIFEST_VERSION_CAPACITY))
    else { return unterminated("version") }
    guard
      let toolchain = reader.text(
        at: start + 112, capacity: Int(PLR_MANIFEST_TOOLCHAIN_CAPACITY))
    else { return unterminated("toolchain") }
    // Most names are ASCII, which is sooner seen.
    guard !name.isEmpty,
      name.utf8.allSatisfy({ (0x21...0x7e).contains($0) })
        || name.unicodeScalars.allSatisfy({ $0.value > 0x20 && !(0x7f..<0xa0).contains($0.value) })
    else {
      return .malformed(
        field: "manifest.name", found: name.isEmpty ? "empty" : "blanks or control characters",
        expected: "a name")
    }
    guard unloadClass <= PLR_UNLOAD_UNLOADABLE else {
      return .malformed(
        field: "manifest.unload_class", found: "\(unloadClass)", expected: "0 or 1")
    }
    return .found(
      PluginManifest(
        abiMajor: major, abiMinor: minor, unloadClass: unloadClass, features: features,
        name: name, version: version,
        toolchain: toolchain))
  }
}
