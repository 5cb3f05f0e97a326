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

/// The memory of an export: its table, and what the table says of itself.
@safe public struct ExportStorage<Table, Interface> {
  /// The C table.
  public let table: UnsafeMutablePointer<Table>
  /// What the table says of itself.
  public let traits: UnsafeMutablePointer<plr_table_traits>
  /// What Swift callers take in place of the table.
  private let implementation: UnsafeMutablePointer<Interface>

  /// Memory that is there until ``free()``. The functions of `table` are still to be filled in.
  public init(_ table: Table, _ implementation: Interface, protocol number: UInt64) {
    unsafe self.table = .allocate(capacity: 1)
    unsafe self.table.initialize(to: table)
    unsafe self.implementation = .allocate(capacity: 1)
    unsafe self.implementation.initialize(to: implementation)
    unsafe traits = .allocate(capacity: 1)
    unsafe traits.initialize(to: plr_table_traits())
    unsafe traits.pointee.size = UInt32(MemoryLayout<plr_table_traits>.size)
    unsafe traits.pointee.protocol = number
    unsafe traits.pointee.existential = UnsafeRawPointer(self.implementation)
    unsafe traits.pointee.swift_runtime = swiftRuntimeIdentity
    unsafe traits.pointee.toolchain = plugin_toolchain()
  }

  /// Ends all of it; nobody calls the table any more.
  public func free() {
    unsafe table.deallocate()
    unsafe implementation.deinitialize(count: 1)
    unsafe implementation.deallocate()
    unsafe traits.deallocate()
  }
}

/// An address that is unique to the copy of Swift's standard library that this code uses.
var swiftRuntimeIdentity: UnsafeRawPointer {
  unsafe unsafeBitCast(Int.self as Any.Type, to: UnsafeRawPointer.self)
}
