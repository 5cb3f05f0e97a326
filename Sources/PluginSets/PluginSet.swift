internal import ELFInspection
internal import Glibc
internal import Platform

/// A plugin set that lies ready to be measured or shipped: host, libraries and plugins in one folder.
public struct PluginSet: Sendable {
  public let variant: Variant
  public let pluginCount: Int
  /// The folder; everything that must be shipped lies in it, and nothing else.
  public let directory: String

  /// The program and arguments of the measured process.
  public var probe: [String] {
    switch variant {
    case .floor: return [Path.join(directory, "bench-probe-floor")] + plugins
    case .builtin: return [Path.join(directory, "bench-probe"), "--builtin"]
    case .shared, .sharedMerged, .sharedTrimmed, .static, .staticTuned, .embedded:
      return [Path.join(directory, "bench-probe"), Path.join(directory, "plugins")]
    }
  }

  /// Where the index of the set lies: beside its folder, which holds what must be shipped.
  public var indexPath: String { directory + ".index" }

  /// The measured process that starts from an index and loads nothing before its figures are read; nil
  /// where no file is loaded by a host.
  public var lazyProbe: [String]? { probe("--lazy") }

  /// The measured process that starts from an index and loads everything; nil as for ``lazyProbe``.
  public var indexedProbe: [String]? { probe("--indexed") }

  private func probe(_ start: String) -> [String]? {
    guard variant.canStartLazily else { return nil }
    return [Path.join(directory, "bench-probe"), start, Path.join(directory, "plugins"), indexPath]
  }

  /// The same host without any plugin; nil as for ``lazyProbe``.
  public var bareHostProbe: [String]? {
    lazyProbe == nil ? nil : [Path.join(directory, "bench-probe"), "--builtin"]
  }

  /// The paths of the plugin files, in the order they are loaded; none for ``Variant/builtin``.
  public var plugins: [String] {
    variant == .builtin
      ? [] : (1...pluginCount).map { Path.join(directory, "plugins/" + PluginSource.fileName($0)) }
  }
}

/// What can be counted of a plugin set without running it.
public struct SetFacts: Equatable, Sendable {
  /// Bytes of all files of the set.
  public var totalBytes: Int
  /// The same without tables of symbols and debug information: what would be shipped.
  public var strippedBytes: Int
  /// Bytes of the shared libraries beside the host.
  public var runtimeBytes: Int
  /// Bytes of the plugins.
  public var pluginBytes: Int
  /// Relocations of all files of the set.
  public var relocations: Int
  /// Pages that relocating dirties, over all files of the set.
  public var dirtyPages: Int
}

extension PluginSet {
  /// Reads sizes and relocations of the files that lie there.
  ///
  /// - Complexity: O(relocations) over all files.
  public func facts() throws(PluginSetError) -> SetFacts {
    var facts = SetFacts(
      totalBytes: 0, strippedBytes: 0, runtimeBytes: 0, pluginBytes: 0, relocations: 0,
      dirtyPages: 0)
    for path in try files() {
      let file: ELFFile
      do {
        file = try ELFFile(path: path)
      } catch {
        throw .buildFailed(step: "the set in '\(directory)'", reason: error.description)
      }
      facts.totalBytes += file.fileSize
      facts.strippedBytes += file.strippedSize()
      if path.hasPrefix(Path.join(directory, "plugins/")) {
        facts.pluginBytes += file.fileSize
      } else if Path.name(of: path).hasPrefix("lib") {
        facts.runtimeBytes += file.fileSize
      }
      let relocations = file.relocations()
      facts.relocations += relocations.total
      facts.dirtyPages += relocations.dirtyPages
    }
    return facts
  }

  /// The paths of all files of the set.
  public func files() throws(PluginSetError) -> [String] {
    do throws(SystemError) {
      var paths: [String] = []
      for path in try Files.list(directory).map({ Path.join(directory, $0) }) {
        if try Files.status(path)?.isDirectory == true {
          paths += try Files.list(path).map { Path.join(path, $0) }
        } else {
          paths.append(path)
        }
      }
      return paths
    } catch {
      throw .system(error)
    }
  }
}
