import CFixture
import CPluginABI
import Glibc
import Platform
import TestSupport

@testable import PluginHost

/// A directory of plugins that no other test uses, all of whose files are settled.
struct IndexedFixtures {
  let directory: TemporaryDirectory
  let fixtures: [HostedFixture]
  var path: String { directory.path }
  var indexPath: String { directory.file(".plugin-index") }

  init(_ fixtures: [Fixture]) throws {
    let directory = try TemporaryDirectory()
    self.directory = directory
    self.fixtures = try fixtures.map { try HostedFixture($0, in: directory.path) }
    Self.waitForTick()
  }

  /// Waits until files that are there now were changed in the past.
  static func waitForTick() {
    // Newer kernels stamp files by the exact clock now and then, some milliseconds ahead of the tick.
    let exact = (wallMilliseconds() + 1) * 1_000_000
    while FileIdentity.clockTick() <= exact { yieldProcessor() }
  }

  /// The index without any change to it.
  func look() throws -> PluginIndex { try PluginIndex(of: path, .readOnly) }

  /// A copy of `fixture` under the path and the name of `old`, put in place by renaming.
  func replace(_ old: HostedFixture, with fixture: Fixture) throws {
    let copy = try fixture.copy(to: path, as: ".new", manifestName: old.name)
    try Files.rename(copy, to: old.path)
  }
}

extension PluginIndex.Entry {
  /// Everything that is told of the file, as text that can be compared.
  var told: String { "\(verdict) \(identity)" }
}
