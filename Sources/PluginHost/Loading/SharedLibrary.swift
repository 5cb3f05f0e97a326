internal import CPluginABI
internal import Glibc
internal import Platform
internal import Synchronization

/// A file that the dynamic loader has mapped for one plugin.
///
/// The corresponding C functions are `dlopen(3)`, `dlsym(3)` and `dlclose(3)`.
@safe struct SharedLibrary {
  /// The name that the loader knows it by.
  let name: String
  /// Which file it was.
  let file: FileStatus
  /// The loader has a copy of it.
  private let isCopy: Bool
  /// Of what is mapped, the file or the copy.
  private let inode: UInt64
  let isUnloadable: Bool
  private let claim: FilesInUse.Claim
  private let handle: UnsafeMutableRawPointer

  /// Maps what was judged, whatever its path leads to by now, with all symbols bound and shown to nobody
  /// else. A file that is mapped already, because its plugin could not be unmapped, gets new code and new
  /// variables all the same.
  ///
  /// - Parameters:
  ///   - neighbours: files to be mapped before it.
  ///   - isAgain: the file may have an active plugin, too.
  ///   - nanoseconds: receives the time inside `dlopen`.
  /// - Throws: `Refusal`: `alreadyLoaded`, `mappingStale`, `symbolMissing`, `libraryMissing` or
  ///   `loadFailed`.
  init(
    opening held: borrowing HeldFile, after neighbours: [String], isUnloadable: Bool, isAgain: Bool,
    nanoseconds: inout UInt64
  ) throws(Refusal) {
    let isCopied = held.hold == .sealedCopy
    let claim = try FilesInUse.claim(
      FilesInUse.Candidate(held), at: held.path, isAgain: isAgain)
    guard claim.mustBeCopy && !isCopied else {
      try self.init(
        claimed: held, claim, after: neighbours, isUnloadable: isUnloadable,
        nanoseconds: &nanoseconds)
      return
    }
    let copy: HeldFile
    do throws(SystemError) {
      copy = try held.sealedCopy()
    } catch {
      FilesInUse.release(claim, held.status, staysMapped: false)
      throw Refusal(error)
    }
    try self.init(
      claimed: copy, claim, after: neighbours, isUnloadable: isUnloadable, nanoseconds: &nanoseconds
    )
  }

  /// Opens a file that was claimed; gives it back where that fails.
  private init(
    claimed held: borrowing HeldFile, _ claim: FilesInUse.Claim, after neighbours: [String],
    isUnloadable: Bool, nanoseconds: inout UInt64
  ) throws(Refusal) {
    name = held.makeLoaderName()
    file = held.status
    isCopy = held.hold == .sealedCopy
    inode = held.mappedInode
    self.isUnloadable = isUnloadable
    self.claim = claim

    // A resident plugin stays mapped whatever happens: addresses into it live on in Swift's runtime.
    let flags = RTLD_NOW | RTLD_LOCAL | (isUnloadable ? 0 : RTLD_NODELETE)
    MergedRuntime.prepare()
    let loaderName = name
    let opened = Self.whileOthersWait { isWithin -> Opened in
      NeededLibraries.map(neighbours)
      let counts = isUnloadable || isWithin
      let objects = counts ? LoaderObjects.countOfAdditions() : 0
      let others = Self.addedWithin.load(ordering: .relaxed)
      let start = monotonicNanoseconds()
      let handle = unsafe dlopen(loaderName, flags)
      let nanoseconds = monotonicNanoseconds() - start
      // What the plugin needs came with it and would go with it, but made no promise to be unloadable.
      if counts {
        let added = LoaderObjects.countOfAdditions() - objects
        // Other plugins, to which its constructors led, keep their own word.
        let within = Self.addedWithin.load(ordering: .relaxed) - others
        if unsafe handle != nil, isUnloadable, added > within + 1 {
          LoaderObjects.keepAll(mappedAfter: loaderName)
        }
        if isWithin { Self.addedWithin.store(others + added, ordering: .relaxed) }
      }
      let words = unsafe handle != nil ? nil : dlerror().map { unsafe String(cString: $0) }
      return unsafe Opened(handle: handle, words: words, nanoseconds: nanoseconds)
    }
    nanoseconds = opened.nanoseconds
    guard let handle = unsafe opened.handle else {
      FilesInUse.release(claim, held.status, staysMapped: false)
      throw Self.refusal(opened.words ?? "no reason given", held)
    }
    unsafe self.handle = handle
  }

  @safe private struct Opened: @unchecked Sendable {
    let handle: UnsafeMutableRawPointer?
    let words: String?
    let nanoseconds: UInt64
  }

  /// Held while a file is opened: what another thread opens meanwhile must not be taken for something that
  /// came along.
  private static let opening = Mutex(())
  /// Who holds ``opening``; 0 is nobody.
  private static let opener = Atomic<UInt>(0)
  /// How many files were mapped by openings within others; changed by who holds ``opening``.
  private static let addedWithin = Atomic<UInt64>(0)

  /// A constructor that leads back to the host, and so to another file, finds its thread holding the lock.
  ///
  /// - Parameter body: learns whether it is called within another opening.
  private static func whileOthersWait<Result>(_ body: (_ isWithin: Bool) -> Result) -> Result {
    let thread = UInt(pthread_self())
    if opener.load(ordering: .relaxed) == thread { return body(true) }
    return opening.withLock { _ in
      opener.store(thread, ordering: .relaxed)
      defer { opener.store(0, ordering: .relaxed) }
      return body(false)
    }
  }

  /// Whether it is of that file, so that it would not be opened once more.
  func isOf(_ file: FilesInUse.Candidate) -> Bool { FilesInUse.isTaken(file, by: claim) }

  func entry() throws(Refusal) -> plr_entry {
    guard let symbol = unsafe dlsym(handle, PLR_ENTRY_SYMBOL) else {
      throw Refusal(
        .entryMissing, field: "symbol \(PLR_ENTRY_SYMBOL)", found: "not found by the loader",
        expected: "an exported function", fix: "export \(PLR_ENTRY_SYMBOL)")
    }
    // The file's own table of symbols may say anything.
    guard unsafe MappedObject.isCode(symbol, ofHandle: handle) else {
      throw Refusal(
        .entryMissing, field: "symbol \(PLR_ENTRY_SYMBOL)", found: "no code of this file",
        expected: "an exported function", fix: "define \(PLR_ENTRY_SYMBOL) in the plugin itself")
    }
    return unsafe unsafeBitCast(symbol, to: plr_entry.self)
  }

  /// Where it is mapped; nil where the loader does not say.
  var mapped: Range<UInt>? {
    guard let address = unsafe dlsym(handle, PLR_ENTRY_SYMBOL) else { return nil }
    return unsafe MappedObject(at: address, inode: inode)?.addresses
  }

  /// Gives the file back to the loader and unmaps it if it may be; true if it is proven to be gone. What
  /// stays gives its clean pages back.
  ///
  /// - Parameter isReferred: somebody still holds addresses into the file, so that it must stay.
  func close(isReferred: Bool = false) -> Bool {
    // Asked by address: to ask by name is to open whatever has that name now.
    let address = unsafe dlsym(handle, PLR_ENTRY_SYMBOL)
    var isUnmapped = false
    if isUnloadable && !isReferred {
      let object = unsafe address.flatMap { unsafe MappedObject(at: $0, inode: inode) }
      let before = unsafe address.flatMap { unsafe LoaderObjects.file(at: $0) }
      FilesInUse.willUnmap(claim)
      unsafe dlclose(handle)
      let after = unsafe address.flatMap { unsafe LoaderObjects.file(at: $0) }
      isUnmapped = (after == nil || after != before) && object?.isGone == true
    }
    if !isUnmapped, let address = unsafe address {
      unsafe MappedObject.giveBackCleanPages(at: address)
    }
    FilesInUse.release(claim, file, staysMapped: !isUnmapped && !isCopy)
    return isUnmapped
  }

  /// The loader's words, sorted by what to do about them.
  private static func refusal(_ words: String, _ held: borrowing HeldFile) -> Refusal {
    if let rest = words.text(after: "undefined symbol: ") {
      let symbol = String(rest.prefix { $0 != " " && $0 != "," })
      return NeededSymbols.refusal(of: held, missing: symbol)
    }
    if let library = words.text(before: ": cannot open shared object file") {
      guard Files.exists(HeldFile.directory) else {
        return Refusal(
          .loadFailed, field: HeldFile.directory, found: "not there",
          expected: "the files that this process has open", fix: "mount /proc")
      }
      return NeededLibraries.missing(String(library), of: held.path)
    }
    return Refusal(
      .loadFailed, field: "dlopen", found: words, expected: "a file that can be loaded",
      fix: "build the plugin again for this system")
  }
}

extension String {
  /// What stands behind the first place where `marker` stands; nil where it stands nowhere.
  fileprivate func text(after marker: String) -> Substring? {
    var rest = self[...]
    while !rest.isEmpty {
      if rest.hasPrefix(marker) { return rest.dropFirst(marker.count) }
      rest = rest.dropFirst()
    }
    return nil
  }

  /// What stands before it.
  fileprivate func text(before marker: String) -> Substring? {
    text(after: marker).map { self[..<$0.startIndex].dropLast(marker.count) }
  }
}
