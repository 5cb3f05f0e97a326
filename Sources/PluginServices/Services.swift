public import CPluginABI

/// The three services of a host, as a plugin uses them from Swift: what it logs, allocates and looks up is
/// charged to it.
///
/// Needs nothing but the host's table, so that it is the same in Swift and in Embedded Swift. Valid
/// between the plugin's `init` and the end of its `deinit`.
@safe public struct Services: @unchecked Sendable {
  @usableFromInline let host: UnsafePointer<plr_host>
  @usableFromInline let allocator: UnsafePointer<plr_allocator>
  @usableFromInline let log: UnsafePointer<plr_log>
  @usableFromInline let registry: UnsafePointer<plr_registry>

  /// The services behind `host`; nil where it does not have all of them in version 1.1.
  public init?(_ host: UnsafePointer<plr_host>?) {
    guard let host = unsafe host,
      let allocator = unsafe Self.table(host, "plr.allocator", as: plr_allocator.self),
      let log = unsafe Self.table(host, "plr.log", as: plr_log.self),
      let registry = unsafe Self.table(host, "plr.registry", as: plr_registry.self),
      unsafe allocator.pointee.size >= UInt32(PLR_ALLOCATOR_SIZE_1_1),
      unsafe log.pointee.size >= UInt32(PLR_LOG_SIZE_1_1),
      unsafe registry.pointee.size >= UInt32(PLR_REGISTRY_SIZE_1_1)
    else { return nil }
    unsafe self.host = host
    unsafe self.allocator = allocator
    unsafe self.log = log
    unsafe self.registry = registry
  }

  private static func table<Table>(
    _ host: UnsafePointer<plr_host>, _ id: StaticString, as type: Table.Type
  ) -> UnsafePointer<Table>? {
    unsafe id.utf8Start.withMemoryRebound(to: CChar.self, capacity: 1) { id in
      unsafe host.pointee.query_interface(host, id, 1)
    }.map { unsafe $0.assumingMemoryBound(to: Table.self) }
  }
}
