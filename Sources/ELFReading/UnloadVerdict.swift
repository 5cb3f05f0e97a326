internal import CElf
internal import CPluginABI

/// Whether a plugin may be unmapped, and why not.
public struct UnloadVerdict: Equatable, Sendable {
  /// Empty where the plugin is unloadable.
  public var because: [String]
  public var isUnloadable: Bool { because.isEmpty }

  public init(because: [String]) { self.because = because }

  /// That of most plugins.
  static let notPromised = UnloadVerdict(because: [PluginManifest.noPromise])
}

extension PluginManifest {
  public var promisesUnloading: Bool { unloadClass == PLR_UNLOAD_UNLOADABLE }

  /// What the host looks up by name in every plugin.
  public static var entrySymbol: String { PLR_ENTRY_SYMBOL }

  /// Why a plugin whose manifest does not is never unmapped.
  public static let noPromise = "its manifest does not promise it"
}

extension ELFFile {
  /// The sections that Swift's runtime keeps addresses into once an image is loaded. It has no way to
  /// forget an image, so unmapping one that has any of them leaves dangling addresses behind.
  private static let registeredSwiftSections = [
    "swift5_protocols", "swift5_protocol_conformances", "swift5_type_metadata", "swift5_replace",
    "swift5_replac2", "swift5_accessible_functions", "swift5_runtime_attributes",
  ]

  /// Resident unless proven unloadable: the plugin must promise it, and nothing in the file may
  /// speak against it.
  ///
  /// - Complexity: O(sections + dynamic symbols + relocations).
  public func unloadVerdict(manifest: PluginManifest) -> UnloadVerdict {
    guard manifest.promisesUnloading else {
      // The rest could only add reasons, and costs a pass over the symbols.
      return .notPromised
    }
    return UnloadVerdict(because: unloadObstacles())
  }

  /// What in the file speaks against unmapping it, whoever promises what.
  ///
  /// - Complexity: O(sections + dynamic symbols + relocations).
  public func unloadObstacles() -> [String] {
    var because: [String] = []
    if sections.isEmpty {
      because.append("it has no section table to prove it by")
    }
    let names = sectionNames()
    for section in sections where section.size > 0 {
      let name = names[section.index]
      if name.isEmpty && section.type != UInt32(SHT_NULL) {
        because.append("the name of its section \(section.index) cannot be read")
      }
      if Self.registeredSwiftSections.contains(name) {
        because.append("Swift's runtime keeps addresses in its section \(name)")
      }
    }
    if dynamicSection()?.isNoDelete == true {
      because.append("it is linked with -z nodelete")
    }
    if definesUniqueSymbol() {
      because.append("it defines STB_GNU_UNIQUE symbols, which the loader never unmaps")
    }
    if usesStaticThreadLocals {
      because.append("it uses static thread-local storage, which the loader never gives back")
    }
    // Its workers may be asleep in its code.
    if definesDynamicSymbol("dispatch_async_f", asFunction: true) == true {
      because.append("it brings a dispatch library whose threads never end")
    }
    return because
  }

  /// It takes thread-local storage from what is reserved when a thread starts: it is linked so, or has
  /// relocations that need it.
  public var usesStaticThreadLocals: Bool {
    if dynamicSection()?.hasStaticTLS == true { return true }
    return relocations().count(.staticThreadLocal) > 0
  }

  private func definesUniqueSymbol() -> Bool {
    guard let table = dynamicSymbolTable else { return false }
    return symbols(of: table).contains { $0.binding == .unique && !$0.isUndefined }
  }
}
