internal import CLoader
internal import CPluginABI

/// Blocks of a plugin that it has not freed and that have something in common.
public struct LeakGroup: Equatable, Sendable {
  /// What the blocks have in common.
  public enum Place: Equatable, Sendable {
    /// The room of each block, in bytes; 0 where they have memory of their own.
    case sizeClass(UInt64)
    /// Where they were allocated: the symbol before it and the bytes from there, or the file and the
    /// bytes from its beginning in memory.
    case code(String)
  }

  /// What the blocks have in common.
  public var place: Place
  /// How many they are.
  public var blocks: UInt64
  /// How much they hold, as it was asked for.
  public var bytes: UInt64

  /// What the plugin of `account` has not freed, the largest group first; empty where there is no memory to
  /// tell. While its file is mapped.
  ///
  /// - Parameter file: what the loader calls the plugin's file, and where that lies.
  /// The corresponding C function is `plr_allocator_report`.
  static func all(
    of account: UnsafePointer<plr_host>, _ file: (name: String, path: String)?
  ) -> [LeakGroup] {
    var count = 0
    guard unsafe plr_allocator_report(account, nil, 0, &count) == PLR_OK, count > 0 else {
      return []
    }
    let capacity = count
    var groups = unsafe [plr_block_group](repeating: plr_block_group(), count: capacity)
    guard unsafe plr_allocator_report(account, &groups, capacity, &count) == PLR_OK else {
      return []
    }
    var all: [LeakGroup] = []
    for index in 0..<min(capacity, count) {
      let group = unsafe groups[index]
      let place: Place =
        if let caller = unsafe group.caller {
          unsafe .code(symbol(before: caller, file))
        } else {
          unsafe .sizeClass(group.block_size)
        }
      unsafe all.append(LeakGroup(place: place, blocks: group.blocks, bytes: group.bytes))
    }
    return all
  }

  /// The corresponding C function is `dladdr(3)`.
  private static func symbol(
    before address: UnsafeRawPointer, _ own: (name: String, path: String)?
  ) -> String {
    var found = unsafe loader_address()
    // The address after the call may be the next function's.
    guard unsafe loader_find(address - 1, &found) != 0 else {
      return "0x" + String(UInt(bitPattern: address), radix: 16)
    }
    if let name = unsafe found.symbol, let start = unsafe found.symbol_address {
      return unsafe "\(String(cString: name))+\(address - UnsafeRawPointer(start))"
    }
    guard let file = unsafe found.file, let base = unsafe found.base else {
      return "0x" + String(UInt(bitPattern: address), radix: 16)
    }
    let offset = unsafe String(address - UnsafeRawPointer(base), radix: 16)
    let name = unsafe String(cString: file)
    return "\(name == own?.name ? own?.path ?? name : name)+0x\(offset)"
  }
}
