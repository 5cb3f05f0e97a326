import ELFInspection
import Glibc
import Platform
import TestSupport
import Testing

@testable import PluginHost

@Suite("Files of a batch that are judged while others are loaded")
struct AdmissionAheadTests {
  private let directory: TemporaryDirectory
  private let paths: [String]

  init() throws {
    let directory = try TemporaryDirectory()
    self.directory = directory
    paths = try (0..<AdmissionAhead.leastFiles + 2).map { number in
      try Fixture.wellBehavedC.copy(
        to: directory.path, as: "\(number).so",
        manifestName: HostedFixture.uniqueName("ahead-\(number)"))
    }
  }

  private func begin(_ host: PluginHost) throws -> AdmissionAhead {
    let ahead = try #require(AdmissionAhead(paths, isWanted: { _ in true }, for: host))
    // All but the first, which is the host's own.
    while ahead.count < paths.count - 1 { sched_yield() }
    return ahead
  }

  @Test("are loaded as they were judged: a file that took one's place meanwhile is another one")
  func loadsWhatWasJudged() throws {
    let host = try PluginHost()
    let ahead = try begin(host)
    defer { ahead.finish() }
    #expect(ahead.take(0) == nil)
    let name = try #require(ahead.take(3)).verdict.manifest?.name
    #expect(name?.hasPrefix("ahead-3") == true)
    #expect(ahead.take(3) == nil)
    try Files.replace(paths[4], with: Array("something else".utf8))
    let id = try host.load(paths[4], as: nil, ahead: ahead.take(4))
    #expect(host.information(id)?.name.hasPrefix("ahead-4") == true)
  }

  @Test("are refused where they were written to meanwhile")
  func refusesWhatChanged() throws {
    let host = try PluginHost()
    let ahead = try begin(host)
    defer { ahead.finish() }
    let file = try FileDescriptor(opening: paths[5], O_WRONLY | O_APPEND)
    try file.write([0x7f])
    let error = #expect(throws: PluginRefused.self) {
      try host.load(paths[5], as: nil, ahead: ahead.take(5))
    }
    #expect(error?.reasons.first?.found.contains("written to") == true, "\(error as Any)")
  }

  @Test("are few, or not to be judged, and then nobody does")
  func leavesOthersAlone() throws {
    let host = try PluginHost()
    let few = Array(paths.prefix(AdmissionAhead.leastFiles - 1))
    #expect(AdmissionAhead(few, isWanted: { _ in true }, for: host) == nil)
    let ahead = try #require(
      AdmissionAhead(paths, isWanted: { $0 == paths[2] }, for: host))
    while ahead.count < 1 { sched_yield() }
    #expect(ahead.take(1) == nil)
    #expect(ahead.take(2) != nil)
    ahead.finish()
    // Nobody comes any more, and nothing is left to take.
    #expect(ahead.count == 0)
  }

  @Test(
    "are judged again by the host where they were not admitted, and all are loaded in their order")
  func isTheSameAsWithout() throws {
    _ = try Fixture("abi-too-new").copy(to: directory.path, as: "5a.so")
    try FileEdits.write([], to: directory.file("9empty.so"))
    let (alone, both) = (try PluginHost(), try PluginHost())
    alone.judgesAhead = false
    let expected = try alone.loadDirectory(directory.path)
    #expect(expected.loaded.count == paths.count && expected.refused.count == 2)
    let names = alone.plugins.map(\.path)
    for id in expected.loaded { try alone.unload(id) }
    let found = try both.loadDirectory(directory.path)
    #expect(both.plugins.map(\.path) == names)
    #expect(found.refused == expected.refused)
  }
}
