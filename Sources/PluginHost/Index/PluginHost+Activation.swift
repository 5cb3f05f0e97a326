internal import CPluginABI
internal import ELFReading
internal import Glibc
internal import Platform

/// A plugin that a host knows from an index and has not loaded.
public struct WaitingPlugin: Sendable {
  /// The plugin has it before and after it is loaded.
  public let id: PluginID
  /// The file, below the directory as it was named.
  public let path: String
  /// As its manifest said when the file was judged.
  public let name: String
  /// Likewise.
  public let version: String
}

/// A file that an index tells of.
struct IndexedPlace {
  let index: PluginIndex
  let entry: Int

  /// What the index says of a file, where that can stand for judging it.
  func verdict(on path: String, _ identity: FileIdentity) -> AdmissionVerdict? {
    index.isTrusted ? index.image.verdict(entry, on: path, identity) : nil
  }
}

/// A start without loading.
extension PluginHost {
  /// Takes the plugins of a directory in without opening one: none of them is loaded until somebody
  /// looks in the registry for an interface that it offers, or ``activate(_:)`` asks for it.
  ///
  /// It is the look-ups of the calling thread that load plugins, whoever makes them; it is the thread that
  /// drives this host. A plugin that does not say what it offers is loaded at the first look-up of
  /// anything. One that is refused then is in ``refusedOnDemand``.
  ///
  /// A directory that is given again is looked through again: what was loaded stays, and handles of what
  /// was waiting are stale.
  /// - Parameter path: where the index lies; nil for `.plugin-index` in the directory.
  /// - Returns: what the index came to: what is refused, whether it was rebuilt and could be written.
  /// - Throws: `PluginHostError.system` where the directory cannot be read, `refused` where others could write to
  ///   it.
  /// - Complexity: O(*n* log *n*) for *n* files, with one system call each and no `dlopen(3)`.
  @discardableResult
  public func discover(
    _ directory: String, index path: String? = nil, _ upkeep: PluginIndex.Upkeep = .write
  ) throws(PluginHostError) -> PluginIndex {
    var judge = PathJudge()
    // What cannot be looked at, cannot be read either.
    if !allowsWritable, let flaw = (try? judge.flaw(of: directory)) ?? nil {
      throw .refused(PluginRefused(path: directory, reasons: [Refusal(flaw)]))
    }
    let index: PluginIndex
    do {
      index = try PluginIndex(of: directory, at: path, upkeep, &judge)
    } catch {
      throw .system(error)
    }
    if let error = index.writeError {
      log(PLR_LOG_WARNING, "the index of '\(directory)' is rebuilt at each start: \(error)")
    }
    let entries = WaitingDirectory(index, firstSlot: slots.reserve(index.count))
    for plugin in hasPlugins ? plugins : [] {
      var name = Path.name(of: plugin.path)
      guard Path.join(directory, name) == plugin.path else { continue }
      let entry = name.withUTF8 { unsafe index.image.number(of: UnsafeRawBufferPointer($0)) }
      if let entry { entries.markDone(entry) }
    }
    WaitingDirectory.put(entries, into: &waiting)
    unsafe plr_registry_on_demand(
      account,
      { context, id, revision in
        guard let context = unsafe context, let id = unsafe id else { return }
        // The host ends the calls before it goes away.
        let host = unsafe Unmanaged<PluginHost>.fromOpaque(context).takeUnretainedValue()
        unsafe host.activate(
          offering: UnsafeRawBufferPointer(start: id, count: strlen(id)), revision: revision)
      }, Unmanaged.passUnretained(self).toOpaque())
    return index
  }

  /// The plugins that are known and not loaded, in byte order of their files' names.
  ///
  /// - Complexity: O(*n*).
  public var waitingPlugins: [WaitingPlugin] {
    var plugins: [WaitingPlugin] = []
    var next = waiting
    while let directory = next {
      let index = directory.index
      for entry in 0..<index.count where directory.isWaiting(entry) {
        let verdict = index.image.record(entry, in: index.directory).verdict
        plugins.append(
          WaitingPlugin(
            id: slots.reserved(directory.slot(entry)), path: verdict.path,
            name: verdict.manifest?.name ?? "", version: verdict.manifest?.version ?? ""))
      }
      next = directory.next
    }
    return plugins
  }

  /// Loads a plugin that is waiting; nothing where it is loaded already.
  ///
  /// The file is judged again: a plugin that was replaced since is loaded as it is now, or refused.
  /// - Throws: `PluginHostError.refused` with the reasons, or `staleHandle`.
  public func activate(_ id: PluginID) throws(PluginHostError) {
    if information(id) != nil { return }
    guard let (directory, entry) = place(of: id), directory.isWaiting(entry) else {
      throw .staleHandle(id)
    }
    do {
      try activate(entry, of: directory)
    } catch {
      throw .refused(error)
    }
  }

  func isWaiting(_ id: PluginID) -> Bool {
    place(of: id).map { $0.directory.isWaiting($0.entry) } ?? false
  }

  /// Where a plugin stands that was found by ``discover(_:index:_:)``.
  private func place(of id: PluginID) -> (directory: WaitingDirectory, entry: Int)? {
    guard id == slots.reserved(id.slot) else { return nil }
    var next = waiting
    while let directory = next {
      if let entry = directory.entry(id.slot) { return (directory, entry) }
      next = directory.next
    }
    return nil
  }

  /// Loads the next plugin that is waiting: a step of an activation in the background, for when the host
  /// has nothing else to do.
  ///
  /// - Returns: the plugin, or nil where none is waiting any more.
  /// - Throws: `PluginHostError.refused`; the next call goes on with the next one.
  public func activateNext() throws(PluginHostError) -> PluginID? {
    var next = waiting
    while let directory = next {
      while let entry = directory.nextWaiting() {
        do {
          return try activate(entry, of: directory)
        } catch {
          throw .refused(error)
        }
      }
      next = directory.next
    }
    return nil
  }

  /// Loads everything that offers an interface, or may.
  ///
  /// - Complexity: O(*n*) for *n* known plugins, besides loading.
  private func activate(offering id: UnsafeRawBufferPointer, revision: UInt32) {
    var next = waiting
    while let directory = next {
      for entry in 0..<directory.index.count
      where directory.isWaiting(entry)
        && (unsafe directory.index.image.mayOffer(entry, id: id, revision: revision))
      {
        do {
          try activate(entry, of: directory)
        } catch {
          refusedOnDemand.append(error)
          log(PLR_LOG_ERROR, error.description)
        }
      }
      next = directory.next
    }
  }

  @discardableResult
  private func activate(
    _ entry: Int, of directory: WaitingDirectory
  ) throws(PluginRefused) -> PluginID {
    // First, so that a plugin that looks for what it offers itself does not come back to here.
    directory.markDone(entry)
    let index = directory.index
    return try load(
      Path.join(index.directory, index.image.fileName(entry)),
      as: slots.reserved(directory.slot(entry)), IndexedPlace(index: index, entry: entry))
  }
}
