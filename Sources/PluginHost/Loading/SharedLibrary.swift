internal import CPluginABI
internal import Glibc
internal import Platform

/// A file that the dynamic loader has mapped for one plugin.
///
/// The corresponding C functions are `dlopen(3)`, `dlsym(3)` and `dlclose(3)`.
@safe struct SharedLibrary {
  /// The name that the loader knows it by.
  let path: String
  /// Which file it was.
  let file: FileStatus
  private let mapping: FilesInUse.Mapping
  let isUnloadable: Bool
  private let handle: UnsafeMutableRawPointer

  /// The name under which the loader knows `path`: one without a slash would be looked for in the
  /// library path.
  static func loaderName(of path: String) -> String { path.contains("/") ? path : "./" + path }

  /// Opens `path` with all symbols bound now and shown to nobody else.
  ///
  /// - Parameters:
  ///   - file: what was judged.
  ///   - nanoseconds: receives the time inside `dlopen`.
  /// - Throws: `Refusal`: `alreadyLoaded`, `mappingStale`, `symbolMissing`, `libraryMissing` or
  ///   `loadFailed`.
  init(
    opening path: String, _ file: FileStatus, isUnloadable: Bool, nanoseconds: inout UInt64
  ) throws(Refusal) {
    let path = Self.loaderName(of: path)
    try self.init(
      path, shownAs: path, file, .path, isUnloadable: isUnloadable, nanoseconds: &nanoseconds)
  }

  /// The same for a file that is held open: whatever its name leads to now.
  init(
    opening held: borrowing HeldFile, isUnloadable: Bool, nanoseconds: inout UInt64
  ) throws(Refusal) {
    try self.init(
      held.loaderName, shownAs: held.descriptor.path, held.status,
      held.hold == .openFile ? .file : .copy, isUnloadable: isUnloadable, nanoseconds: &nanoseconds)
  }

  private init(
    _ path: String, shownAs shown: String, _ file: FileStatus, _ mapping: FilesInUse.Mapping,
    isUnloadable: Bool, nanoseconds: inout UInt64
  ) throws(Refusal) {
    // The loader replaces these, and would open another file than the one that was admitted.
    for token in path.utf8.contains(UInt8(ascii: "$")) ? ["ORIGIN", "LIB", "PLATFORM"] : [] {
      guard path.text(after: "$" + token) == nil, path.text(after: "${" + token + "}") == nil else {
        throw Refusal(
          .loadFailed, field: "path", found: "'$\(token)', which the loader replaces",
          expected: "a path without it", fix: "rename the directory or the file")
      }
    }
    self.path = path
    self.file = file
    self.mapping = mapping
    self.isUnloadable = isUnloadable
    try FilesInUse.claim(path, file, mapping, shownAs: shown)

    // A resident plugin stays mapped whatever happens: addresses into it live on in Swift's runtime.
    let flags = RTLD_NOW | RTLD_LOCAL | (isUnloadable ? 0 : RTLD_NODELETE)
    MergedRuntime.prepare()
    let objects = isUnloadable ? LoaderObjects.countOfAdditions() : 0
    let start = monotonicNanoseconds()
    let handle = unsafe dlopen(path, flags)
    nanoseconds = monotonicNanoseconds() - start
    guard let handle = unsafe handle else {
      let words = unsafe dlerror().map { unsafe String(cString: $0) } ?? "no reason given"
      FilesInUse.abandon(file)
      throw Self.refusal(words, path)
    }
    unsafe self.handle = handle
    // What the plugin needs came with it and would go with it, but made no promise to be unloadable.
    if isUnloadable, LoaderObjects.countOfAdditions() > objects + 1 {
      LoaderObjects.keepAll(mappedAfter: path)
    }
  }

  func entry() throws(Refusal) -> plr_entry {
    guard let symbol = unsafe dlsym(handle, PLR_ENTRY_SYMBOL) else {
      throw Refusal(
        .entryMissing, field: "symbol \(PLR_ENTRY_SYMBOL)", found: "not found by the loader",
        expected: "an exported function", fix: "export \(PLR_ENTRY_SYMBOL)")
    }
    return unsafe unsafeBitCast(symbol, to: plr_entry.self)
  }

  /// Gives the file back to the loader and unmaps it if it may be; true if it is gone.
  ///
  /// - Parameter isReferred: somebody still holds addresses into the file, so that it must stay.
  func close(isReferred: Bool = false) -> Bool {
    var isUnmapped = false
    if isUnloadable && !isReferred {
      // Asked by address: to ask by name is to open whatever has that name now.
      let address = unsafe dlsym(handle, PLR_ENTRY_SYMBOL)
      let before = unsafe address.flatMap { unsafe LoaderObjects.file(at: $0) }
      unsafe dlclose(handle)
      let after = unsafe address.flatMap { unsafe LoaderObjects.file(at: $0) }
      isUnmapped = after == nil || after != before
    }
    FilesInUse.release(path, file, mapping, isUnmapped: isUnmapped)
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
