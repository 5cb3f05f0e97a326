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

  /// - Parameter known: the handle that it waited under; nil for a new one.
  func load(_ path: String, as known: PluginID?) throws(PluginRefused) -> PluginID {
    var life = PluginLife(known ?? slots.take(), path: path)
    do throws(PluginRefused) {
      let opened = try open(&life)
      do throws(Refusal) {
        takeIn(try start(opened, &life))
      } catch {
        throw PluginRefused(path: path, reasons: [error])
      }
    } catch {
      end(&life, because: error.reasons)
      throw error
    }
    return life.id
  }

  /// Loads every plugin of a directory, in byte order of the file names.
  ///
  /// - Returns: those that are ready and those that were refused, each with its reasons.
  /// - Throws: `PluginHostError.system` where the directory cannot be read.
  public func loadDirectory(
    _ directory: String
  ) throws(PluginHostError) -> (loaded: [PluginID], refused: [PluginRefused]) {
    let paths: [String]
    do {
      paths = try Discovery.plugins(in: directory)
    } catch {
      throw .system(error)
    }
    var result: (loaded: [PluginID], refused: [PluginRefused]) = ([], [])
    result.loaded.reserveCapacity(paths.count)
    order.reserveCapacity(order.count + paths.count)
    loaded.reserveCapacity(loaded.count + paths.count)
    owners.reserveCapacity(owners.count + paths.count)
    loadGuard?.prepare(paths)
    for path in paths {
      do {
        result.loaded.append(try load(path))
      } catch {
        result.refused.append(error)
      }
    }
    return result
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
    do throws(Refusal) {
      let begin = monotonicNanoseconds()
      try checkName(name, path: path)
      move(&life, to: .admitted)
      move(&life, to: .loaded)
      let opened = unsafe OpenedPlugin(
        name: name, version: "",
        unload: UnloadVerdict(because: ["it is part of the host's executable"]), library: nil,
        entry: entry, begin: begin, times: LoadTimes())
      takeIn(try start(opened, &life))
    } catch {
      end(&life, because: [error])
      throw PluginRefused(path: path, reasons: [error])
    }
    return life.id
  }

  // MARK: Steps

  /// Judges the file and maps it.
  ///
  /// - Parameter old: the version that it is to replace.
  /// - Throws: `PluginRefused`; nothing of it is mapped that was not before.
  func open(
    _ life: inout PluginLife, replacing old: LoadedPlugin? = nil
  ) throws(PluginRefused) -> OpenedPlugin {
    let begin = monotonicNanoseconds()
    let path = life.path
    guard let trust else {
      return try open(&life, replacing: old, Admission.check(path), begin) {
        file, isUnloadable, nanoseconds throws(Refusal) in
        try SharedLibrary(
          opening: path, file, isUnloadable: isUnloadable, isAgain: old != nil,
          nanoseconds: &nanoseconds)
      }
    }
    let held = try HeldFile(plugin: path, trust.hold)
    let verdict = Admission.check(held, trust)
    for warning in verdict.trust?.warnings ?? [] {
      log(PLR_LOG_WARNING, "'\(path)': \(warning)")
    }
    // The bytes that were judged, whatever lies at the path by now.
    return try open(&life, replacing: old, verdict, begin) {
      _, isUnloadable, nanoseconds throws(Refusal) in
      try SharedLibrary(
        opening: held, isUnloadable: isUnloadable, isAgain: old != nil,
        nanoseconds: &nanoseconds)
    }
  }

  /// Maps a plugin that was judged.
  private func open(
    _ life: inout PluginLife, replacing old: LoadedPlugin?, _ verdict: AdmissionVerdict,
    _ begin: UInt64,
    map: (FileStatus, Bool, inout UInt64) throws(Refusal) -> SharedLibrary
  ) throws(PluginRefused) -> OpenedPlugin {
    guard verdict.isAdmitted, let manifest = verdict.manifest, let unload = verdict.unload,
      let file = verdict.file
    else {
      throw PluginRefused(path: life.path, reasons: verdict.reasons)
    }
    var times = LoadTimes()
    times.admission = monotonicNanoseconds() - begin
    do throws(Refusal) {
      if let old {
        try check(manifest.name, isNameOf: old)
      } else {
        try checkName(manifest.name, path: life.path)
      }
      if let reason = loadGuard?.refusal(of: life.path) { throw reason }
      move(&life, to: .admitted)
      let threadsBefore = measuresUse ? ProcessThreads.count() : nil
      let library = try keepingSignals { () throws(Refusal) in
        try map(file, unload.isUnloadable, &times.open)
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
        name: manifest.name, version: manifest.version, unload: unload, library: library,
        entry: entry, begin: begin, times: times, threadsBefore: threadsBefore)
    } catch {
      throw PluginRefused(path: life.path, reasons: [error])
    }
  }

  /// Calls what runs a plugin's constructors, and puts the host's signal handlers back if it keeps them.
  private func keepingSignals<Result>(
    _ body: () throws(Refusal) -> Result
  ) throws(Refusal) -> Result {
    guard signalPolicy == .keepOwners else { return try body() }
    let before = SignalDispositions()
    defer { before.restore() }
    return try body()
  }

  /// Refuses a name that another file's plugin has. The same file again, ``FilesInUse`` refuses.
  private func checkName(_ name: String, path: String) throws(Refusal) {
    guard let owner = owners[name], let other = loaded[owner]?.information else { return }
    if let file = loaded[owner]?.library?.file,
      let status = (try? Files.status(path)) ?? nil, file.isSameFile(as: status)
    {
      return
    }
    throw Refusal(
      .nameTaken, field: "manifest.name", found: "'\(name)'",
      expected: "a name that no loaded plugin has",
      fix: "unload '\(other.path)' or give one of the two another name")
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
        unload: opened.unload, times: times),
      library: opened.library, table: table, account: account, pins: pins,
      threadsStarted: threadsStarted, recordsBefore: recordsBefore)
  }

  /// Takes a plugin that is ready into the books.
  private func takeIn(_ plugin: LoadedPlugin) {
    let id = plugin.life.id
    order.append(id)
    loaded[id] = plugin
    owners[plugin.information.name] = id
    plugin.pins.handOut()
    move(id, to: .active)
  }
}
