internal import CElf
internal import CPluginABI

/// Whether a plugin may be unmapped, and why not.
public struct UnloadVerdict: Equatable, Sendable {
  /// Empty where the plugin is unloadable.
  public var because: [String]
  public var isUnloadable: Bool { because.isEmpty }

  public init(because: [String]) { self.because = because }
}

extension ELFFile {
  /// The sections that Swift's runtime keeps addresses into once an image is loaded. It has no way to
  /// forget an image, so unmapping one that has any of them leaves dangling addresses behind.
  private static let registeredSwiftSections: Set<String> = [
    "swift5_protocols", "swift5_protocol_conformances", "swift5_type_metadata", "swift5_replace",
    "swift5_replac2", "swift5_accessible_functions", "swift5_runtime_attributes",
  ]

  /// Resident unless proven unloadable: the plugin must promise it, and nothing in the file may
  /// speak against it.
  ///
  /// - Complexity: O(sections + dynamic symbols).
  public func unloadVerdict(manifest: PluginManifest) -> UnloadVerdict {
    var because: [String] = []
    if manifest.unloadClass != PLR_UNLOAD_UNLOADABLE {
      because.append("its manifest does not promise it")
      // The rest could only add reasons, and costs a pass over the symbols.
      return UnloadVerdict(because: because)
    }
    if sections.isEmpty {
      because.append("it has no section table to prove it by")
    }
    for section in sections where section.size > 0 {
      let name = name(of: section)
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
    return UnloadVerdict(because: because)
  }

  private func definesUniqueSymbol() -> Bool {
    guard let table = dynamicSymbolTable else { return false }
    return symbols(of: table).contains { $0.binding == .unique && !$0.isUndefined }
  }
}
