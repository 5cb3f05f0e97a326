internal import ELFInspection
internal import Platform
internal import PluginHost
internal import PluginQuarantine
internal import Reporting

/// What came of loading plugins and taking them down again.
struct LoadOutcome {
  private var loaded: [(information: PluginInformation, unload: PluginHost.UnloadReport?)] = []
  private var refused: [PluginRefused] = []
  /// While all that could be were loaded; nil where they were not asked for.
  private var statistics: LoadStatistics?

  /// Loads every file and every plugin of every directory in the order given, then unloads all in the
  /// opposite order.
  ///
  /// - Parameters:
  ///   - fromIndex: directories are taken in by their index, without opening a plugin, and their
  ///     plugins are loaded one after the other then, as a host does that has nothing else to do.
  ///   - quarantine: asked about each plugin; nil where there is none.
  ///   - isMeasured: figures of each plugin are wanted.
  /// - Throws: where a directory cannot be read or holds no plugin.
  init(
    _ choice: FileChoice, paths: [String], fromIndex: Bool, quarantine: Quarantine?,
    isMeasured: Bool
  ) throws {
    let host = try PluginHost(name: "plugin-host")
    host.trust = try choice.trust()
    host.allowsWritable = choice.allowsWritable
    host.loadGuard = quarantine
    host.measuresUse = isMeasured
    quarantine?.prepare(
      paths.filter { ((try? Files.status($0)) ?? nil)?.isRegularFile == true })
    for path in paths {
      if fromIndex, try Files.status(path)?.isDirectory == true {
        do {
          let index = try host.discover(path)
          guard index.count > 0 else { throw EmptyDirectory(path: path) }
          refused += index.refused + Self.activateAll(host)
        } catch PluginHostError.refused(let directory) {
          refused.append(directory)
        }
      } else if try Files.status(path)?.isDirectory == true {
        let result = host.load(try PluginFindings(try choice.search([path])))
        guard !result.loaded.isEmpty || !result.refused.isEmpty else {
          throw EmptyDirectory(path: path)
        }
        refused += result.refused
      } else {
        do {
          try host.load(path)
        } catch {
          refused.append(error)
        }
      }
    }
    if isMeasured { statistics = LoadStatistics(host) }
    for information in host.plugins.reversed() {
      loaded.append((information, try host.unload(information.id)))
    }
    loaded.reverse()
  }

  /// Loads what is waiting, step by step.
  private static func activateAll(_ host: PluginHost) -> [PluginRefused] {
    var refused: [PluginRefused] = []
    while true {
      do throws(PluginHostError) {
        guard try host.activateNext() != nil else { return refused }
      } catch {
        if case .refused(let plugin) = error { refused.append(plugin) }
      }
    }
  }

  struct EmptyDirectory: Error, CustomStringConvertible {
    var path: String
    var description: String {
      "'\(path)' holds no file whose name ends in .so; name a directory of plugins"
    }
  }

  var isRefused: Bool { !refused.isEmpty }

  var isUnreadable: Bool { !unreadable.isEmpty }

  /// The files that could not be read, with the system's words; they were not judged.
  var unreadable: [(path: String, words: String)] {
    refused.compactMap { plugin in
      plugin.reasons.first { $0.code == .unreadable }.map { (plugin.path, $0.found) }
    }
  }

  var report: Report {
    var table = Report.Table(
      columns: [
        .text("name"), .text("version"), .text("class"), .number("total"), .number("dlopen"),
        .number("plugin"), .number("host", title: "host's own"), .number("leaked"),
      ])
    for (information, unload) in loaded {
      let times = information.times
      table.append([
        .text(information.name), .text(information.version),
        .text(information.unload.isUnloadable ? "unloadable" : "resident"),
        .nanoseconds(Double(times.total)), .nanoseconds(Double(times.open)),
        .nanoseconds(Double(times.plugin)), .nanoseconds(Double(times.host)),
        .bytes(unload.map { Int($0.leakedBytes) }),
      ])
    }
    var sections = [Report.Section("Loaded", key: "loaded", table: table)]
    if let statistics { sections.append(statistics.section) }
    let leaks = loaded.flatMap { information, unload in
      (unload?.leaks ?? []).map { "\(information.name): \(Self.describe($0))" }
    }
    if !leaks.isEmpty {
      sections.append(Report.Section("Not freed", key: "leaks", paragraphs: leaks))
    }
    if !refused.isEmpty {
      sections.append(
        Report.Section(
          unreadable.count == refused.count ? "Not to be read" : "Refused", key: "refused",
          paragraphs: refused.flatMap { plugin in
            plugin.reasons.map { "\(plugin.path): \($0.description)" }
          }))
    }
    return Report(
      title: "Plugins, loaded and taken down again",
      headline: "\(loaded.count) loaded, \(refused.count - unreadable.count) refused"
        + (isUnreadable ? ", \(unreadable.count) not to be read." : "."),
      sections: sections)
  }

  private static func describe(_ leak: LeakGroup) -> String {
    let place =
      switch leak.place {
      case .code(let symbol): "allocated at \(symbol)"
      case .sizeClass(0): "with memory of their own; PLR_CHECK=heap tells where"
      case .sizeClass(let size): "of up to \(size) bytes; PLR_CHECK=heap tells where"
      }
    return "\(leak.blocks) blocks, \(leak.bytes) bytes, \(place)"
  }

  func json() throws -> String {
    let ready = loaded.map { information, unload in
      PluginsSchema1.Plugin(
        path: information.path, admitted: true,
        class: information.unload.isUnloadable ? "unloadable" : "resident",
        because: information.unload.because, name: information.name, version: information.version,
        reasons: [],
        load: .init(
          totalNanoseconds: information.times.total,
          admissionNanoseconds: information.times.admission,
          openNanoseconds: information.times.open, pluginNanoseconds: information.times.plugin,
          hostNanoseconds: information.times.host, leakedBlocks: unload?.leakedBlocks,
          leakedBytes: unload?.leakedBytes, unmapped: unload?.isUnmapped))
    }
    let others = refused.map { plugin in
      PluginsSchema1.Plugin(
        path: plugin.path, admitted: false, class: nil, because: nil, name: nil, version: nil,
        reasons: plugin.reasons.map(PluginsSchema1.Reason.init), load: nil)
    }
    var document = PluginsSchema1(plugins: ready + others)
    statistics?.add(to: &document)
    return try document.encoded()
  }
}
