internal import Synchronization

/// A handle of one plugin of one host; never given to another one.
///
/// A place in the host's books and how often that has been used: a handle that was kept too long, or
/// that is another host's, leads to an error.
public struct PluginID: Hashable, Sendable, CustomStringConvertible {
  /// Which host of this process.
  let host: UInt32
  let slot: UInt32
  let generation: UInt32

  public var description: String { "plugin \(slot).\(generation) of host \(host)" }
}

/// The places in the books of one host.
struct PluginSlots {
  private static let hosts = Atomic<UInt32>(0)

  let host = Self.hosts.add(1, ordering: .relaxed).newValue
  /// How many there have ever been.
  private var count: UInt32 = 0
  /// The next life of each place that is free again.
  private var free: [PluginID] = []

  /// A place for one plugin.
  mutating func take() -> PluginID {
    free.popLast() ?? PluginID(host: host, slot: reserve(1), generation: 1)
  }

  /// `count` places in a row that nobody has had.
  ///
  /// - Returns: the first one.
  mutating func reserve(_ count: Int) -> UInt32 {
    defer { self.count += UInt32(count) }
    return self.count
  }

  /// The handle of a place from ``reserve(_:)``.
  func reserved(_ slot: UInt32) -> PluginID { PluginID(host: host, slot: slot, generation: 1) }

  /// Takes a place back; `id` is stale from now on.
  mutating func giveBack(_ id: PluginID) {
    // A place whose generations are used up is left alone.
    guard id.generation < .max else { return }
    free.append(PluginID(host: id.host, slot: id.slot, generation: id.generation + 1))
  }
}
