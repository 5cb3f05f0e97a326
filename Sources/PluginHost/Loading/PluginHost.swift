public import CPluginABI
internal import ELFReading
internal import Glibc
internal import Platform

/// Loads plugins, hands out what they offer and takes them down again.
///
/// One thread drives a host; it is not `Sendable`. A plugin that is refused, fails or cannot be read
/// never affects the others.
@safe public final class PluginHost {
  /// How long ``unload(_:)`` waits for others to release the plugin's interfaces.
  public var drainTimeoutNanoseconds: UInt64 = 5_000_000_000

  /// Who is asked about the bytes of each file; nil where the files are taken as they are.
  ///
  /// What was judged is then what is loaded, whatever happens to the path: see ``FileHold``.
  public var trust: (any FileTrust)?

  /// The host's own account: what it allocates, logs and registers itself.
  public let account: UnsafePointer<plr_host>

  private var loaded: [PluginID: LoadedPlugin] = [:]
  private var order: [PluginID] = []
  /// Which plugin has which name.
  private var owners: [String: PluginID] = [:]
  private var nextNumber = 1
  /// What is known and not loaded; see `Index/PluginHost+Activation.swift`.
  var waiting: [WaitingDirectory] = []
  /// The plugins that were refused when something that they offer was looked for.
  public internal(set) var refusedOnDemand: [PluginRefused] = []

  /// Makes a host whose own log lines and memory are accounted for under `name`.
  ///
  /// - Throws: `PluginHostError.runtime` where there is no memory.
  public init(name: String = "host") throws(PluginHostError) {
    unsafe account = try Self.openAccount(name: name)
  }

  deinit {
    // What plugins look for on their way out loads nothing any more.
    unsafe plr_registry_on_demand(account, nil, nil)
    for id in order.reversed() {
      do {
        try unload(id)
      } catch {
        // Nobody is left to try again: the plugin stays as it is, and mapped.
        log(PLR_LOG_ERROR, error.description)
      }
    }
    unsafe plr_registry_withdraw(account, 0, nil)
    unsafe plr_account_close(account, nil, nil)
  }

  /// The plugins that are loaded, in the order they came.
  public var plugins: [PluginInformation] { order.compactMap { loaded[$0]?.information } }

  var hasPlugins: Bool { !order.isEmpty }

  /// What is known of a loaded plugin; nil for a stale handle.
  public func information(_ id: PluginID) -> PluginInformation? { loaded[id]?.information }

  // MARK: Loading

  /// Admits, opens and initialises the plugin at `path`.
  ///
  /// - Throws: `PluginRefused` with the reasons; nothing of the plugin is left behind.
  @discardableResult
  public func load(_ path: String) throws(PluginRefused) -> PluginID {
    try load(path, as: nil)
  }

  /// - Parameter id: which plugin it was known as; nil for a new one.
  func load(_ path: String, as id: PluginID?) throws(PluginRefused) -> PluginID {
    let start = monotonicNanoseconds()
    if let trust { return try load(path, as: id, asking: trust, start) }
    let verdict = Admission.check(path)
    return try load(path, as: id, verdict, start) {
      file, isUnloadable, nanoseconds throws(Refusal) in
      try SharedLibrary(opening: path, file, isUnloadable: isUnloadable, nanoseconds: &nanoseconds)
    }
  }

  /// Loads the bytes that `trust` has judged.
  private func load(
    _ path: String, as id: PluginID?, asking trust: any FileTrust, _ start: UInt64
  ) throws(PluginRefused) -> PluginID {
    let held = try HeldFile(plugin: path, trust.hold)
    let verdict = Admission.check(held, trust)
    for warning in verdict.trust?.warnings ?? [] {
      log(PLR_LOG_WARNING, "'\(path)': \(warning)")
    }
    return try load(path, as: id, verdict, start) {
      _, isUnloadable, nanoseconds throws(Refusal) in
      try SharedLibrary(opening: held, isUnloadable: isUnloadable, nanoseconds: &nanoseconds)
    }
  }

  /// Loads a plugin that was judged.
  private func load(
    _ path: String, as id: PluginID?, _ verdict: AdmissionVerdict, _ start: UInt64,
    open: (FileStatus, Bool, inout UInt64) throws(Refusal) -> SharedLibrary
  ) throws(PluginRefused) -> PluginID {
    guard verdict.isAdmitted, let manifest = verdict.manifest, let unload = verdict.unload,
      let file = verdict.file
    else {
      throw PluginRefused(path: path, reasons: verdict.reasons)
    }
    var times = LoadTimes()
    times.admission = monotonicNanoseconds() - start
    do throws(Refusal) {
      try checkName(manifest.name, path: path)
      let library = try open(file, unload.isUnloadable, &times.open)
      let entry: plr_entry
      do throws(Refusal) {
        unsafe entry = try library.entry()
      } catch {
        _ = library.close()
        throw error
      }
      return unsafe try activate(
        entry, as: id, path: path, name: manifest.name, version: manifest.version,
        unload: unload, library: library, start: start, times: times)
    } catch {
      throw PluginRefused(path: path, reasons: [error])
    }
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
    do throws(Refusal) {
      try checkName(name, path: path)
      return unsafe try activate(
        entry, path: path, name: name, version: "",
        unload: UnloadVerdict(because: ["it is part of the host's executable"]), library: nil,
        start: monotonicNanoseconds(), times: LoadTimes())
    } catch {
      throw PluginRefused(path: path, reasons: [error])
    }
  }

  // MARK: Using

  /// The plugin's own table `id`/`revision`, valid until the plugin is unloaded; nil where it has
  /// none.
  public func interface(
    of plugin: PluginID, _ id: String, revision: UInt32
  ) throws(PluginHostError) -> UnsafeRawPointer? {
    guard let loaded = loaded[plugin] else { throw .staleHandle(plugin) }
    return unsafe loaded.table.pointee.query_interface(loaded.account, id, revision)
  }

  /// What the plugin has allocated from the runtime, in bytes and blocks.
  public func allocations(
    of plugin: PluginID
  ) throws(PluginHostError) -> (blocks: UInt64, bytes: UInt64) {
    guard let loaded = loaded[plugin] else { throw .staleHandle(plugin) }
    var statistics = plr_allocation_statistics()
    statistics.size = UInt32(MemoryLayout<plr_allocation_statistics>.size)
    guard unsafe plr_allocator_statistics(loaded.account, &statistics) == PLR_OK else {
      throw .runtime(subject: loaded.information.name, reason: "its account is closed")
    }
    return (statistics.live_blocks, statistics.live_bytes)
  }

  /// Sets from which level on the plugin's log lines are written.
  public func setLogLevel(
    of plugin: PluginID, _ level: plr_log_level
  ) throws(PluginHostError) {
    guard let loaded = loaded[plugin] else { throw .staleHandle(plugin) }
    guard unsafe plr_log_set_level(loaded.account, level) == PLR_OK else {
      throw .runtime(subject: loaded.information.name, reason: "there is no log level \(level)")
    }
  }

  // MARK: Unloading

  /// What an unload found and did.
  public struct UnloadReport: Equatable, Sendable {
    /// What the plugin had not given back; the runtime has freed it.
    public var leakedBlocks: UInt64
    public var leakedBytes: UInt64
    /// The file's code and data are gone from the process.
    public var isUnmapped: Bool
  }

  /// Stops handing the plugin out, waits until nobody holds what it offers, calls its `deinit`,
  /// takes back its memory and unmaps it if it is unloadable.
  ///
  /// - Throws: `PluginHostError.busy` where somebody still holds an interface after
  ///   ``drainTimeoutNanoseconds``: the plugin then is out of the registry but otherwise untouched.
  @discardableResult
  public func unload(_ id: PluginID) throws(PluginHostError) -> UnloadReport {
    guard let plugin = loaded[id] else { throw .staleHandle(id) }
    let name = plugin.information.name
    var error = plr_error()
    error.size = UInt32(MemoryLayout<plr_error>.size)
    guard unsafe plr_registry_withdraw(plugin.account, drainTimeoutNanoseconds, &error) == PLR_OK
    else { throw .busy(plugin: name, reason: error.text) }
    // From here on the handle is stale, for whatever the plugin calls on its way out as well.
    loaded[id] = nil
    order.removeAll { $0 == id }
    owners[name] = nil
    unsafe plugin.table.pointee.deinit(plugin.account)

    let leaks = unsafe retire(plugin.account, name: name)
    if let leaks, leaks.blocks > 0 {
      log(
        PLR_LOG_WARNING, "'\(name)' left \(leaks.blocks) blocks of \(leaks.bytes) bytes; freed")
    }
    let isUnmapped = plugin.library?.close(isReferred: leaks == nil) ?? false
    return UnloadReport(
      leakedBlocks: leaks?.blocks ?? 0, leakedBytes: leaks?.bytes ?? 0, isUnmapped: isUnmapped)
  }

  /// Writes a line of the host itself to the log.
  public func log(_ level: plr_log_level, _ message: String) {
    var message = message
    message.withUTF8 { bytes in
      unsafe bytes.withMemoryRebound(to: CChar.self) { bytes in
        unsafe plr_log_write(account, level, "host", bytes.baseAddress, bytes.count)
      }
    }
  }

  // MARK: Steps

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

  /// Calls entry and `init` and takes the plugin in. Where that fails, `library` is closed.
  private func activate(
    _ entry: plr_entry, as known: PluginID? = nil, path: String, name: String, version: String,
    unload: UnloadVerdict, library: SharedLibrary?, start: UInt64, times: LoadTimes
  ) throws(Refusal) -> PluginID {
    let account: UnsafePointer<plr_host>
    do {
      unsafe account = unsafe try Self.openAccount(name: name)
    } catch {
      _ = library?.close()
      throw Refusal(
        .loadFailed, field: "account", found: error.description, expected: "an account",
        fix: "free memory")
    }
    let pluginStart = monotonicNanoseconds()
    let table: UnsafePointer<plr_plugin>
    do throws(Refusal) {
      unsafe table = unsafe try PluginCalls.start(entry, account: account)
    } catch {
      let leaks = unsafe retire(account, name: name)
      _ = library?.close(isReferred: leaks == nil)
      throw error
    }
    var times = times
    let end = monotonicNanoseconds()
    times.plugin = end - pluginStart
    times.total = end - start
    let id = known ?? PluginID(number: reserveNumbers(1))
    order.append(id)
    loaded[id] = unsafe LoadedPlugin(
      information: PluginInformation(
        id: id, path: path, name: name, version: version, unload: unload, times: times),
      library: library, table: table, account: account)
    owners[name] = id
    return id
  }

  /// The first of `count` numbers that no plugin had.
  func reserveNumbers(_ count: Int) -> Int {
    defer { nextNumber += count }
    return nextNumber
  }

  private static func openAccount(
    name: String
  ) throws(PluginHostError) -> UnsafePointer<plr_host> {
    var account: UnsafePointer<plr_host>?
    var error = plr_error()
    error.size = UInt32(MemoryLayout<plr_error>.size)
    guard unsafe plr_account_open(name, &account, &error) == PLR_OK, let account = unsafe account
    else { throw .runtime(subject: name, reason: error.text) }
    return unsafe account
  }

  /// Takes what a plugin registered on its way out back, and then its memory.
  ///
  /// - Returns: what it had left; nil where others still hold what it registered, so that neither its
  ///   account can be closed nor its file be unmapped.
  private func retire(
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
