internal import ELFReading
internal import Glibc
internal import Platform
internal import Synchronization

/// Whether what a plugin needs is there, before the loader is asked.
extension MergedRuntime {
  /// Refuses a plugin that needs symbols that neither the process nor a library that it brings defines: a
  /// trimmed runtime has no more than it was trimmed for, and none has every module.
  ///
  /// - Parameters:
  ///   - needed: the libraries that the plugin asks for.
  ///   - tree: what the loader would take, where the process lacks one of these.
  /// - Complexity: O(symbols of the plugin); what no plugin has asked for before is looked up.
  static func lacking(
    _ file: borrowing ELFFile, on path: String, _ needed: [String], _ tree: NeededTree?
  ) -> [Refusal] {
    // What a library that is not there defines nobody can tell; the loader says that it is not there.
    if let tree, !tree.missing.isEmpty { return [] }
    let known = verified.withLock { $0 }
    var unknown: [(hash: UInt64, name: String)] = []
    unsafe file.forEachNeededName { name in
      let hash = unsafe KnownNames.hash(name)
      if !known.contains(hash) {
        unknown.append((hash, unsafe String(decoding: name, as: UTF8.self)))
      }
    }
    guard !unknown.isEmpty else { return [] }
    let found = unknown.map { unsafe isDefined($0.name, by: nil) }
    verified.withLock { known in
      for (name, isFound) in zip(unknown, found) where isFound { known.insert(name.hash) }
    }
    let missing = zip(unknown, found).filter { !$0.1 }.map(\.0.name).filter {
      !isDefined($0, needed, tree)
    }
    guard !missing.isEmpty else { return [] }
    return [refusal(of: file.path, missing: missing.sorted(), on: path)]
  }

  /// What was found for all plugins; process-wide like the loader's global scope, of which nothing goes.
  private static let verified = Mutex(KnownNames())

  /// Whether the loader finds the symbol from `handle` on; from nil on in what the program started with.
  private static func isDefined(_ name: String, by handle: UnsafeMutableRawPointer?) -> Bool {
    unsafe dlerror()
    if unsafe dlsym(handle, name) != nil { return true }
    // A symbol may have the address 0.
    return unsafe dlerror() == nil
  }

  /// Whether one of the libraries that the plugin asks for defines the symbol.
  private static func isDefined(_ name: String, _ needed: [String], _ tree: NeededTree?) -> Bool {
    if let tree {
      return tree.objects.dropFirst().contains { object in
        // Of a file that cannot be told of, the loader will tell.
        guard let library = try? ELFFile(path: object.path) else { return true }
        return library.definesDynamicSymbol(name) != false
      }
    }
    return needed.contains { library in
      guard let handle = unsafe dlopen(library, RTLD_LAZY | RTLD_NOLOAD) else { return false }
      defer { unsafe dlclose(handle) }
      return unsafe isDefined(name, by: handle)
    }
  }

  /// The refusal of a plugin for the symbols that it lacks, and the way out.
  static func refusal(of plugin: String, missing: [String], on path: String) -> Refusal {
    let directory = Path.parent(of: path)
    let isTrimmed = Files.exists(Path.join(directory, "libPluginRuntime.imports"))
    let others = missing.dropFirst()
    return Refusal(
      .symbolMissing, field: "symbol \(missing.first ?? "")",
      found: "not in '\(path)'"
        + (others.isEmpty
          ? ""
          : ", nor \(others.count == 1 ? "is" : "are") "
            + others.joined(separator: ", ")),
      expected: "a runtime that was packaged for this plugin too",
      fix: "run tools/package-runtime \(isTrimmed ? "--packaging trimmed --widen " : "")"
        + "--for '\(plugin)' --output '\(directory)'")
  }
}
