internal import CPluginABI
internal import PluginRuntime

/// All implementations of an interface, pinned, and the instances that were made for whoever looked.
@safe struct InterfaceReferences {
  private let account: UnsafePointer<plr_host>
  private var references: [plr_reference] = unsafe []
  private var instances: [(table: UnsafeRawPointer, instance: UnsafeRawPointer)] = unsafe []

  init(
    _ id: StaticString, _ revision: UInt32, _ account: UnsafePointer<plr_host>
  ) throws(PluginError) {
    unsafe self.account = account
    let interface = unsafe id.utf8Start.withMemoryRebound(to: CChar.self, capacity: 1) {
      unsafe plr_registry_find(account, $0, revision)
    }
    guard let interface = unsafe interface else {
      throw PluginError(
        code: PLR_ERROR_OUT_OF_MEMORY, subject: "\(id)", message: "no memory to look it up")
    }
    var count = 8
    while true {
      unsafe references = unsafe Array(repeating: plr_reference(), count: count)
      let capacity = count
      let status = unsafe plr_registry_acquire_all(
        account, interface, &references, capacity, &count)
      if status == PLR_OK { break }
      guard status == PLR_ERROR_INVALID_ARGUMENT, count > capacity else {
        throw PluginError(
          code: status, subject: "\(id)", message: "its implementations cannot be pinned")
      }
    }
    unsafe references.removeLast(references.count - count)
  }

  var tables: [UnsafeRawPointer] { unsafe references.compactMap { unsafe $0.table } }

  /// The table to call: `table` itself, or an instance for this caller alone where there are such.
  mutating func ownInstance(of table: UnsafeRawPointer) throws(PluginError) -> UnsafeRawPointer {
    guard let traits = unsafe traits(of: table), let make = unsafe traits.make else {
      return unsafe table
    }
    var failure = PluginError.room()
    var instance: UnsafeRawPointer?
    let status = unsafe make(table, &instance, &failure)
    guard status == PLR_OK, let instance = unsafe instance else {
      throw PluginError(code: status == PLR_OK ? PLR_ERROR_PLUGIN : status, failure)
    }
    unsafe instances.append((table, instance))
    return unsafe instance
  }

  private func traits(of table: UnsafeRawPointer) -> plr_table_traits? {
    guard let traits = unsafe table.assumingMemoryBound(to: plr_table_head.self).pointee.traits,
      unsafe traits.pointee.size >= UInt32(PLR_TABLE_TRAITS_SIZE_1_0)
    else { return nil }
    return unsafe traits.pointee
  }

  /// Has the instances unmade by their own plugins, and unpins.
  mutating func release() {
    for index in unsafe instances.indices {
      let (table, instance) = unsafe instances[index]
      unsafe traits(of: table)?.unmake?(table, instance)
    }
    for index in unsafe references.indices {
      _ = unsafe plr_registry_release(account, &references[index])
    }
  }
}
