internal import CPluginABI
internal import Platform

/// What one plugin has done and has.
public struct PluginAccounting: Equatable, Sendable {
  /// How often threads went in by ``PluginHandle/withPinned(_:)``; the calls that they made inside are
  /// not counted one by one.
  public var calls: UInt64
  /// How long those were inside who have left, in nanoseconds of `CLOCK_MONOTONIC`, since ``PluginHost/measuresUse`` is
  /// set; nil where it is not. Of a thread that is inside of two plugins both are told.
  public var nanosecondsInside: UInt64?
  /// How long its entry and its `init` took, in nanoseconds.
  public var startNanoseconds: UInt64
  /// What it has of the runtime's allocator now, and the most it had; bytes as they were asked for.
  public var liveBlocks: UInt64
  /// As they were asked for.
  public var liveBytes: UInt64
  /// The most that were live at once, as they were asked for.
  public var peakBytes: UInt64
  /// Blocks it has ever allocated.
  public var allocations: UInt64
  /// Records of the log that its level let pass.
  public var logRecords: UInt64
  /// How many threads there were more when it was ready than before, where ``PluginHost/measuresUse`` was set: what the
  /// host itself starts meanwhile is among them, what the plugin starts later is not.
  public var threadsStarted: Int?
  /// Address space of its file, in bytes; nil for a builtin, and where the system does not tell.
  public var mappedBytes: Int?
  /// Of that, what this process has for itself: pages that were written to.
  public var anonymousBytes: Int?
  /// What it has made and unmade, by interface.
  public var instances: [Instances]

  /// How many instances of one interface a plugin has made and unmade; see `plr_instances.h`.
  public struct Instances: Equatable, Sendable {
    /// The id.
    public var interface: String
    /// Of the interface.
    public var revision: UInt32
    /// Since the plugin was loaded.
    public var made: UInt64
    /// Likewise.
    public var unmade: UInt64
    /// Negative where more were unmade than made.
    public var live: Int64 { Int64(bitPattern: made &- unmade) }
  }
}

extension PluginHost {
  /// What the plugin has done and has.
  ///
  /// - Throws: `PluginHostError.staleHandle`, or `runtime` where its account is closed.
  /// - Complexity: O(threads), and O(mappings of the process) for its memory.
  public func accounting(of plugin: PluginID) throws(PluginHostError) -> PluginAccounting {
    guard let loaded = loaded[plugin] else { throw .staleHandle(plugin) }
    return try accounting(of: loaded, ProcessMemory())
  }

  /// What each plugin has done and has, in the order they came; the mappings of the process are gone through
  /// once.
  public func accounting() -> [(plugin: PluginInformation, accounting: PluginAccounting)] {
    let memory = ProcessMemory()
    return order.compactMap { id in
      guard let plugin = loaded[id], let own = try? accounting(of: plugin, memory) else {
        return nil
      }
      return (plugin.information, own)
    }
  }

  private func accounting(
    of plugin: LoadedPlugin, _ memory: ProcessMemory?
  ) throws(PluginHostError) -> PluginAccounting {
    let closed = PluginHostError.runtime(
      subject: plugin.information.name, reason: "its account is closed")
    var allocations = plr_allocation_statistics()
    allocations.size = UInt32(MemoryLayout<plr_allocation_statistics>.size)
    guard unsafe plr_allocator_statistics(plugin.account, &allocations) == PLR_OK else {
      throw closed
    }
    guard let records = unsafe Self.logRecords(of: plugin.account) else { throw closed }
    let usage = plugin.pins.usage
    let own = plugin.library?.mapped.flatMap { memory?.use(of: $0) }
    return PluginAccounting(
      calls: usage.entries, nanosecondsInside: measuresUse ? usage.nanoseconds : nil,
      startNanoseconds: plugin.information.times.plugin, liveBlocks: allocations.live_blocks,
      liveBytes: allocations.live_bytes, peakBytes: allocations.peak_bytes,
      allocations: allocations.total_allocations, logRecords: records - plugin.recordsBefore,
      threadsStarted: plugin.threadsStarted, mappedBytes: own?.mapped,
      anonymousBytes: own?.anonymous, instances: unsafe Self.instances(of: plugin.account))
  }
}

extension PluginHost {
  /// What an account has made and unmade, by interface.
  static func instances(of account: UnsafePointer<plr_host>) -> [PluginAccounting.Instances] {
    var instances: [PluginAccounting.Instances] = []
    unsafe withUnsafeMutablePointer(to: &instances) { instances in
      _ = unsafe plr_instances_each(
        account,
        { context, count in
          let count = unsafe count!.pointee
          unsafe context!.assumingMemoryBound(to: [PluginAccounting.Instances].self).pointee.append(
            PluginAccounting.Instances(
              interface: String(cString: count.id), revision: count.revision, made: count.made,
              unmade: count.unmade))
        }, instances)
    }
    return instances
  }

  /// The records that an account has let pass, in all lives of its plugin; nil where it is closed.
  static func logRecords(of account: UnsafePointer<plr_host>) -> UInt64? {
    var records = plr_log_statistics()
    records.size = UInt32(MemoryLayout<plr_log_statistics>.size)
    guard unsafe plr_log_get_statistics(account, &records) == PLR_OK else { return nil }
    return records.submitted
  }
}

/// The threads of this process.
enum ProcessThreads {
  /// nil where the system does not tell.
  static func count() -> Int? { (try? Files.list("/proc/self/task"))?.count }
}
