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
    if sectionHeaders.count == 0 {
      because.append("it has no section table to prove it by")
    }
    let isNamed: Void? = withSectionNames { strings in
      for index in 0..<sectionHeaders.count {
        let section = sectionHeaders[index]
        if section.size == 0 { continue }
        let length = strings.length(at: section.nameOffset, limit: Self.longestSectionName)
        if length == nil && section.type != UInt32(SHT_NULL) {
          because.append("the name of its section \(index) cannot be read")
        }
        for name in Self.registeredSwiftSections where name.utf8.count == length {
          if strings.holds(Array(name.utf8), at: section.nameOffset) {
            because.append("Swift's runtime keeps addresses in its section \(name)")
          }
        }
      }
    }
    if isNamed == nil && sectionHeaders.count > 0 {
      because.append("the names of its sections cannot be read")
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
    return hasRelocation(.staticThreadLocal)
  }

  private func definesUniqueSymbol() -> Bool {
    guard let table = dynamicSymbolTable else { return false }
    let is64Bit = header.is64Bit
    return withEntries(of: table, width: Symbol.width(is64Bit: is64Bit)) { entries, count in
      (0..<count).contains { index in
        guard let symbol = Symbol(in: entries, index: index, is64Bit: is64Bit) else { return false }
        return symbol.binding == .unique && !symbol.isUndefined
      }
    } ?? false
  }
}
