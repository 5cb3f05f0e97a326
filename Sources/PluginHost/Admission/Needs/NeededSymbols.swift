internal import ELFReading
internal import Glibc
internal import Platform
internal import Synchronization

/// Whether the symbols that a plugin needs are defined by somebody, before the loader is asked.
enum NeededSymbols {
  /// Refuses a plugin that needs symbols that neither the process nor a library that it brings defines, with
  /// all of them.
  ///
  /// Versions of symbols are left to the loader.
  /// - Returns: also whether it names a function that changes what is done about signals, or finds others.
  /// - Parameters:
  ///   - needed: the libraries that the plugin asks for.
  ///   - tree: what the loader would take, where the process lacks one of these.
  /// - Complexity: O(symbols of the plugin); what no plugin has asked for before is looked up.
  static func check(
    _ file: borrowing ELFFile, _ needed: [String], _ tree: NeededTree?
  ) -> (missing: [Refusal], reachesSignals: Bool) {
    let known = verified.withLock { $0 }
    // Two arrays of types that others use as well: each new one costs every start.
    var (hashes, names): ([UInt64], [String]) = ([], [])
    var reachesSignals = false
    let isWhole = unsafe file.forEachNeededName(except: known) { hash, name, isWeak in
      if isWeak {
        // It may be missing; where it is not, it is called like any other.
        guard name.count <= longestSignalName else { return }
        if signalNames.contains(unsafe String(decoding: name, as: UTF8.self)) {
          reachesSignals = true
        }
        return
      }
      hashes.append(hash)
      names.append(unsafe String(decoding: name, as: UTF8.self))
    }
    guard isWhole else { return ([tooLong], false) }
    guard !names.isEmpty else { return ([], reachesSignals) }
    let found = names.map { unsafe isDefined($0, by: nil) }
    verified.withLock { known in
      for (index, name) in names.enumerated() where found[index] {
        // These are never known, so that nobody else is asked whether they are among its names.
        if name.utf8.count <= longestSignalName, signalNames.contains(name) {
          reachesSignals = true
        } else {
          known.insert(hashes[index])
        }
      }
    }
    var missing = zip(names, found).filter { !$0.1 }.map(\.0)
    missing.removeAll { isDefined($0, byOneOf: needed) }
    if let tree { removeDefined(&missing, by: tree) }
    return (missing.isEmpty ? [] : [refusal(of: file.path, missing.sorted())], reachesSignals)
  }

  private static var tooLong: Refusal {
    Refusal(
      .malformed, field: "dynamic symbols", found: "names of more than 64 MB", expected: "less",
      fix: "build the plugin again; no linker writes such names")
  }

  /// Functions of the C library that change handlers, or lead to any function.
  private static let signalNames = [
    "sigaction", "__sigaction", "signal", "__sysv_signal", "sysv_signal", "bsd_signal", "ssignal",
    "sigset", "sigignore", "sighold", "sigrelse", "siginterrupt", "sigvec", "sigaltstack",
    "sigstack",
    "syscall", "dlsym", "dlvsym", "dlopen", "dlmopen",
  ]

  /// Bytes; most names that plugins need are longer.
  private static let longestSignalName = signalNames.reduce(0) { max($0, $1.utf8.count) }

  /// What was found for all plugins; process-wide like the loader's global scope, of which nothing goes. Where a name
  /// is taken for another one, the plugin goes on to the loader, which refuses it.
  private static let verified = Mutex(NameSet())

  /// Whether the loader finds the symbol from `handle` on; from nil on in what the program started with.
  private static func isDefined(_ name: String, by handle: UnsafeMutableRawPointer?) -> Bool {
    unsafe dlerror()
    if unsafe dlsym(handle, name) != nil { return true }
    // A symbol may have the address 0.
    return unsafe dlerror() == nil
  }

  /// Whether one of the libraries that the plugin asks for, and that the process has, defines the symbol.
  private static func isDefined(_ name: String, byOneOf needed: [String]) -> Bool {
    needed.contains { library in
      guard let handle = unsafe dlopen(library, RTLD_LAZY | RTLD_NOLOAD) else { return false }
      defer { unsafe dlclose(handle) }
      return unsafe isDefined(name, by: handle)
    }
  }

  /// Takes out of `names` what the files of a tree define, each of which is opened once.
  private static func removeDefined(_ names: inout [String], by tree: NeededTree) {
    for object in tree.objects.dropFirst() where !names.isEmpty {
      let wanted = names.map { Array($0.utf8) }
      // Of a file that cannot be told of, the loader will tell.
      guard let library = try? ELFFile(path: object.path),
        let definitions = library.dynamicDefinitions(of: wanted)
      else {
        names = []
        return
      }
      names = zip(names, definitions).filter { !$0.1.isOne(asFunction: false) }.map(\.0)
    }
  }

  /// The refusal of a plugin that the loader has missed `symbol` for, with all that is missing.
  ///
  /// ``check(_:_:_:)`` comes first; what remains are symbols of another version.
  static func refusal(of held: borrowing HeldFile, missing symbol: String) -> Refusal {
    var others: [String] = []
    if let file = try? held.inspect(), let needed = file.dynamicSection()?.needed {
      others = file.importedSymbols().filter {
        guard !$0.isWeak, $0.name != symbol else { return false }
        return unsafe !isDefined($0.name, by: nil) && !isDefined($0.name, byOneOf: needed)
      }.map(\.name).sorted()
    }
    return refusal(of: held.path, [symbol] + others)
  }

  private static func refusal(of plugin: String, _ missing: [String]) -> Refusal {
    let others = missing.dropFirst()
    let rest =
      others.isEmpty
      ? "" : ", nor \(others.count == 1 ? "is" : "are") \(others.joined(separator: ", "))"
    let (place, expected, fix) = MergedRuntime.remedy(for: plugin)
    var refusal = Refusal(
      .symbolMissing, field: "symbol \(missing.first ?? "")", found: place + rest,
      expected: expected, fix: fix)
    refusal.symbols = missing
    return refusal
  }
}
