import CTickets
import PluginInterfaces

// What macros.swift is, without macros. The test puts the manifest in here, as plugin-host prints it.

protocol Ticket: AnyObject, Sendable {
  func number() -> Int
  func tally() -> Int
}

final class Tally: Ticket, @unchecked Sendable {
  private var calls = 0
  func number() -> Int { 7 }
  func tally() -> Int {
    calls += 1
    return calls
  }
}

@safe final class TicketExport: InterfaceExport {
  static var interfaceID: StaticString { "test.ticket" }
  static var interfaceRevision: UInt32 { 1 }
  static var interfaceLayout: UInt64 { TEST_TICKET_LAYOUT }
  // No number that a caller could know: it is called through its table.
  static var protocolNumber: UInt64 { 0 }

  private let storage: ExportStorage<test_ticket, any Ticket>
  var table: UnsafeRawPointer { unsafe UnsafeRawPointer(storage.table) }
  var traits: UnsafeMutablePointer<plr_table_traits> { unsafe storage.traits }

  init(_ implementation: any Ticket, account: UnsafePointer<plr_host>) {
    unsafe storage = ExportStorage(
      test_ticket(), implementation, account: account, protocol: Self.protocolNumber)
    unsafe storage.table.pointee = test_ticket(
      size: UInt32(MemoryLayout<test_ticket>.size), revision: 1, layout: TEST_TICKET_LAYOUT,
      traits: UnsafePointer(storage.traits), context: UnsafeMutableRawPointer(storage.record),
      number: { context in unsafe Int64(ticket(context).number()) },
      tally: { context in unsafe Int64(ticket(context).tally()) })
  }

  deinit { unsafe storage.free() }
}

private func ticket(_ context: UnsafeMutableRawPointer?) -> any Ticket {
  unsafe context!.assumingMemoryBound(to: ExportRecord<any Ticket>.self).pointee.implementation
}

@c(plugin_entry)
public func pluginEntry(
  _ host: UnsafePointer<plr_host>?, _ error: UnsafeMutablePointer<plr_error>?
) -> UnsafePointer<plr_plugin>? {
  unsafe PluginModule.entry(host, error) { registrar in
    unsafe registrar.add(
      make: { Tally() }, exports: [{ made, account in unsafe TicketExport(made, account: account) }]
    )
  }
}
