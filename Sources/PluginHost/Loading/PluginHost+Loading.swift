public import CPluginABI
internal import ELFReading
internal import Platform

/// Admitting, opening and initialising.
extension PluginHost {
  /// Admits, opens and initialises the plugin at `path`.
  ///
  /// - Throws: `PluginRefused` with the reasons; nothing of the plugin is left behind.
  @discardableResult
  public func load(_ path: String) throws(PluginRefused) -> PluginID {
    try load(path, as: nil)
  }

  /// - Parameters:
  ///   - known: the handle that it waited under; nil for a new one.
  ///   - indexed: where an index tells of it.
  func load(
    _ path: String, as known: PluginID?, _ indexed: IndexedPlace? = nil
  ) throws(PluginRefused) -> PluginID {
    var life = PluginLife(known ?? slots.take(), path: path)
    let before = beginning.count
    do throws(PluginRefused) {
      let opened = try open(&life, indexed)
      do throws(Refusal) {
        let plugin = try published(try start(opened, &life))
        // Nobody is asked between this and the books.
        beginning.removeLast(beginning.count - before)
        takeIn(plugin)
      } catch {
        throw PluginRefused(path: path, reasons: [error])
      }
    } catch {
      beginning.removeLast(beginning.count - before)
      end(&life, because: error.reasons)
      throw error
    }
    return life.id
  }

  /// Loads every plugin of a directory, in byte order of the file names, but those first that others require.
  ///
  /// - Returns: those that are ready and those that were refused, each with its reasons.
  /// - Throws: `PluginHostError.system` where the directory cannot be read.
  public func loadDirectory(
    _ directory: String
  ) throws(PluginHostError) -> (loaded: [PluginID], refused: [PluginRefused]) {
    do throws(SystemError) {
      let scan = try DirectoryScan(directory)
      let paths = try Discovery.plugins(in: scan)
      loadGuard?.prepare(paths)
      let outer = gate.enter(scan, allowsWritable: allowsWritable, at: monotonicNanoseconds())
      defer { gate.leave(to: outer) }
      return load(paths.map { PluginBatch.File($0) })
    } catch {
      throw .system(error)
    }
  }

  /// Initialises a plugin that is linked into the host's own executable.
  ///
  /// - Throws: `PluginRefused` where its entry or its `init` fails.
  @discardableResult
  public func loadBuiltin(
    _ entry: plr_entry, name: String
  ) throws(PluginRefused) -> PluginID {
    let path = "builtin:" + name
    var life = PluginLife(slots.take(), path: path)
    let before = beginning.count
    do throws(Refusal) {
      let begin = monotonicNanoseconds()
      try checkName(name, nil)
      beginning.append(name)
      move(&life, to: .admitted)
      move(&life, to: .loaded)
      let opened = unsafe OpenedPlugin(
        name: name, version: "",
        unload: UnloadVerdict(because: ["it is part of the host's executable"]), library: nil,
        entry: entry, begin: begin, times: LoadTimes())
      let plugin = try published(try start(opened, &life))
      beginning.removeLast(beginning.count - before)
      takeIn(plugin)
    } catch {
      beginning.removeLast(beginning.count - before)
      end(&life, because: [error])
      throw PluginRefused(path: path, reasons: [error])
    }
    return life.id
  }

  // MARK: Steps

  /// Judges the file and maps it: the same open file, whatever its path leads to by then.
  ///
  /// - Parameters:
  ///   - indexed: where an index tells of it.
  ///   - old: the version that it is to replace.
  /// - Throws: `PluginRefused`; nothing of it is mapped that was not before.
  func open(
    _ life: inout PluginLife, _ indexed: IndexedPlace? = nil, replacing old: LoadedPlugin? = nil
  ) throws(PluginRefused) -> OpenedPlugin {
    var begin = monotonicNanoseconds()
    let held = try openHeld(life.path, at: begin)
    let verdict = judge(held, indexed)
    guard verdict.isAdmitted, let manifest = verdict.manifest, let unload = verdict.unload else {
      throw PluginRefused(path: life.path, reasons: verdict.reasons)
    }
    var times = LoadTimes()
    let admitted = monotonicNanoseconds()
    times.admission = admitted - begin
    do throws(Refusal) {
      var met: [RequiredInterface] = []
      if !manifest.requires.isEmpty {
        met = try meet(manifest)
        // What is loaded first has times of its own.
        begin += monotonicNanoseconds() - admitted
      }
      if let old {
        try check(manifest.name, isNameOf: old)
        try checkDependents(manifest, of: old.life.id)
      } else {
        try checkName(manifest.name, FilesInUse.Candidate(held))
        beginning.append(manifest.name)
      }
      try askGuard(of: life.path, held.status)
      move(&life, to: .admitted)
      let threadsBefore = measuresUse ? ProcessThreads.count() : nil
      let library = try keepingSignals(verdict.mayChangeSignals) { () throws(Refusal) in
        try SharedLibrary(
          opening: held, after: verdict.neighbours, isUnloadable: unload.isUnloadable,
          isAgain: old != nil, nanoseconds: &times.open)
      }
      let entry: plr_entry
      do throws(Refusal) {
        unsafe entry = try library.entry()
      } catch {
        _ = library.close()
        throw error
      }
      move(&life, to: .loaded)
      return unsafe OpenedPlugin(
        name: manifest.name, version: manifest.version, offers: manifest.offers,
        requires: manifest.requires, met: met, unload: unload, library: library, entry: entry,
        begin: begin, times: times, threadsBefore: threadsBefore)
    } catch {
      throw PluginRefused(path: life.path, reasons: [error])
    }
  }

  /// Calls what runs a plugin's constructors, and puts the host's signal handlers back if it keeps them.
  ///
  /// - Parameter mayChange: false where no constructor reaches them.
  private func keepingSignals<Result>(
    _ mayChange: Bool, _ body: () throws(Refusal) -> Result
  ) throws(Refusal) -> Result {
    guard mayChange, signalPolicy == .keepOwners else { return try body() }
    let before = SignalDispositions()
    defer { before.restore() }
    return try body()
  }

  /// Has the guard judge what lies at the path, which has to be the file that is held.
  private func askGuard(of path: String, _ held: FileStatus) throws(Refusal) {
    guard let loadGuard else { return }
    if let reason = loadGuard.refusal(of: path) { throw reason }
    guard Files.identity(path) == held.identity else {
      throw Refusal(
        .unreadable, field: "file", found: "another one by now",
        expected: "the one that was judged",
        fix: "load the plugin again when nobody replaces its file any more")
    }
  }

  /// Refuses a name that another file's plugin has. The same file again, ``FilesInUse`` refuses.
  private func checkName(
    _ name: String, _ file: FilesInUse.Candidate?
  ) throws(Refusal) {
    guard let owner = loaded.owner(of: name) else {
      guard beginning.contains(name) else { return }
      throw Refusal(
        .nameTaken, field: "manifest.name", found: "'\(name)'",
        expected: "a name that no plugin has which is just being loaded",
        fix: "give one of the two another name")
    }
    if let file, owner.library?.isOf(file) == true { return }
    throw Refusal(
      .nameTaken, field: "manifest.name", found: "'\(name)'",
      expected: "a name that no loaded plugin has",
      fix: "unload '\(owner.information.path)' or give one of the two another name")
  }

  /// Refuses a file that holds another plugin than the one that it is to replace.
  private func check(_ name: String, isNameOf old: LoadedPlugin) throws(Refusal) {
    guard name != old.information.name else { return }
    throw Refusal(
      .nameChanged, field: "manifest.name", found: "'\(name)'",
      expected: "'\(old.information.name)', the name of the plugin that it is to replace",
      fix: "load it as a plugin of its own")
  }

  /// Calls entry and `init`. Where that fails, the library is closed.
  ///
  /// - Parameter old: the version whose callers it is to get.
  func start(
    _ opened: OpenedPlugin, _ life: inout PluginLife, replacing old: LoadedPlugin? = nil
  ) throws(Refusal) -> LoadedPlugin {
    let account: UnsafePointer<plr_host>
    do {
      unsafe account = unsafe try Self.openAccount(name: opened.name)
    } catch {
      _ = opened.library?.close()
      throw Refusal(
        .loadFailed, field: "account", found: error.description, expected: "an account",
        fix: "free memory")
    }
    // What it registers is found when it is handed out, all at once.
    unsafe plr_registry_stage(account)
    let recordsBefore = unsafe Self.logRecords(of: account) ?? 0
    let pluginBegin = monotonicNanoseconds()
    let table: UnsafePointer<plr_plugin>
    do throws(Refusal) {
      unsafe table = unsafe try PluginCalls.start(opened.entry, account: account)
    } catch {
      let leaks = unsafe release(account, name: opened.name)
      _ = unsafe close(opened.library, account: account, isReferred: leaks == nil)
      throw error
    }
    guard let pins = unsafe PluginPins(table: table, account: account, cell: old?.pins.cell) else {
      unsafe PluginCalls.stop(table, account: account)
      let leaks = unsafe release(account, name: opened.name)
      _ = unsafe close(opened.library, account: account, isReferred: leaks == nil)
      throw Refusal(
        .loadFailed, field: "pins", found: "no memory", expected: "a place for them",
        fix: "free memory")
    }
    if old == nil && measuresUse { pins.measure(true) }
    let threadsStarted = opened.threadsBefore.flatMap { before in
      ProcessThreads.count().map { max(0, $0 - before) }
    }
    var times = opened.times
    let end = monotonicNanoseconds()
    times.plugin = end - pluginBegin
    times.total = end - opened.begin
    return unsafe LoadedPlugin(
      life: life,
      information: PluginInformation(
        id: life.id, path: life.path, name: opened.name, version: opened.version,
        unload: opened.unload, times: times, offers: opened.offers, requires: opened.requires),
      requires: opened.met, library: opened.library, table: table, account: account, pins: pins,
      threadsStarted: threadsStarted, recordsBefore: recordsBefore)
  }

  /// Lets everybody find what a plugin that is ready has registered. Where that fails, it is taken down.
  private func published(_ plugin: consuming LoadedPlugin) throws(Refusal) -> LoadedPlugin {
    do throws(Refusal) {
      try publish(plugin)
      return plugin
    } catch {
      takeDown(plugin)
      plugin.pins.giveBack(keepsCell: false)
      throw error
    }
  }

  func publish(_ plugin: LoadedPlugin) throws(Refusal) {
    guard unsafe plr_registry_publish(plugin.account) != PLR_OK else { return }
    throw Refusal(
      .loadFailed, field: "registrations", found: "no memory for all of them",
      expected: "a place for each", fix: "free memory")
  }

  /// Takes a plugin that is ready into the books.
  private func takeIn(_ plugin: consuming LoadedPlugin) {
    let last = plugin.life.state
    plugin.life.move(to: .active)
    let (life, pins, requires) = (plugin.life, plugin.pins, !plugin.requires.isEmpty)
    order.append(life.id)
    loaded.add(plugin)
    if requires { requiring.append(life.id) }
    pins.handOut()
    tell(life, from: last, [])
  }
}
