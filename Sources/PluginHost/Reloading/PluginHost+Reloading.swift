internal import CPluginABI
internal import Platform

/// Replacing a plugin while it is used.
extension PluginHost {
  /// Puts a new version in the place of a plugin, with the state of the old one.
  ///
  /// The new version is admitted, mapped and initialised first, while the old one goes on; what it
  /// registers is found when it is handed out. Then callers by
  /// ``PluginHandle`` are kept waiting until those who are inside have left (they finish on the version they
  /// began with, and may go in again), the state is handed on (`plr_state.h`), and those who waited go into
  /// the new version. The old one is retired; one that others hold references to stays
  /// ``PluginState/retiring`` until ``advanceRetires()`` finds that they have let go.
  ///
  /// Every handle of the old version now leads to the new one; its `PluginID` is the old one's still.
  /// - Parameter path: of the new version; nil for that of the old one. The same file is loaded again as a copy.
  /// - Returns: what came of it; where it is not `replaced`, nothing has changed for anybody.
  /// - Throws: `PluginHostError.staleHandle`, or `notActive` where the plugin is being retired.
  public func reload(
    _ id: PluginID, from path: String? = nil, _ options: ReloadOptions = ReloadOptions()
  ) throws(PluginHostError) -> ReloadOutcome {
    advanceRetires()
    guard let old = loaded[id] else { throw .staleHandle(id) }
    guard old.life.state == .active else { throw .notActive(id) }
    var life = PluginLife(slots.take(), path: path ?? old.information.path)
    let new: LoadedPlugin
    do throws(PluginRefused) {
      new = try makeReady(&life, inPlaceOf: old)
    } catch {
      end(&life, because: error.reasons)
      return .failed(error.reasons)
    }
    // What ran meanwhile may have retired the old one.
    guard loaded[id]?.life.state == .active else {
      rollBack(new, life, [])
      throw .notActive(id)
    }
    let begin = monotonicNanoseconds()
    old.pins.freeze()
    guard old.pins.drain(nanoseconds: options.timeoutNanoseconds) else {
      let holders = old.pins.holders
      old.pins.handOut()
      rollBack(new, life, [])
      return .timedOut(holders)
    }
    do throws(StateTransfer.Failure) {
      try StateTransfer(options: options).run(from: old, to: new)
    } catch {
      old.pins.handOut()
      switch error {
      case .declined(let reason):
        rollBack(new, life, [reason])
        return .declined(reason)
      case .failed(let reason):
        rollBack(new, life, [reason])
        return .failed([reason])
      }
    }
    guard monotonicNanoseconds() - begin <= options.timeoutNanoseconds else {
      old.pins.handOut()
      rollBack(new, life, [])
      return .timedOut([])
    }
    do throws(Refusal) {
      try publish(new)
    } catch {
      old.pins.handOut()
      rollBack(new, life, [error])
      return .failed([error])
    }
    exchange(old, for: new)
    return .replaced(by: new.life.id)
  }

  /// Takes down every retiring plugin that nobody holds on to any more; waits for nobody.
  ///
  /// ``reload(_:from:_:)`` does it as well. Otherwise the thread that drives the host calls it when it has time.
  /// - Returns: how far those are that were retiring.
  @discardableResult
  public func advanceRetires() -> [PluginID: RetireProgress] {
    var progress: [PluginID: RetireProgress] = [:]
    for id in order.reversed() where loaded[id]?.life.state == .retiring {
      progress[id] = try? advanceRetire(id)
    }
    return progress
  }

  // MARK: Steps

  private func makeReady(
    _ life: inout PluginLife, inPlaceOf old: LoadedPlugin
  ) throws(PluginRefused) -> LoadedPlugin {
    let opened = try open(&life, replacing: old)
    do throws(Refusal) {
      return try start(opened, &life, replacing: old)
    } catch {
      throw PluginRefused(path: life.path, reasons: [error])
    }
  }

  /// Hands the new version out and retires the old one.
  private func exchange(_ old: LoadedPlugin, for new: LoadedPlugin) {
    let (oldID, newID) = (old.life.id, new.life.id)
    loaded[oldID]?.pins.isReplaced = true
    loaded[newID] = new
    loaded.own(newID)
    if !new.requires.isEmpty { requiring.append(newID) }
    if let place = order.firstIndex(of: oldID) { order[place] = newID }
    order.append(oldID)
    new.pins.handOut()
    move(newID, to: .active)
    // Gone already only where an observer has seen to it.
    try? beginRetire(oldID)
    _ = try? advanceRetire(oldID)
  }

  /// Takes a version down that is not going to be handed out.
  private func rollBack(_ new: LoadedPlugin, _ life: PluginLife, _ reasons: [Refusal]) {
    if isReleased(new, nanoseconds: 0) {
      var life = life
      takeDown(new)
      new.pins.giveBack(keepsCell: true)
      end(&life, because: reasons)
      return
    }
    // Somebody has found what it registered: it retires as others do.
    var new = new
    new.pins.isReplaced = true
    loaded[life.id] = new
    order.append(life.id)
    move(life.id, to: .active)
    try? beginRetire(life.id)
  }
}
