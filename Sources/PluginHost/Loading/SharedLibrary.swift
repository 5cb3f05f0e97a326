internal import CPluginABI
internal import Glibc
internal import Platform

/// The dynamic loader, with its failures told apart.
///
/// The corresponding C functions are `dlopen(3)`, `dlsym(3)` and `dlclose(3)`.
enum SharedLibrary {
  /// Opens `path` with all symbols bound now and shown to nobody else.
  ///
  /// - Parameter nanoseconds: receives the time inside `dlopen`.
  /// - Throws: `Refusal`: `symbolMissing`, `libraryMissing` or `loadFailed`.
  static func open(
    _ path: String, isUnloadable: Bool, nanoseconds: inout UInt64
  ) throws(Refusal) -> UnsafeMutableRawPointer {
    // A name without a slash would be looked for in the library path.
    let path = path.contains("/") ? path : "./" + path
    // A resident plugin stays mapped whatever happens: addresses into it live on in Swift's runtime.
    let flags = RTLD_NOW | RTLD_LOCAL | (isUnloadable ? 0 : RTLD_NODELETE)
    let start = monotonicNanoseconds()
    let library = unsafe dlopen(path, flags)
    nanoseconds = monotonicNanoseconds() - start
    guard let library = unsafe library else {
      let words = unsafe dlerror().map { unsafe String(cString: $0) } ?? "no reason given"
      throw refusal(words)
    }
    return unsafe library
  }

  static func entry(of library: UnsafeMutableRawPointer) throws(Refusal) -> plr_entry {
    guard let symbol = unsafe dlsym(library, PLR_ENTRY_SYMBOL) else {
      throw Refusal(
        .entryMissing, field: "symbol \(PLR_ENTRY_SYMBOL)", found: "not found by the loader",
        expected: "an exported function", fix: "export \(PLR_ENTRY_SYMBOL)")
    }
    return unsafe unsafeBitCast(symbol, to: plr_entry.self)
  }

  static func close(_ library: UnsafeMutableRawPointer) {
    unsafe dlclose(library)
  }

  /// Whether the loader still has the file.
  static func isMapped(_ path: String) -> Bool {
    guard let library = unsafe dlopen(path, RTLD_LAZY | RTLD_NOLOAD) else { return false }
    unsafe dlclose(library)
    return true
  }

  /// The loader's words, sorted by what to do about them.
  private static func refusal(_ words: String) -> Refusal {
    if let symbol = words.text(after: "undefined symbol: ") {
      return Refusal(
        .symbolMissing, field: "symbol \(symbol.prefix { $0 != " " && $0 != "," })",
        found: "defined nowhere", expected: "a definition in the runtime or a needed library",
        fix: "build the plugin against the runtime of this host")
    }
    if words.text(after: "cannot open shared object file") != nil {
      return Refusal(
        .libraryMissing, field: "library \(words.prefix { $0 != ":" })", found: "not to be found",
        expected: "a file on the plugin's RUNPATH or in the system",
        fix: "install it, or ship it beside the plugin")
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
