internal import ELFInspection
public import Measurement
internal import Platform
internal import PluginSets

/// Something that is measured: a plugin set of ours, or a directory that somebody else has built.
public struct Subject: Sendable {
  /// As in the results: a variant's name, or `directory`.
  public let name: String
  public let pluginCount: Int
  /// Where its files lie.
  public let directory: String
  /// Program and arguments of the measured process.
  let command: [String]
  /// The files that a cold measurement drops from memory.
  let files: [String]
  /// What follows from the files alone.
  public let exact: [Metric: Double]
  /// Its plugins compute an answer that must be the same in every variant.
  let hasAnswer: Bool
  /// It starts from an index, which has to be there before it is measured.
  var usesIndex = false

  var label: String { "\(name) with \(pluginCount) plugins" }

  /// Its files and their sizes; none where they are somebody else's, or cannot be looked at any more.
  var shippedFiles: [SubjectResult.File] {
    guard hasAnswer else { return [] }
    return files.compactMap { path in
      guard let status = try? Files.status(path) else { return nil }
      let isInside = path.hasPrefix(directory + "/")
      return SubjectResult.File(
        name: isInside ? String(path.dropFirst(directory.count + 1)) : Path.name(of: path),
        bytes: Int(clamping: status.byteCount))
    }
  }
}

extension Subject {
  /// A set of ours, started from an index, and its host without any plugin; none where the set has no
  /// files that a host loads.
  static func lazy(_ set: PluginSet) throws(BenchmarkError) -> [Subject] {
    guard let probe = set.lazyProbe, let bareHost = set.bareHostProbe else { return [] }
    let own = try Subject(set, hostWithoutPlugins: nil)
    let lazy = Subject(
      name: own.name, pluginCount: own.pluginCount, directory: own.directory, command: probe,
      files: own.files + [set.indexPath], exact: own.exact, hasAnswer: true, usesIndex: true)
    return [
      lazy,
      Subject(
        name: own.name + bareHostSuffix, pluginCount: own.pluginCount, directory: own.directory,
        command: bareHost, files: own.files, exact: [:], hasAnswer: false),
    ]
  }

  /// A set of ours, and once more started from an index, where the set has files that a host loads.
  static func indexed(_ set: PluginSet, hostWithoutPlugins: Int?) throws(BenchmarkError)
    -> [Subject]
  {
    let own = try Subject(set, hostWithoutPlugins: hostWithoutPlugins)
    guard let probe = set.indexedProbe else { return [own] }
    return [
      own,
      Subject(
        name: own.name + indexedSuffix, pluginCount: own.pluginCount, directory: own.directory,
        command: probe, files: own.files + [set.indexPath], exact: [:], hasAnswer: true,
        usesIndex: true),
    ]
  }

  /// What follows a variant's name where its host starts from an index and loads everything.
  static let indexedSuffix = "-indexed"

  /// What follows a variant's name where its host runs without any plugin.
  static let bareHostSuffix = "-host"

  /// A set of ours.
  ///
  /// - Parameter hostWithoutPlugins: bytes of the host alone, where the plugins are inside it.
  init(_ set: PluginSet, hostWithoutPlugins: Int?) throws(BenchmarkError) {
    let (facts, files) = try withPluginSets { () throws(PluginSetError) in
      (try set.facts(), try set.files())
    }
    var exact: [Metric: Double] = [
      .diskTotal: Double(facts.totalBytes), .diskStripped: Double(facts.strippedBytes),
      .diskRuntime: Double(facts.runtimeBytes),
      .relocationsTotal: Double(facts.relocations),
      .relocationsDirtyPages: Double(facts.dirtyPages),
    ]
    exact.merge(try FileCounts(files).metrics) { $1 }
    if set.variant != .builtin {
      exact[.diskPerPlugin] = Double(facts.pluginBytes) / Double(set.pluginCount)
    } else if let host = hostWithoutPlugins {
      exact[.diskPerPlugin] = Double(facts.totalBytes - host) / Double(set.pluginCount)
    }
    self.init(
      name: set.variant.rawValue, pluginCount: set.pluginCount, directory: set.directory,
      command: set.probe, files: files, exact: exact, hasAnswer: true)
  }
}
