internal import ELFReading
internal import Platform

/// Puts what is known of files into the form of the index; see ``IndexFormat``.
struct IndexWriter {
  private var entries: [UInt8] = []
  private var words: [UInt8] = []
  private var texts: [UInt8] = []
  /// Where each text lies, by its bytes: two names may be equal as text and not as names of files.
  private var places: [[UInt8]: UInt32] = [:]
  private var count: UInt32 = 0

  /// The bytes of an index of `files`, which are in byte order of their names.
  ///
  /// - Complexity: O(*n*).
  static func bytes(of files: [IndexedFile], host: IndexHost) -> [UInt8] {
    var writer = IndexWriter()
    for file in files { writer.append(file) }
    let toolchain = writer.reference(host.toolchain)
    var bytes: [UInt8] = []
    Self.append(IndexFormat.magic, to: &bytes)
    Self.append(IndexFormat.version, to: &bytes)
    Self.append(writer.count, to: &bytes)
    let size =
      IndexFormat.headerSize + writer.entries.count + writer.words.count + writer.texts.count
    Self.append(UInt64(size), to: &bytes)
    Self.append(0 as UInt64, to: &bytes)
    Self.append(UInt64(writer.words.count / 4), to: &bytes)
    Self.append(UInt64(writer.texts.count), to: &bytes)
    bytes += toolchain
    Self.append(host.machine, to: &bytes)
    Self.append(host.abiMajor, to: &bytes)
    Self.append(host.abiMinor, to: &bytes)
    Self.append(UInt16(host.holdsStandardLibrary ? 1 : 0), to: &bytes)
    Self.append(host.features, to: &bytes)
    bytes += [UInt8](repeating: 0, count: IndexFormat.Header.runtime - bytes.count)
    Self.append(host.runtime, to: &bytes)
    bytes += [UInt8](repeating: 0, count: IndexFormat.headerSize - bytes.count)
    bytes.reserveCapacity(size)
    bytes += writer.entries
    bytes += writer.words
    bytes += writer.texts
    let checksum = unsafe bytes.withUnsafeBytes { unsafe IndexFormat.checksum(ofFile: $0) }
    var field: [UInt8] = []
    Self.append(checksum, to: &field)
    bytes.replaceSubrange(
      IndexFormat.Header.checksum..<IndexFormat.Header.checksum + 8, with: field)
    return bytes
  }

  private mutating func append(_ file: IndexedFile) {
    let manifest = file.verdict.manifest
    var flags: UInt32 = 0
    if manifest != nil { flags |= IndexFormat.Flags.hasManifest }
    if manifest?.offers != nil { flags |= IndexFormat.Flags.hasOffers }
    if file.verdict.unload != nil { flags |= IndexFormat.Flags.hasUnload }
    if !file.isSettled { flags |= IndexFormat.Flags.isUnsettled }
    if file.verdict.dependsOnOthers { flags |= IndexFormat.Flags.dependsOnOthers }
    // In the order of IndexFormat.Entry.
    Self.append(file.identity.device, to: &entries)
    Self.append(file.identity.inode, to: &entries)
    Self.append(file.identity.byteCount, to: &entries)
    Self.append(file.identity.modificationNanoseconds, to: &entries)
    Self.append(file.identity.changeNanoseconds, to: &entries)
    entries += reference(file.name)
    Self.append(flags, to: &entries)
    Self.append(manifest?.abiMajor ?? 0, to: &entries)
    Self.append(manifest?.abiMinor ?? 0, to: &entries)
    Self.append(manifest?.unloadClass ?? 0, to: &entries)
    Self.append(manifest?.features ?? 0, to: &entries)
    entries += reference(manifest?.name ?? "")
    entries += reference(manifest?.version ?? "")
    entries += reference(manifest?.toolchain ?? "")
    list(manifest?.offers ?? []) { offer, writer in
      Self.append(offer.revision, to: &writer.words)
      writer.words += writer.reference(offer.id)
    }
    list(file.verdict.reasons) { reason, writer in
      for text in [
        reason.code.rawValue, reason.field, reason.found, reason.expected, reason.fix,
      ] { writer.words += writer.reference(text) }
    }
    list(file.verdict.unload?.because ?? []) { text, writer in
      writer.words += writer.reference(text)
    }
    list(manifest?.requires ?? []) { requirement, writer in
      Self.append(requirement.revision, to: &writer.words)
      writer.words += writer.reference(requirement.id)
    }
    count += 1
  }

  /// Writes the elements to the words and the list's reference to the entry.
  private mutating func list<Element>(
    _ elements: [Element], _ write: (Element, inout IndexWriter) -> Void
  ) {
    Self.append(UInt32(words.count / 4), to: &entries)
    Self.append(UInt32(elements.count), to: &entries)
    for element in elements { write(element, &self) }
  }

  /// The reference to a text, which is kept once however often it comes.
  private mutating func reference(_ text: String) -> [UInt8] {
    let offset: UInt32
    let text = Array(text.utf8)
    if let known = places[text] {
      offset = known
    } else {
      offset = UInt32(texts.count)
      texts += text
      places[text] = offset
    }
    var bytes: [UInt8] = []
    Self.append(offset, to: &bytes)
    Self.append(UInt32(text.count), to: &bytes)
    return bytes
  }

  private static func append<Value: FixedWidthInteger>(_ value: Value, to bytes: inout [UInt8]) {
    for shift in stride(from: 0, to: Value.bitWidth, by: 8) {
      bytes.append(UInt8(truncatingIfNeeded: value >> shift))
    }
  }
}
