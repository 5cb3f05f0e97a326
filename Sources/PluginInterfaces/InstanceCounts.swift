public import CPluginABI
internal import PluginRuntime

/// How many instances of one interface one plugin has made and unmade.
public struct InstanceCount: Equatable, Sendable, CustomStringConvertible {
  /// nil for all plugins together that are gone and had unmade everything.
  public let plugin: String?
  /// The id.
  public let interface: String
  /// Of the interface.
  public let revision: UInt32
  /// Since the plugin was loaded.
  public let made: UInt64
  /// Likewise.
  public let unmade: UInt64
  /// Negative where more were unmade than made.
  public var live: Int64 { Int64(bitPattern: made &- unmade) }

  public var description: String {
    "\(plugin ?? "(gone)") \(interface)/\(revision): made \(made), unmade \(unmade), live \(live)"
  }
}

/// The counters of instances, kept by the runtime (`plr_instances.h`). [any-thread]
public enum InstanceCounts {
  /// Those of the plugin behind `account`, or of all. Closures that were given away are counted as
  /// `closures`/1.
  ///
  /// - Complexity: O(interfaces that the runtime knows + counts).
  public static func all(of account: UnsafePointer<plr_host>? = nil) -> [InstanceCount] {
    var counts: [InstanceCount] = []
    unsafe withUnsafeMutablePointer(to: &counts) { counts in
      _ = unsafe plr_instances_each(
        account,
        { context, count in
          let count = unsafe count!.pointee
          unsafe context!.assumingMemoryBound(to: [InstanceCount].self).pointee.append(
            InstanceCount(
              plugin: count.plugin.map { unsafe String(cString: $0) },
              interface: String(cString: count.id), revision: count.revision, made: count.made,
              unmade: count.unmade))
        }, counts)
    }
    return counts
  }

  static func made(account: UnsafePointer<plr_host>, _ id: StaticString, _ revision: UInt32) {
    unsafe id.utf8Start.withMemoryRebound(to: CChar.self, capacity: 1) {
      _ = unsafe plr_instance_made(account, $0, revision)
    }
  }

  static func unmade(account: UnsafePointer<plr_host>, _ id: StaticString, _ revision: UInt32) {
    unsafe id.utf8Start.withMemoryRebound(to: CChar.self, capacity: 1) {
      _ = unsafe plr_instance_unmade(account, $0, revision)
    }
  }
}
