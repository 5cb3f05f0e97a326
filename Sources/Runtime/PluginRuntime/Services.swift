import CPluginABI
import Glibc

/// The tables that a plugin can ask its host for.
enum Services {
  nonisolated(unsafe) private static let allocator = unsafe make(
    plr_allocator(
      size: UInt32(MemoryLayout<plr_allocator>.size), revision: UInt32(PLR_ALLOCATOR_REVISION),
      allocate: plr_allocate, reallocate: plr_reallocate, deallocate: plr_deallocate,
      allocate_zeroed: plr_allocate_zeroed, usable_size: plr_usable_size))

  nonisolated(unsafe) private static let log = unsafe make(
    plr_log(
      size: UInt32(MemoryLayout<plr_log>.size), revision: UInt32(PLR_LOG_REVISION),
      is_enabled: plr_log_is_enabled, write: plr_log_write, gate_of: plr_log_gate_of,
      submit: plr_log_submit))

  nonisolated(unsafe) private static let registry = unsafe make(
    plr_registry(
      size: UInt32(MemoryLayout<plr_registry>.size), revision: UInt32(PLR_REGISTRY_REVISION),
      add: plr_registry_add, remove: plr_registry_remove, acquire: plr_registry_acquire,
      release: plr_registry_release, count: plr_registry_count, find: plr_registry_find,
      acquire_found: plr_registry_acquire_found, acquire_all: plr_registry_acquire_all,
      listen: plr_registry_listen, unlisten: plr_registry_unlisten))

  static func table(
    for host: UnsafePointer<plr_host>?, id: UnsafePointer<CChar>?, revision: UInt32
  ) -> UnsafeRawPointer? {
    guard case .account = unsafe Account.resolve(host), let id = unsafe id else { return nil }
    if unsafe strcmp(id, PLR_ALLOCATOR_ID) == 0, revision == PLR_ALLOCATOR_REVISION {
      return unsafe UnsafeRawPointer(allocator)
    }
    if unsafe strcmp(id, PLR_LOG_ID) == 0, revision == PLR_LOG_REVISION {
      return unsafe UnsafeRawPointer(log)
    }
    if unsafe strcmp(id, PLR_REGISTRY_ID) == 0, revision == PLR_REGISTRY_REVISION {
      return unsafe UnsafeRawPointer(registry)
    }
    return nil
  }

  /// A table at an address that stays.
  private static func make<Table>(_ table: Table) -> UnsafePointer<Table> {
    let pointer = UnsafeMutablePointer<Table>.allocate(capacity: 1)
    unsafe pointer.initialize(to: table)
    return unsafe UnsafePointer(pointer)
  }
}
