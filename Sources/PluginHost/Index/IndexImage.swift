internal import ELFReading
internal import Glibc
internal import Platform

/// The bytes of an index, checked: what is read from it afterwards cannot fail.
///
/// Entries are looked at where they lie; nothing is made of one that nobody asks for.
@safe final class IndexImage: @unchecked Sendable {
  private let bytes: UnsafeMutableRawBufferPointer
  /// The number of entries.
  let count: Int
  private let words: Int
  private let texts: Int

  /// Takes `bytes` over.
  ///
  /// - Throws: `IndexFlaw`: `damaged`, `otherVersion` or `otherHost`.
  /// - Complexity: O(*n*), the size of the file.
  init(_ bytes: UnsafeMutableRawBufferPointer, host: IndexHost) throws(IndexFlaw) {
    typealias Header = IndexFormat.Header
    unsafe self.bytes = bytes
    let size = bytes.count
    func integer<Value: FixedWidthInteger & BitwiseCopyable>(_ offset: Int) -> Value {
      unsafe Value(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Value.self))
    }
    guard size >= IndexFormat.headerSize, integer(Header.magic) == IndexFormat.magic else {
      count = 0
      words = 0
      texts = 0
      throw .damaged(
        field: "its beginning", found: size < IndexFormat.headerSize ? "\(size) bytes" : "unknown",
        expected: "that of an index of plugins")
    }
    let count = UInt64(integer(Header.entryCount) as UInt32)
    let wordCount: UInt64 = integer(Header.wordCount)
    let textSize: UInt64 = integer(Header.textSize)
    // From here on `deinit` frees the bytes, and the offsets below are within them.
    self.count = Int(count)
    words = IndexFormat.headerSize + self.count * IndexFormat.entrySize
    texts = words + 4 * Int(truncatingIfNeeded: wordCount & 0xffff_ffff)
    let version: UInt32 = integer(Header.version)
    guard version == IndexFormat.version else { throw .otherVersion(version) }
    let claimed: UInt64 = integer(Header.fileSize)
    guard claimed == UInt64(size) else {
      throw .damaged(field: "its size", found: "\(size) bytes", expected: "\(claimed)")
    }
    guard
      unsafe IndexFormat.checksum(ofFile: UnsafeRawBufferPointer(bytes))
        == integer(Header.checksum)
    else {
      throw .damaged(
        field: "its checksum", found: "that of other bytes", expected: "that of its bytes")
    }
    // What follows holds for all that a host has written; the checksum does not prove that one has.
    guard wordCount <= UInt64(size) / 4, textSize <= UInt64(size),
      UInt64(words) + 4 * wordCount + textSize == UInt64(size)
    else {
      throw .damaged(
        field: "the size of its parts", found: "not \(size) bytes together", expected: "that")
    }
    let limits = Limits(words: wordCount, texts: textSize)
    guard unsafe Self.isText(at: Header.toolchain, in: bytes, limits) else {
      throw Self.outOfBounds
    }
    guard isWritten(by: host) else {
      throw .otherHost(found: "\(writer)", expected: "\(host)")
    }
    for number in 0..<self.count {
      guard isSound(number, limits) else { throw Self.outOfBounds }
      guard number == 0 || order(of: number - 1, before: number) else {
        throw .damaged(field: "its order", found: "not that of the names", expected: "that")
      }
    }
  }

  deinit { unsafe bytes.deallocate() }

  /// Whether they are these bytes.
  func holds(_ other: [UInt8]) -> Bool {
    unsafe bytes.count == other.count && memcmp(bytes.baseAddress!, other, other.count) == 0
  }

  private static let outOfBounds = IndexFlaw.damaged(
    field: "a reference", found: "outside of the file", expected: "within")

  // MARK: Checking

  private struct Limits {
    var words: UInt64
    var texts: UInt64
  }

  private static func isText(
    at offset: Int, in bytes: UnsafeMutableRawBufferPointer, _ limits: Limits
  ) -> Bool {
    let start = unsafe bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self)
    let length = unsafe bytes.loadUnaligned(fromByteOffset: offset + 4, as: UInt32.self)
    return UInt64(UInt32(littleEndian: start)) + UInt64(UInt32(littleEndian: length))
      <= limits.texts
  }

  private func isSound(_ number: Int, _ limits: Limits) -> Bool {
    typealias Entry = IndexFormat.Entry
    let start = entry(number)
    for field in [Entry.fileName, Entry.name, Entry.version, Entry.toolchain] {
      guard unsafe Self.isText(at: start + field, in: bytes, limits) else { return false }
    }
    guard unsafe !name(number).isEmpty else { return false }
    return isList(at: start + Entry.offers, words: 3, text: 1, limits)
      && isList(at: start + Entry.reasons, words: 10, text: 0, limits)
      && isList(at: start + Entry.because, words: 2, text: 0, limits)
      && isList(at: start + Entry.requires, words: 3, text: 1, limits)
      && reasonCodesAreKnown(number)
  }

  /// - Parameters:
  ///   - size: words of an element.
  ///   - text: from which word of an element on there are texts.
  private func isList(at offset: Int, words size: UInt64, text: Int, _ limits: Limits) -> Bool {
    let first = UInt64(integer(at: offset) as UInt32)
    let count = UInt64(integer(at: offset + 4) as UInt32)
    guard first + count * size <= limits.words else { return false }
    for element in 0..<Int(count) {
      let start = words + 4 * (Int(first) + element * Int(size))
      for field in stride(from: text, to: Int(size), by: 2) {
        guard unsafe Self.isText(at: start + 4 * field, in: bytes, limits) else { return false }
      }
    }
    return true
  }

  /// A code that this host does not know comes from another version of it.
  private func reasonCodesAreKnown(_ number: Int) -> Bool {
    let list = self.list(at: entry(number) + IndexFormat.Entry.reasons, words: 10)
    for start in list where Refusal.Code(rawValue: text(at: start)) == nil { return false }
    return true
  }

  /// No name twice, and all as a search needs them.
  private func order(of first: Int, before second: Int) -> Bool {
    unsafe Self.compare(name(first), name(second)) < 0
  }

  private func isWritten(by host: IndexHost) -> Bool {
    typealias Header = IndexFormat.Header
    guard integer(at: Header.machine) == host.machine,
      integer(at: Header.abiMajor) == host.abiMajor, integer(at: Header.abiMinor) == host.abiMinor,
      integer(at: Header.holdsStandardLibrary) as UInt16 == (host.holdsStandardLibrary ? 1 : 0),
      integer(at: Header.features) == host.features, integer(at: Header.runtime) == host.runtime
    else { return false }
    return unsafe textBytes(at: Header.toolchain).elementsEqual(host.toolchain.utf8)
  }

  /// For whom the index was written.
  private var writer: IndexHost {
    typealias Header = IndexFormat.Header
    return IndexHost(
      machine: integer(at: Header.machine), abiMajor: integer(at: Header.abiMajor),
      abiMinor: integer(at: Header.abiMinor),
      holdsStandardLibrary: integer(at: Header.holdsStandardLibrary) as UInt16 != 0,
      features: integer(at: Header.features), toolchain: text(at: Header.toolchain),
      runtime: integer(at: Header.runtime))
  }

  // MARK: Reading

  /// The size of the whole index.
  var byteCount: Int { unsafe bytes.count }

  private func entry(_ number: Int) -> Int {
    IndexFormat.headerSize + number * IndexFormat.entrySize
  }

  private func integer<Value: FixedWidthInteger & BitwiseCopyable>(at offset: Int) -> Value {
    unsafe Value(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Value.self))
  }

  /// The bytes of the text that the reference at `offset` names.
  private func textBytes(at offset: Int) -> UnsafeRawBufferPointer {
    let start = texts + Int(integer(at: offset) as UInt32)
    let length = Int(integer(at: offset + 4) as UInt32)
    return unsafe UnsafeRawBufferPointer(rebasing: bytes[start..<start + length])
  }

  private func text(at offset: Int) -> String {
    unsafe String(decoding: textBytes(at: offset), as: UTF8.self)
  }

  /// Where the elements of the list that the reference at `offset` names begin.
  private func list(at offset: Int, words size: Int) -> StrideTo<Int> {
    let first = words + 4 * Int(integer(at: offset) as UInt32)
    let count = Int(integer(at: offset + 4) as UInt32)
    return stride(from: first, to: first + 4 * size * count, by: 4 * size)
  }

  private func flags(_ number: Int) -> UInt32 {
    integer(at: entry(number) + IndexFormat.Entry.flags)
  }

  /// The name of the entry's file; holds as long as the image.
  @unsafe private func name(_ number: Int) -> UnsafeRawBufferPointer {
    unsafe textBytes(at: entry(number) + IndexFormat.Entry.fileName)
  }

  private static func compare(
    _ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer
  ) -> Int {
    let order = unsafe memcmp(
      left.baseAddress!, right.baseAddress!, min(left.count, right.count))
    return order != 0 ? Int(order) : left.count - right.count
  }

  func fileName(_ number: Int) -> String {
    text(at: entry(number) + IndexFormat.Entry.fileName)
  }

  /// The number of the entry for a file; nil where there is none.
  ///
  /// - Complexity: O(log *n*).
  func number(of name: UnsafeRawBufferPointer) -> Int? {
    guard unsafe !name.isEmpty else { return nil }
    var range = 0..<count
    while !range.isEmpty {
      let middle = range.lowerBound + range.count / 2
      let order = unsafe Self.compare(name, self.name(middle))
      if order == 0 { return middle }
      range = order < 0 ? range.lowerBound..<middle : middle + 1..<range.upperBound
    }
    return nil
  }

  /// Whether the entry's file is still the one that was judged.
  func isCurrent(_ number: Int, _ identity: FileIdentity) -> Bool {
    let flags = flags(number)
    return flags & IndexFormat.Flags.isUnsettled == 0 && self.identity(number) == identity
      && (flags & IndexFormat.Flags.dependsOnOthers == 0 || isAdmitted(number))
  }

  func identity(_ number: Int) -> FileIdentity {
    let start = entry(number) + IndexFormat.Entry.identity
    return FileIdentity(
      device: integer(at: start), inode: integer(at: start + 8), byteCount: integer(at: start + 16),
      modificationNanoseconds: integer(at: start + 24), changeNanoseconds: integer(at: start + 32))
  }

  func isAdmitted(_ number: Int) -> Bool {
    integer(at: entry(number) + IndexFormat.Entry.reasons + 4) as UInt32 == 0
  }

  /// Whether the plugin says which interfaces it offers.
  func declaresOffers(_ number: Int) -> Bool {
    flags(number) & IndexFormat.Flags.hasOffers != 0
  }

  /// Whether the plugin offers an interface, or does not say what it offers.
  func mayOffer(_ number: Int, id: UnsafeRawBufferPointer, revision: UInt32) -> Bool {
    guard declaresOffers(number) else { return true }
    for start in list(at: entry(number) + IndexFormat.Entry.offers, words: 3)
    where integer(at: start) as UInt32 == revision {
      let own = unsafe textBytes(at: start + 4)
      if own.count == id.count, unsafe own.elementsEqual(id) { return true }
    }
    return false
  }

  /// What was thought of a file, where that can stand for judging it; nil where it cannot.
  func verdict(
    _ number: Int, on path: String, _ identity: FileIdentity
  ) -> AdmissionVerdict? {
    guard isCurrent(number, identity), isAdmitted(number),
      flags(number) & IndexFormat.Flags.dependsOnOthers == 0
    else { return nil }
    var verdict = record(number, in: "").verdict
    guard let manifest = verdict.manifest, Admission.accepts(manifest) else { return nil }
    verdict.path = path
    return verdict
  }

  /// Everything that is known of a file of `directory`.
  func record(_ number: Int, in directory: String) -> IndexedFile {
    typealias Entry = IndexFormat.Entry
    let start = entry(number)
    let flags = flags(number)
    var manifest: PluginManifest?
    if flags & IndexFormat.Flags.hasManifest != 0 {
      manifest = PluginManifest(
        abiMajor: integer(at: start + Entry.abiMajor),
        abiMinor: integer(at: start + Entry.abiMinor),
        unloadClass: integer(at: start + Entry.unloadClass),
        features: integer(at: start + Entry.features), name: text(at: start + Entry.name),
        version: text(at: start + Entry.version), toolchain: text(at: start + Entry.toolchain),
        offers: declaresOffers(number)
          ? list(at: start + Entry.offers, words: 3).map {
            InterfaceOffer(id: text(at: $0 + 4), revision: integer(at: $0))
          } : nil,
        requires: list(at: start + Entry.requires, words: 3).map {
          RequiredInterface(id: text(at: $0 + 4), revision: integer(at: $0))
        })
    }
    let unload =
      flags & IndexFormat.Flags.hasUnload != 0
      ? UnloadVerdict(
        because: list(at: start + Entry.because, words: 2).map { text(at: $0) }) : nil
    let reasons = list(at: start + Entry.reasons, words: 10).map {
      Refusal(
        // Known codes only: that was checked.
        Refusal.Code(rawValue: text(at: $0))!, field: text(at: $0 + 8),
        found: text(at: $0 + 16), expected: text(at: $0 + 24), fix: text(at: $0 + 32))
    }
    let name = fileName(number)
    var verdict = AdmissionVerdict(
      path: Path.join(directory, name), manifest: manifest, unload: unload, reasons: reasons)
    verdict.dependsOnOthers = flags & IndexFormat.Flags.dependsOnOthers != 0
    return IndexedFile(
      name: name, verdict: verdict, identity: identity(number),
      isSettled: flags & IndexFormat.Flags.isUnsettled == 0)
  }
}

extension IndexImage {
  /// The image of bytes that were just made.
  ///
  /// - Precondition: they are an index for `host`.
  convenience init(_ bytes: [UInt8], host: IndexHost) {
    let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 16)
    unsafe copy.copyBytes(from: bytes)
    do {
      unsafe try self.init(copy, host: host)
    } catch {
      preconditionFailure("an index that was just made is not sound: \(error)")
    }
  }
}
