internal import CPluginABI
internal import Glibc
internal import Platform
internal import Synchronization

/// A file that the dynamic loader has mapped for one plugin.
///
/// The corresponding C functions are `dlopen(3)`, `dlsym(3)` and `dlclose(3)`.
@safe struct SharedLibrary {
  /// The name that the loader knows it by.
  let path: String
  /// Which file it was.
  let file: FileStatus
  /// The loader has a copy of it.
  private let isCopy: Bool
  /// Of what is mapped, the file or the copy.
  private let inode: UInt64
  let isUnloadable: Bool
  private let handle: UnsafeMutableRawPointer

  /// The name under which the loader knows `path`: one without a slash would be looked for in the
  /// library path.
  static func loaderName(of path: String) -> String { path.contains("/") ? path : "./" + path }

  /// Opens `path` with all symbols bound now and shown to nobody else. A file that is mapped already,
  /// because its plugin could not be unmapped, gets new code and new variables all the same.
  ///
  /// - Parameters:
  ///   - file: what was judged.
  ///   - isAgain: it may have an active plugin, too.
  ///   - nanoseconds: receives the time inside `dlopen`.
  /// - Throws: `Refusal`: `alreadyLoaded`, `mappingStale`, `symbolMissing`, `libraryMissing` or
  ///   `loadFailed`.
  init(
    opening path: String, _ file: FileStatus, isUnloadable: Bool, isAgain: Bool,
    nanoseconds: inout UInt64
  ) throws(Refusal) {
    let path = Self.loaderName(of: path)
    let name = try FilesInUse.claim(path, file, shownAs: path, isAgain: isAgain)
    guard name == .copy else {
      try self.init(
        claimed: name == .respelled ? Self.respelled(path) : path, file, isCopy: false,
        inode: file.inode, isUnloadable: isUnloadable, nanoseconds: &nanoseconds)
      return
    }
    let held = try Self.copy(file) { () throws(SystemError) in
      let held = try HeldFile(path, .sealedCopy)
      guard held.status == file else { throw SystemError("copy", path, code: EAGAIN) }
      return held
    }
    try self.init(
      claimed: held.loaderName, file, isCopy: true, inode: held.mappedInode,
      isUnloadable: isUnloadable, nanoseconds: &nanoseconds)
  }

  /// The same for a file that is held open: whatever its name leads to now.
  init(
    opening held: borrowing HeldFile, isUnloadable: Bool, isAgain: Bool, nanoseconds: inout UInt64
  ) throws(Refusal) {
    let name = try FilesInUse.claim(
      held.loaderName, held.status, shownAs: held.descriptor.path, isAgain: isAgain,
      isCopied: held.hold == .sealedCopy)
    guard name == .copy && held.hold == .openFile else {
      try self.init(
        claimed: held.loaderName, held.status, isCopy: held.hold == .sealedCopy,
        inode: held.mappedInode, isUnloadable: isUnloadable, nanoseconds: &nanoseconds)
      return
    }
    let copy = try Self.copy(held.status) { () throws(SystemError) in try held.sealedCopy() }
    try self.init(
      claimed: copy.loaderName, held.status, isCopy: true, inode: copy.mappedInode,
      isUnloadable: isUnloadable, nanoseconds: &nanoseconds)
  }

  /// What `make` makes of a file that was claimed; gives the file back where it makes nothing.
  private static func copy(
    _ file: FileStatus, _ make: () throws(SystemError) -> HeldFile
  ) throws(Refusal) -> HeldFile {
    do throws(SystemError) {
      return try make()
    } catch {
      FilesInUse.release(file, as: "", staysMapped: false, isCopy: true)
      throw Refusal(error)
    }
  }

  /// Opens a file that was claimed; gives it back where that fails.
  private init(
    claimed path: String, _ file: FileStatus, isCopy: Bool, inode: UInt64, isUnloadable: Bool,
    nanoseconds: inout UInt64
  ) throws(Refusal) {
    // The loader replaces these, and would open another file than the one that was admitted.
    for token in path.utf8.contains(UInt8(ascii: "$")) ? ["ORIGIN", "LIB", "PLATFORM"] : [] {
      guard path.text(after: "$" + token) == nil, path.text(after: "${" + token + "}") == nil else {
        FilesInUse.release(file, as: path, staysMapped: false, isCopy: isCopy)
        throw Refusal(
          .loadFailed, field: "path", found: "'$\(token)', which the loader replaces",
          expected: "a path without it", fix: "rename the directory or the file")
      }
    }
    self.path = path
    self.file = file
    self.isCopy = isCopy
    self.inode = inode
    self.isUnloadable = isUnloadable

    // A resident plugin stays mapped whatever happens: addresses into it live on in Swift's runtime.
    let flags = RTLD_NOW | RTLD_LOCAL | (isUnloadable ? 0 : RTLD_NODELETE)
    MergedRuntime.prepare()
    let loaderName = path
    let opened = Self.opening.withLock { _ -> Opened in
      let objects = isUnloadable ? LoaderObjects.countOfAdditions() : 0
      let start = monotonicNanoseconds()
      let handle = unsafe dlopen(loaderName, flags)
      let nanoseconds = monotonicNanoseconds() - start
      // What the plugin needs came with it and would go with it, but made no promise to be unloadable.
      if unsafe handle != nil, isUnloadable, LoaderObjects.countOfAdditions() > objects + 1 {
        LoaderObjects.keepAll(mappedAfter: loaderName)
      }
      let words = unsafe handle != nil ? nil : dlerror().map { unsafe String(cString: $0) }
      return unsafe Opened(handle: handle, words: words, nanoseconds: nanoseconds)
    }
    nanoseconds = opened.nanoseconds
    guard let handle = unsafe opened.handle else {
      FilesInUse.release(file, as: path, staysMapped: false, isCopy: isCopy)
      throw Self.refusal(opened.words ?? "no reason given", path)
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

  /// The same path by a spelling that was never used before in this process.
  private static func respelled(_ path: String) -> String {
    var name = path
    // Whoever asks may have spelled it like that before.
    for _ in 0..<8 {
      name = Path.parent(of: path) + HeldFile.uniqueDots() + "/" + Path.name(of: path)
      guard let known = unsafe dlopen(name, RTLD_LAZY | RTLD_NOLOAD) else { break }
      unsafe dlclose(known)
    }
    return name
  }

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
      FilesInUse.willUnmap(file)
      unsafe dlclose(handle)
      let after = unsafe address.flatMap { unsafe LoaderObjects.file(at: $0) }
      isUnmapped = (after == nil || after != before) && object?.isGone == true
    }
    if !isUnmapped, let address = unsafe address {
      unsafe MappedObject.giveBackCleanPages(at: address)
    }
    FilesInUse.release(file, as: path, staysMapped: !isUnmapped, isCopy: isCopy)
    return isUnmapped
  }

  /// The loader's words, sorted by what to do about them.
  private static func refusal(_ words: String, _ path: String) -> Refusal {
    if let rest = words.text(after: "undefined symbol: ") {
      let symbol = String(rest.prefix { $0 != " " && $0 != "," })
      if let known = MergedRuntime.refusal(of: path, missing: symbol) { return known }
      return Refusal(
        .symbolMissing, field: "symbol \(symbol)",
        found: "defined nowhere", expected: "a definition in the runtime or a needed library",
        fix: "build the plugin against the runtime of this host")
    }
    if words.text(after: "cannot open shared object file") != nil {
      return Refusal(
        .libraryMissing, field: "library \(words.prefix { $0 != ":" })", found: "not to be found",
        expected: "a file on the plugin's RUNPATH or in the system",
        fix: path.hasPrefix("/proc/self/fd")
          ? "install it: beside a plugin whose bytes are verified none is looked for"
          : "install it, or ship it beside the plugin")
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
}
