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

/// What plugins that bring a Swift runtime each have of it, together.
public struct RuntimeFloor: Equatable, Sendable {
  /// How many bring one.
  public var plugins = 0
  /// Bytes of their own code.
  public var own: UInt64 = 0
  /// Bytes of the runtime, the standard library and C's in all of them.
  public var floor: UInt64 = 0
  /// Bytes of a library that holds each of these symbols once, as large as the largest copy.
  public var once: UInt64 = 0

  public init(plugins: Int = 0, own: UInt64 = 0, floor: UInt64 = 0, once: UInt64 = 0) {
    self.plugins = plugins
    self.own = own
    self.floor = floor
    self.once = once
  }

  /// Bytes of ``floor`` that one copy for all would save.
  public var duplicated: UInt64 { floor - min(once, floor) }

  /// The least number of such plugins that take more room than the same with one library of ``once``
  /// bytes; nil where there is nothing to share.
  public var sharingPaysFrom: Int? {
    guard floor > 0 else { return nil }
    // `once` + n (plugin − floor each) < n plugin
    return Int(Double(once) * Double(plugins) / Double(floor)) + 1
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

  /// What the plugins have of a Swift runtime beside their own code; nil where none brings one.
  ///
  /// - Complexity: O(symbols).
  public var floorOfPlugins: RuntimeFloor? {
    var result = RuntimeFloor()
    // Of each name, what the file at hand has, and what the largest had.
    var current = [UInt64](repeating: 0, count: names.count)
    var largest = current
    for file in files where file.role == .plugin && file.symbols?.definesSwiftRuntime == true {
      guard let ownership = file.ownership(), let symbols = file.symbols?.symbols else { continue }
      result.plugins += 1
      result.own += ownership.own
      result.floor += ownership.floor
      let runtime = symbols.filter { $0.owner != .own && !$0.traits.contains(.isImported) }
      for symbol in runtime { current[Int(symbol.name.index)] += symbol.fileSize }
      for symbol in runtime {
        let index = Int(symbol.name.index)
        largest[index] = max(largest[index], current[index])
        current[index] = 0
      }
    }
    result.once = largest.reduce(0, +)
    return result.plugins > 0 ? result : nil
  }

  /// Of each file, by position in ``files``, how many of its exports no other file imports.
  public func unusedExports() -> [Int] { namesOfUnusedExports().map(\.count) }

  /// Of each file, by position in ``files``, the exports that no other file imports, in the order of the
  /// file.
  ///
  /// Only a set that holds all that is loaded together can tell. An entry that the host looks up by
  /// name counts as used.
  /// - Complexity: O(symbols).
  public func namesOfUnusedExports() -> [[NameID]] {
    var importers = [Bool](repeating: false, count: names.count)
    for file in files {
      for symbol in file.symbols?.symbols ?? [] where symbol.traits.contains(.isImported) {
        importers[Int(symbol.name.index)] = true
      }
    }
    return files.map { file in
      (file.symbols?.symbols ?? []).filter { symbol in
        symbol.traits.contains(.isExported) && !importers[Int(symbol.name.index)]
          && names.name(symbol.name) != PluginManifest.entrySymbol
      }.map(\.name)
    }
  }
}
