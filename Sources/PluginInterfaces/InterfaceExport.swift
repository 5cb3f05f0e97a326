public import CPluginABI

/// An implementation of a Swift protocol as a C table, which stays where it is for as long as this lives.
/// `@PluginInterface` writes one for each protocol.
public protocol InterfaceExport: AnyObject {
  /// The id of the interface.
  static var interfaceID: StaticString { get }
  /// The revision of the interface.
  static var interfaceRevision: UInt32 { get }
  /// Of all functions and values, as the header says it.
  static var interfaceLayout: UInt64 { get }
  /// Of the protocol as Swift callers know it.
  static var protocolNumber: UInt64 { get }
  /// The C table, for as long as the export lives.
  var table: UnsafeRawPointer { get }
  /// What the table says of itself, for as long as the export lives.
  var traits: UnsafeMutablePointer<plr_table_traits> { get }
}

extension InterfaceExport {
  var id: StaticString { Self.interfaceID }
  var revision: UInt32 { Self.interfaceRevision }
}

/// What the `context` of an export's table points to: so a call from C finds the implementation without counting
/// references.
@safe public struct ExportRecord<Interface> {
  /// The first member, so that Swift callers find it.
  public let implementation: Interface
  /// Whoever implements: results are charged to it.
  public let account: UnsafePointer<plr_host>
}

/// The memory of an export: its table, what the table says of itself, and the implementation.
@safe public struct ExportStorage<Table, Interface> {
  /// The C table.
  public let table: UnsafeMutablePointer<Table>
  /// What the table says of itself.
  public let traits: UnsafeMutablePointer<plr_table_traits>
  /// What the table's `context` points to.
  public let record: UnsafeMutablePointer<ExportRecord<Interface>>

  /// Memory that is there until ``free()``. The functions of `table` are still to be filled in.
  public init(
    _ table: Table, _ implementation: Interface, account: UnsafePointer<plr_host>,
    protocol number: UInt64
  ) {
    unsafe self.table = .allocate(capacity: 1)
    unsafe self.table.initialize(to: table)
    unsafe record = .allocate(capacity: 1)
    unsafe record.initialize(
      to: ExportRecord(implementation: implementation, account: account))
    unsafe traits = .allocate(capacity: 1)
    unsafe traits.initialize(to: plr_table_traits())
    unsafe traits.pointee.size = UInt32(MemoryLayout<plr_table_traits>.size)
    unsafe traits.pointee.protocol = number
    // The implementation is the first member.
    unsafe traits.pointee.existential = UnsafeRawPointer(record)
    unsafe traits.pointee.swift_runtime = swiftRuntimeIdentity
    unsafe traits.pointee.toolchain = plugin_toolchain()
  }

  /// Ends all of it; nobody calls the table any more.
  public func free() {
    unsafe table.deallocate()
    unsafe record.deinitialize(count: 1)
    unsafe record.deallocate()
    unsafe traits.deallocate()
  }
}

/// An address that is unique to the copy of Swift's standard library that this code uses.
var swiftRuntimeIdentity: UnsafeRawPointer {
  unsafe unsafeBitCast(Int.self as Any.Type, to: UnsafeRawPointer.self)
}
