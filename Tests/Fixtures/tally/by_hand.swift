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

  private let implementation: any Ticket
  private let storage: ExportStorage<test_ticket, any Ticket>
  var table: UnsafeRawPointer { unsafe UnsafeRawPointer(storage.table) }
  var traits: UnsafeMutablePointer<plr_table_traits> { unsafe storage.traits }

  init(_ implementation: any Ticket) {
    self.implementation = implementation
    unsafe storage = ExportStorage(
      test_ticket(), implementation, protocol: Self.protocolNumber)
    unsafe storage.table.pointee = test_ticket(
      size: UInt32(MemoryLayout<test_ticket>.size), revision: 1, layout: TEST_TICKET_LAYOUT,
      traits: UnsafePointer(storage.traits), context: Unmanaged.passUnretained(self).toOpaque(),
      number: { context in unsafe TicketExport.with(context) { Int64($0.number()) } },
      tally: { context in unsafe TicketExport.with(context) { Int64($0.tally()) } })
  }

  deinit { unsafe storage.free() }

  /// Whoever calls a table keeps its export alive: no reference is counted.
  private static func with<Result>(
    _ context: UnsafeMutableRawPointer?, _ body: (any Ticket) -> Result
  ) -> Result {
    unsafe Unmanaged<TicketExport>.fromOpaque(context!)._withUnsafeGuaranteedRef {
      body($0.implementation)
    }
  }
}

@c(plugin_entry)
public func pluginEntry(
  _ host: UnsafePointer<plr_host>?, _ error: UnsafeMutablePointer<plr_error>?
) -> UnsafePointer<plr_plugin>? {
  unsafe PluginModule.entry(host, error) { registrar in
    unsafe registrar.add(
      make: { Tally() }, exports: [{ made, _ in TicketExport(made) }]
    )
  }
}
