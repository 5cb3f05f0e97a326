import CTickets
import PluginKit

// The test puts the manifest in here, as plugin-host prints it.

private final class Tally {
  private var calls = 0
  func number() -> Int { 7 }
  func tally() -> Int {
    calls += 1
    return calls
  }
}

/// What stands behind the context of the table.
private func tally(_ context: UnsafeMutableRawPointer?) -> Tally {
  unsafe Unmanaged<Tally>.fromOpaque(context!).takeUnretainedValue()
}

nonisolated(unsafe) private var context: PluginContext?

nonisolated(unsafe) private var table = unsafe test_ticket(
  size: UInt32(MemoryLayout<test_ticket>.size), revision: 1, layout: TEST_TICKET_LAYOUT,
  traits: nil, context: nil,
  number: { context in unsafe Int64(tally(context).number()) },
  tally: { context in unsafe Int64(tally(context).tally()) })

nonisolated(unsafe) private var plugin = unsafe plr_plugin(
  init: { host, failure in
    do throws(PluginError) {
      let attached = unsafe try PluginContext(attachingTo: host)
      unsafe table.context = Unmanaged.passRetained(Tally()).toOpaque()
      unsafe try attached.register("test.ticket", revision: 1, table: &table)
      unsafe context = consume attached
      return PLR_OK
    } catch {
      return unsafe error.write(to: failure)
    }
  },
  deinit: { _ in
    unsafe context?.unregister("test.ticket", revision: 1, table: &table)
    unsafe context = nil
    unsafe Unmanaged<Tally>.fromOpaque(table.context).release()
  },
  queryInterface: { _, id, revision in
    unsafe matches(id, "test.ticket") && revision == 1 ? UnsafeRawPointer(pointer(to: &table)) : nil
  })

@c(plugin_entry)
public func pluginEntry(
  _ host: UnsafePointer<plr_host>?, _ error: UnsafeMutablePointer<plr_error>?
) -> UnsafePointer<plr_plugin>? {
  unsafe pointer(to: &plugin)
}
