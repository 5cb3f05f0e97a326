internal import CPluginABI
internal import CPluginPins

/// What one version of a plugin is pinned through, and whom that lets in.
///
/// Cell and instance are never freed, so that a handle that was kept too long reads memory that says so.
@safe struct PluginPins {
  let cell: UnsafeMutablePointer<pin_cell>
  let instance: UnsafeMutablePointer<pin_instance>
  /// The cell is another version's now.
  var isReplaced = false

  /// - Parameter cell: that of the version to be replaced; nil for a new one.
  /// - Returns: nil where there is no memory. Nobody is let in yet.
  init?(
    table: UnsafePointer<plr_plugin>, account: UnsafePointer<plr_host>,
    cell old: UnsafeMutablePointer<pin_cell>? = nil
  ) {
    guard let instance = unsafe pin_instance_open(table, account) else { return nil }
    unsafe self.instance = instance
    if let old = unsafe old {
      unsafe cell = unsafe old
    } else if let new = unsafe pin_cell_open() {
      unsafe cell = unsafe new
    } else {
      unsafe pin_instance_give_back(instance)
      return nil
    }
  }

  var handle: PluginHandle { unsafe PluginHandle(cell) }

  /// Lets threads in; those who were kept waiting too.
  func handOut() { unsafe pin_cell_hand_out(cell, instance) }

  /// Keeps those who come waiting.
  func freeze() { unsafe pin_cell_freeze(cell) }

  /// Turns everybody away for ever, unless they get another version.
  func close() { if !isReplaced { unsafe pin_cell_close(cell) } }

  /// True once no thread is inside; false where one still is in the end, or the calling one is.
  func drain(nanoseconds: UInt64) -> Bool { unsafe pin_drain(instance, nanoseconds) != 0 }

  /// The threads that are inside, and how often.
  var holders: [PluginHolder] {
    var room = [pin_holder](repeating: pin_holder(), count: 64)
    let count = unsafe pin_holders(instance, &room, room.count)
    return room.prefix(count).map {
      PluginHolder(.pin(thread: $0.thread), count: Int($0.count))
    }
  }

  /// How often threads went in, and how long they were inside while that was measured.
  var usage: (entries: UInt64, nanoseconds: UInt64) {
    var nanoseconds: UInt64 = 0
    let entries = unsafe pin_entries(instance, &nanoseconds)
    return (entries, nanoseconds)
  }

  /// Has the time be measured, or no more, of this version and of those that replace it.
  func measure(_ isMeasured: Bool) { unsafe pin_cell_measure(cell, isMeasured ? 1 : 0) }

  /// Gives up what nobody is inside of any more.
  ///
  /// - Parameter keepsCell: it is another version's.
  func giveBack(keepsCell: Bool) {
    unsafe pin_instance_give_back(instance)
    if !keepsCell { unsafe pin_cell_give_back(cell) }
  }
}

/// Somebody who keeps a plugin from going.
public struct PluginHolder: Hashable, Sendable, CustomStringConvertible {
  /// What is held.
  public enum Hold: Hashable, Sendable {
    /// The thread of this kernel number is inside ``PluginHandle/withPinned(_:)``.
    case pin(thread: UInt64)
    /// The account of that name holds references to what the plugin has registered.
    case reference(account: String, interface: String, revision: UInt32)
    /// The plugin of that name requires an interface that nobody else offers.
    case requirement(plugin: String, interface: String, revision: UInt32)
  }

  /// What is held.
  public var hold: Hold
  /// How often.
  public var count: Int

  init(_ hold: Hold, count: Int) {
    self.hold = hold
    self.count = count
  }

  public var description: String {
    switch hold {
    case .pin(let thread): "thread \(thread) is inside" + times
    case .reference(let account, let interface, let revision):
      "\(account) holds \(interface)/\(revision)" + times
    case .requirement(let plugin, let interface, let revision):
      "\(plugin) requires \(interface)/\(revision)"
    }
  }

  private var times: String { count == 1 ? "" : " \(count) times" }
}
