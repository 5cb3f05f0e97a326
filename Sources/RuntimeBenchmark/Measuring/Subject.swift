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

  var label: String { "\(name) with \(pluginCount) plugins" }
}

extension Subject {
  /// A set of ours.
  ///
  /// - Parameter hostWithoutPlugins: bytes of the host alone, where the plugins are inside it.
  init(_ set: PluginSet, hostWithoutPlugins: Int?) throws(BenchmarkError) {
    let (facts, files) = try withPluginSets { () throws(PluginSetError) in
      (try set.facts(), try set.files())
    }
    var exact: [Metric: Double] = [
      .diskTotal: Double(facts.totalBytes), .diskRuntime: Double(facts.runtimeBytes),
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
