internal import CPluginABI
internal import Platform

/// How far a plugin is that is being retired.
public enum RetireProgress: Equatable, Sendable {
  /// These hold on, and there is time.
  case waiting([PluginHolder])
  /// These hold on though the time is over. The plugin is retiring still.
  case overdue([PluginHolder])
  /// It is gone.
  case done(PluginHost.UnloadReport)
}

/// Taking plugins down.
extension PluginHost {
  /// Stops handing the plugin out: nobody new gets in or finds what it offers. Waits for nobody.
  ///
  /// ``advanceRetire(_:)`` ends what this begins; nothing of the plugin changes until then, and nobody
  /// else's calls are held up. For one that is retiring already the time begins anew.
  /// - Parameters:
  ///   - nanoseconds: when those who still hold on are ``RetireProgress/overdue(_:)``; nil for
  ///     ``drainTimeoutNanoseconds``.
  ///   - dependents: what is done about plugins that cannot be without it; with `cascade` they begin to retire
  ///     as well, and it waits for them.
  /// - Throws: `PluginHostError.staleHandle`, or with `refuse` `busy` with those plugins: nothing has changed then.
  public func beginRetire(
    _ id: PluginID, deadlineNanoseconds nanoseconds: UInt64? = nil,
    dependents: DependentsPolicy = .refuse
  ) throws(PluginHostError) {
    guard let plugin = loaded[id] else { throw .staleHandle(id) }
    if dependents == .refuse, plugin.life.state == .active {
      let holders = dependentHolders(of: id)
      guard holders.isEmpty else {
        throw .busy(plugin: plugin.information.name, holders: holders)
      }
    }
    let time = nanoseconds ?? drainTimeoutNanoseconds
    let (deadline, isEndless) = monotonicNanoseconds().addingReportingOverflow(time)
    for each in retireOrder(before: id) + [id] { begin(each, isEndless ? .max : deadline) }
  }

  private func begin(_ id: PluginID, _ deadline: UInt64) {
    loaded[id]?.retireDeadline = deadline
    guard let plugin = loaded[id], plugin.life.state == .active else { return }
    plugin.pins.close()
    // Of those who still hold something nobody knows yet; they are asked for later.
    unsafe plr_registry_withdraw(plugin.account, 0, nil)
    move(id, to: .retiring)
  }

  /// Takes a retiring plugin down if nobody holds on to it any more; waits for nobody.
  ///
  /// - Throws: `PluginHostError.staleHandle`, or `notRetiring` before ``beginRetire(_:deadlineNanoseconds:dependents:)``.
  public func advanceRetire(_ id: PluginID) throws(PluginHostError) -> RetireProgress {
    guard let plugin = loaded[id] else { throw .staleHandle(id) }
    guard plugin.life.state == .retiring else { throw .notRetiring(id) }
    if isReleasedByDependents(id), isReleased(plugin, nanoseconds: 0) {
      guard loaded[id] != nil else { throw .staleHandle(id) }
      return .done(finishRetire(id, plugin))
    }
    let holders = dependentHolders(of: id) + holders(of: plugin)
    return monotonicNanoseconds() < plugin.retireDeadline ? .waiting(holders) : .overdue(holders)
  }

  /// Stops handing the plugin out, waits until nobody holds on to it, calls its `deinit`, takes back its
  /// memory and unmaps it if it is unloadable.
  ///
  /// Only the calling thread waits, and at most for the given time. A plugin that the calling thread itself
  /// is inside of is not waited for.
  /// - Parameters:
  ///   - nanoseconds: nil for ``drainTimeoutNanoseconds``.
  ///   - dependents: what is done about plugins that cannot be without it.
  /// - Throws: `PluginHostError.staleHandle`, or `busy` with those who hold on: the plugin is retiring then, its handle
  ///   is good, and it can be retired later. Where plugins require it that are not to be retired with it, it is
  ///   active still.
  @discardableResult
  public func retire(
    _ id: PluginID, deadlineNanoseconds nanoseconds: UInt64? = nil,
    dependents: DependentsPolicy = .refuse
  ) throws(PluginHostError) -> UnloadReport {
    let first = retireOrder(before: id)
    try beginRetire(id, deadlineNanoseconds: nanoseconds, dependents: dependents)
    // What they have of it they give back on their way out.
    for each in first where loaded[each] != nil { _ = try waitAndFinish(each) }
    return try waitAndFinish(id)
  }

  private func waitAndFinish(_ id: PluginID) throws(PluginHostError) -> UnloadReport {
    guard let plugin = loaded[id] else { throw .staleHandle(id) }
    let now = monotonicNanoseconds()
    let rest = plugin.retireDeadline > now ? plugin.retireDeadline - now : 0
    guard isReleased(plugin, nanoseconds: rest) else {
      throw .busy(plugin: plugin.information.name, holders: holders(of: plugin))
    }
    // Those who were told of its registrations' end may have ended it themselves.
    guard loaded[id] != nil else { throw .staleHandle(id) }
    return finishRetire(id, plugin)
  }

  /// Retires the plugin, waiting for ``drainTimeoutNanoseconds``.
  @discardableResult
  public func unload(_ id: PluginID) throws(PluginHostError) -> UnloadReport { try retire(id) }

  // MARK: Steps

  /// Whether no plugin is there any more that has to go first; what of them can go goes.
  private func isReleasedByDependents(_ id: PluginID) -> Bool {
    for other in mustGo(before: id) where loaded[other]?.life.state == .retiring {
      _ = try? advanceRetire(other)
    }
    return mustGo(before: id).isEmpty
  }

  /// True once no thread is inside and nobody holds a reference.
  func isReleased(_ plugin: LoadedPlugin, nanoseconds: UInt64) -> Bool {
    let begin = monotonicNanoseconds()
    guard plugin.pins.drain(nanoseconds: nanoseconds) else { return false }
    let passed = monotonicNanoseconds() - begin
    let rest = nanoseconds > passed ? nanoseconds - passed : 0
    return unsafe plr_registry_withdraw(plugin.account, rest, nil) == PLR_OK
  }

  /// Those who hold on, equal ones counted together.
  func holders(of plugin: LoadedPlugin) -> [PluginHolder] {
    var counts: [PluginHolder.Hold: Int] = [:]
    unsafe withUnsafeMutablePointer(to: &counts) { counts in
      _ = unsafe plr_registry_holders(
        plugin.account,
        { context, account, id, revision in
          let hold = unsafe PluginHolder.Hold.reference(
            account: String(cString: account!), interface: String(cString: id!),
            revision: revision)
          unsafe context!.assumingMemoryBound(to: [PluginHolder.Hold: Int].self)
            .pointee[hold, default: 0] += 1
        }, counts)
    }
    let references = counts.map { PluginHolder($0.key, count: $0.value) }
    return plugin.pins.holders + references.sorted { $0.description < $1.description }
  }

  /// Ends the life of a plugin that nobody holds on to.
  private func finishRetire(_ id: PluginID, _ plugin: LoadedPlugin) -> UnloadReport {
    // From here on the handle is stale, for whatever the plugin calls on its way out as well.
    var life = loaded[id]?.life ?? plugin.life
    loaded.disown(id)
    loaded[id] = nil
    order.removeAll { $0 == id }
    if !plugin.requires.isEmpty { requiring.removeAll { $0 == id } }
    let report = takeDown(plugin)
    plugin.pins.giveBack(keepsCell: plugin.pins.isReplaced)
    move(&life, to: .retired)
    slots.giveBack(id)
    return report
  }

  /// Calls `deinit` and releases what the plugin owned.
  @discardableResult
  func takeDown(_ plugin: LoadedPlugin) -> UnloadReport {
    let name = plugin.information.name
    unsafe PluginCalls.stop(plugin.table, account: plugin.account)
    let file = plugin.library.map { (name: $0.name, path: plugin.information.path) }
    let groups = unsafe LeakGroup.all(of: plugin.account, file)
    let leaks = unsafe release(plugin.account, name: name)
    if let leaks, leaks.blocks > 0 {
      log(
        PLR_LOG_WARNING, "'\(name)' left \(leaks.blocks) blocks of \(leaks.bytes) bytes; freed")
    }
    let isUnmapped = unsafe close(
      plugin.library, account: plugin.account, isReferred: leaks == nil)
    return UnloadReport(
      leakedBlocks: leaks?.blocks ?? 0, leakedBytes: leaks?.bytes ?? 0, leaks: groups,
      isUnmapped: isUnmapped)
  }

  /// Unmaps the file of a plugin if it may be; true if it is proven to be gone. Then nobody is left who could use
  /// the plugin's account, and the plugin's next life gets it.
  ///
  /// - Parameter library: nil for a builtin, which stays.
  func close(
    _ library: SharedLibrary?, account: UnsafePointer<plr_host>, isReferred: Bool
  ) -> Bool {
    guard let library, library.close(isReferred: isReferred) else { return false }
    unsafe plr_account_give_back(account)
    return true
  }

  /// Takes what a plugin registered on its way out back, and then its memory.
  ///
  /// - Returns: what it had left; nil where others still hold what it registered, so that neither its
  ///   account can be closed nor its file be unmapped.
  func release(
    _ account: UnsafePointer<plr_host>, name: String
  ) -> (blocks: UInt64, bytes: UInt64)? {
    var leaks = plr_leak_report()
    leaks.size = UInt32(MemoryLayout<plr_leak_report>.size)
    var error = plr_error()
    error.size = UInt32(MemoryLayout<plr_error>.size)
    guard unsafe plr_registry_withdraw(account, drainTimeoutNanoseconds, &error) == PLR_OK,
      unsafe plr_account_close(account, &leaks, &error) == PLR_OK
    else {
      log(PLR_LOG_ERROR, "'\(name)' stays mapped: \(error.text)")
      return nil
    }
    return (leaks.blocks, leaks.bytes)
  }
}
