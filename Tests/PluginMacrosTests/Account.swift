import CPluginABI
import PluginRuntime
import Testing

/// An account of the runtime, closed at the end.
@safe final class Account {
  let host: UnsafePointer<plr_host>

  init(_ name: String = "crossing") throws {
    var account: UnsafePointer<plr_host>?
    try #require(unsafe plr_account_open(name, &account, nil) == PLR_OK)
    unsafe host = account!
  }

  deinit { unsafe plr_account_close(host, nil, nil) }

  var liveBlocks: UInt64 {
    var statistics = plr_allocation_statistics()
    statistics.size = UInt32(MemoryLayout<plr_allocation_statistics>.size)
    unsafe plr_allocator_statistics(host, &statistics)
    return statistics.live_blocks
  }

  func service<Table>(_ id: String, _ type: Table.Type) -> UnsafePointer<Table> {
    unsafe host.pointee.query_interface(host, id, 1)!.assumingMemoryBound(to: Table.self)
  }
}
