internal import ELFInspection

/// What a set of files costs on disk as it grows: a fixed part, and one for each plugin.
public struct Shipping: Equatable, Sendable {
  /// Bytes of everything that is no plugin.
  public var fixed: UInt64
  public var plugins: Int
  /// Bytes of all plugins.
  public var pluginBytes: UInt64

  /// Mean bytes of a plugin; nil where there is none.
  public var perPlugin: Double? { plugins > 0 ? Double(pluginBytes) / Double(plugins) : nil }

  /// The least number of plugins from which on this set takes no more room than `other`; nil where it
  /// never does, or where either has no plugin.
  public func breakEven(against other: Shipping) -> Int? {
    guard let mine = perPlugin, let others = other.perPlugin else { return nil }
    let extra = Double(fixed) - Double(other.fixed)
    if extra <= 0, mine <= others { return 1 }
    guard mine < others else { return nil }
    return max(1, Int((extra / (others - mine)).rounded(.up)))
  }
}

extension FileSet {
  /// - Complexity: O(files).
  public var shipping: Shipping {
    var result = Shipping(fixed: 0, plugins: 0, pluginBytes: 0)
    for file in files {
      if file.role == .plugin {
        result.plugins += 1
        result.pluginBytes += file.fileSize
      } else {
        result.fixed += file.fileSize
      }
    }
    return result
  }

  /// What the plugins have of a Swift runtime beside their own code, where they bring one each.
  public var floorOfPlugins: (plugins: Int, own: UInt64, floor: UInt64)? {
    var result: (plugins: Int, own: UInt64, floor: UInt64) = (0, 0, 0)
    for file in files where file.role == .plugin && file.symbols?.definesSwiftRuntime == true {
      guard let ownership = file.ownership() else { continue }
      result.plugins += 1
      result.own += ownership.own
      result.floor += ownership.floor
    }
    return result.plugins > 0 ? result : nil
  }

  /// Of each file, by position in ``files``, how many of its exports no other file imports.
  ///
  /// Only a set that holds all that is loaded together can tell. An entry that the host looks up by
  /// name counts as used.
  /// - Complexity: O(symbols).
  public func unusedExports() -> [Int] {
    var importers = [Bool](repeating: false, count: names.count)
    for file in files {
      for symbol in file.symbols?.symbols ?? [] where symbol.traits.contains(.isImported) {
        importers[Int(symbol.name.index)] = true
      }
    }
    return files.map { file in
      (file.symbols?.symbols ?? []).count { symbol in
        symbol.traits.contains(.isExported) && !importers[Int(symbol.name.index)]
          && names.name(symbol.name) != PluginManifest.entrySymbol
      }
    }
  }
}
