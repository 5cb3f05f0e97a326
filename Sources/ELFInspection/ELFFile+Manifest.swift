internal import CElf
internal import CPluginABI

/// A plugin's manifest as its file holds it. See `plr_manifest` in `plugin_abi.h`.
public struct PluginManifest: Equatable, Sendable {
  public var abiMajor: UInt16
  public var abiMinor: UInt16
  public var unloadClass: UInt32
  public var features: UInt32
  public var name: String
  public var version: String
  /// The version text of the compiler that made the plugin.
  public var toolchain: String
}

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
    let segments = segments.filter { $0.type == UInt32(PT_NOTE) }
    let inSegments = findManifest(in: segments.map { ($0.offset, $0.fileSize) })
    guard inSegments == .missing else { return inSegments }
    let sections = sections.filter { $0.type == UInt32(SHT_NOTE) }
    return findManifest(in: sections.map { ($0.offset, $0.size) })
  }

  private func findManifest(in ranges: [(offset: UInt64, size: UInt64)]) -> ManifestSearch {
    var results: [ManifestSearch] = []
    // Notes are small; many that overlap would be a way to keep a host busy.
    let limit: UInt64 = 16 << 20
    var total: UInt64 = 0
    for range in ranges {
      total += min(range.size, limit)
      guard total <= limit else {
        return .malformed(
          field: "notes", found: "more than \(limit) bytes", expected: "at most \(limit)")
      }
      unsafe withBytes(at: range.offset, count: range.size) { bytes in
        let reader = unsafe ByteReader(bytes, isLittleEndian: header.isLittleEndian)
        results.append(contentsOf: Self.manifests(in: reader))
      }
    }
    switch results.count {
    case 0: return .missing
    case 1: return results[0]
    default: return .several(results.count)
    }
  }

  /// Walks one run of notes. A note that lies about its size ends the walk.
  private static func manifests(in reader: ByteReader) -> [ManifestSearch] {
    var results: [ManifestSearch] = []
    var offset = 0
    while let nameSize: UInt32 = reader.integer(at: offset),
      let descriptionSize: UInt32 = reader.integer(at: offset + 4),
      let type: UInt32 = reader.integer(at: offset + 8)
    {
      let name = offset + 12
      let description = name + (Int(nameSize) + 3) & ~3
      let end = description + (Int(descriptionSize) + 3) & ~3
      guard description + Int(descriptionSize) <= reader.count else { break }
      if type == UInt32(PLR_NOTE_TYPE_MANIFEST),
        reader.text(at: name, capacity: Int(nameSize)) == PLR_NOTE_OWNER
      {
        results.append(manifest(in: reader, at: description, size: Int(descriptionSize)))
      }
      offset = end
    }
    return results
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
    var texts: [String] = []
    // The offsets that layout.c pins.
    for (field, offset, capacity) in [
      ("name", 16, PLR_MANIFEST_NAME_CAPACITY), ("version", 80, PLR_MANIFEST_VERSION_CAPACITY),
      ("toolchain", 112, PLR_MANIFEST_TOOLCHAIN_CAPACITY),
    ] {
      guard let text = reader.text(at: start + offset, capacity: Int(capacity)) else {
        return .malformed(
          field: "manifest.\(field)", found: "bytes without an end or not UTF-8",
          expected: "UTF-8 that ends with NUL")
      }
      texts.append(text)
    }
    guard !texts[0].isEmpty,
      texts[0].unicodeScalars.allSatisfy({ $0.value > 0x20 && !(0x7f..<0xa0).contains($0.value) })
    else {
      return .malformed(
        field: "manifest.name", found: texts[0].isEmpty ? "empty" : "blanks or control characters",
        expected: "a name")
    }
    guard unloadClass <= PLR_UNLOAD_UNLOADABLE else {
      return .malformed(
        field: "manifest.unload_class", found: "\(unloadClass)", expected: "0 or 1")
    }
    return .found(
      PluginManifest(
        abiMajor: major, abiMinor: minor, unloadClass: unloadClass, features: features,
        name: texts[0], version: texts[1], toolchain: texts[2]))
  }
}
