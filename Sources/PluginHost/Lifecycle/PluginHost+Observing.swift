internal import Platform

/// Names one who observes a host.
public struct PluginObservation: Hashable, Sendable {
  let number: UInt64
}

/// Who is told of a host's plugins.
struct PluginObservers {
  private var all: [(observation: PluginObservation, tell: (PluginEvent) -> Void)] = []
  private var next: UInt64 = 1

  var isEmpty: Bool { all.isEmpty }

  mutating func add(_ tell: @escaping (PluginEvent) -> Void) -> PluginObservation {
    defer { next += 1 }
    all.append((PluginObservation(number: next), tell))
    return all[all.count - 1].observation
  }

  mutating func remove(_ observation: PluginObservation) {
    all.removeAll { $0.observation == observation }
  }

  /// Calls those who were there when it began: one that is told may end its observation, or begin others.
  func tell(_ event: PluginEvent) {
    for each in all { each.tell(event) }
  }
}

extension PluginHost {
  /// Has `tell` called for each step of each plugin, right after it, on the thread that drives the host.
  ///
  /// It may use the host. What it refers to strongly lives as long as the observation.
  public func observe(_ tell: @escaping (PluginEvent) -> Void) -> PluginObservation {
    observers.add(tell)
  }

  /// Ends an observation; one that has ended already is left alone.
  public func stopObserving(_ observation: PluginObservation) { observers.remove(observation) }

  /// How far a plugin has come.
  ///
  /// - Throws: `PluginHostError.staleHandle`, also where it has been retired or refused: the events say so.
  public func state(of id: PluginID) throws(PluginHostError) -> PluginState {
    if let plugin = loaded[id] { return plugin.life.state }
    if isWaiting(id) { return .discovered }
    throw .staleHandle(id)
  }

  /// Goes on to `next` and tells, for a plugin that is not in the books.
  func move(_ life: inout PluginLife, to next: PluginState, because reasons: [Refusal] = []) {
    let last = life.state
    life.move(to: next)
    tell(life, from: last, reasons)
  }

  /// The same for one that is. Those who are told find it so.
  func move(_ id: PluginID, to next: PluginState) {
    guard var life = loaded[id]?.life else { return }
    let last = life.state
    life.move(to: next)
    loaded[id]?.life = life
    tell(life, from: last, [])
  }

  func tell(_ life: PluginLife, from last: PluginState, _ reasons: [Refusal]) {
    // Most hosts have no observer; the event is not made for nobody.
    guard !observers.isEmpty else { return }
    observers.tell(
      PluginEvent(
        id: life.id, path: life.path, from: last, to: life.state, reasons: reasons,
        nanoseconds: monotonicNanoseconds()))
  }

  /// Ends a life that has not come to ``PluginState/active``.
  func end(_ life: inout PluginLife, because reasons: [Refusal]) {
    move(&life, to: life.state == .loaded ? .failed : .refused, because: reasons)
    slots.giveBack(life.id)
  }
}
