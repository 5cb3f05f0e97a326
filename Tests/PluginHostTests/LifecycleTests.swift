import Platform
import PluginHost
import TestSupport
import Testing

/// What a host told, by the file's name.
private final class Story {
  struct Step: Equatable, CustomStringConvertible {
    var from: PluginState
    var to: PluginState
    var description: String { "\(from)→\(to)" }
  }

  private(set) var events: [PluginEvent] = []

  init(of host: PluginHost) {
    _ = host.observe { [unowned self] event in events.append(event) }
  }

  func steps(_ path: String) -> [Step] {
    events.filter { $0.path == path }.map { Step(from: $0.from, to: $0.to) }
  }
}

@Suite("The life of a plugin")
struct LifecycleTests {
  @Test("goes the ways of one table, and no other", arguments: PluginState.allCases)
  func table(_ from: PluginState) {
    let ways: [PluginState: Set<PluginState>] = [
      .discovered: [.admitted, .refused], .admitted: [.loaded, .refused],
      .loaded: [.active, .failed], .active: [.retiring], .retiring: [.retired],
    ]
    for to in PluginState.allCases {
      #expect(from.allows(to) == (ways[from] ?? []).contains(to), "\(from) to \(to)")
    }
  }

  @Test("is told step by step, each from where the last one led")
  func wholeLife() throws {
    let host = try PluginHost()
    let story = Story(of: host)
    let hosted = try HostedFixture(.wellBehavedC)
    let id = try host.load(hosted.path)
    #expect(try host.state(of: id) == .active)
    try host.unload(id)
    let states: [PluginState] = [
      .discovered, .admitted, .loaded, .active, .retiring, .retired,
    ]
    #expect(
      story.steps(hosted.path)
        == zip(states, states.dropFirst()).map { Story.Step(from: $0, to: $1) })
    #expect(story.events.allSatisfy { $0.id == id && $0.reasons.isEmpty })
    #expect(story.events.map(\.nanoseconds) == story.events.map(\.nanoseconds).sorted())
    #expect(throws: PluginHostError.staleHandle(id)) { try host.state(of: id) }
  }

  @Test(
    "ends as refused before code of it was called, and as failed after",
    arguments: [
      (Fixture("abi-too-new"), [PluginState.discovered, .refused]),
      (Fixture("missing-symbol"), [.discovered, .refused]),
      (.notForLoading, [.discovered, .admitted, .refused]),
      (Fixture("entry-null"), [.discovered, .admitted, .loaded, .failed]),
      (Fixture("init-fails"), [.discovered, .admitted, .loaded, .failed]),
    ])
  func badEnds(_ fixture: Fixture, _ states: [PluginState]) throws {
    let host = try PluginHost()
    let story = Story(of: host)
    let hosted = try HostedFixture(fixture)
    let refused = try #require(throws: PluginRefused.self) { try host.load(hosted.path) }
    #expect(
      story.steps(hosted.path)
        == zip(states, states.dropFirst()).map { Story.Step(from: $0, to: $1) })
    #expect(story.events.last?.reasons == refused.reasons)
    let id = try #require(story.events.first?.id)
    #expect(throws: PluginHostError.staleHandle(id)) { try host.state(of: id) }
  }

  @Test("is known to those who are told, and who may use the host meanwhile")
  func observersUseTheHost() throws {
    let host = try PluginHost()
    let first = try HostedFixture(.wellBehavedC)
    let second = try HostedFixture(.wellBehavedC)
    var seen: [PluginState] = []
    var observation: PluginObservation?
    observation = host.observe { event in
      guard event.to == .active else { return }
      seen.append((try? host.state(of: event.id)) ?? .failed)
      if event.path == first.path { _ = try? host.load(second.path) }
      if let observation, event.path == second.path { host.stopObserving(observation) }
    }
    try host.load(first.path)
    #expect(seen == [.active, .active])
    #expect(host.plugins.map(\.path) == [first.path, second.path])
    try host.load(try HostedFixture(.wellBehavedC).path)
    #expect(seen.count == 2)
  }

  @Test("has a handle that no later plugin and no other host answers to")
  func staleHandles() throws {
    let host = try PluginHost()
    let other = try PluginHost()
    let path = try HostedFixture(.wellBehavedC).path
    let old = try host.load(path)
    try host.unload(old)
    let new = try host.load(path)
    let foreign = try other.load(try HostedFixture(.wellBehavedC).path)
    #expect(Set([old, new, foreign]).count == 3)
    for (asked, id) in [(host, old), (host, foreign), (other, new), (other, old)] {
      let stale = PluginHostError.staleHandle(id)
      #expect(throws: stale) { try asked.state(of: id) }
      #expect(throws: stale) { try asked.unload(id) }
      #expect(throws: stale) { try asked.activate(id) }
      #expect(throws: stale) { _ = unsafe try asked.interface(of: id, "any", revision: 1) }
      #expect(asked.information(id) == nil)
    }
    #expect(try host.state(of: new) == .active && other.state(of: foreign) == .active)
  }

  @Test("of a plugin that is linked in goes the same way")
  func builtin() throws {
    let host = try PluginHost()
    let story = Story(of: host)
    let refused = try #require(throws: PluginRefused.self) {
      try unsafe host.loadBuiltin({ _, _ in nil }, name: "none")
    }
    #expect(refused.reasons.map(\.code) == [.entryFailed])
    #expect(story.steps("builtin:none").last == Story.Step(from: .loaded, to: .failed))
  }
}
