import CPluginABI
import Glibc
import Synchronization

/// Everything the runtime knows of one user of its services: a plugin, or the host itself.
///
/// An account is never freed, so that a table kept too long leads to an error and not to a crash;
/// it costs a few hundred bytes for each time a plugin is loaded.
final class Account: Sendable {
  let name: String
  let isAttachment: Bool
  let isOpen = Atomic<Bool>(true)
  /// A threshold, or `PLR_LOG_INHERIT`.
  let logLevel = Atomic<UInt32>(PLR_LOG_INHERIT)
  let heap = Mutex(AccountHeap())

  private init(name: String, isAttachment: Bool) {
    self.name = name
    self.isAttachment = isAttachment
  }

  /// Opens an account and its host table; nil where there is no memory.
  static func open(name: String, isAttachment: Bool = false) -> UnsafePointer<plr_host>? {
    guard let nameCopy = unsafe strdup(name) else { return nil }
    let account = Account(name: name, isAttachment: isAttachment)
    let table = UnsafeMutablePointer<plr_host>.allocate(capacity: 1)
    // The table owns one reference for ever: that is what keeps a late caller safe.
    unsafe table.initialize(
      to: plr_host(
        size: UInt32(MemoryLayout<plr_host>.size),
        abi_major: UInt16(PLR_ABI_MAJOR),
        abi_minor: UInt16(PLR_ABI_MINOR),
        runtime: Runtime.identity,
        context: Unmanaged.passRetained(account).toOpaque(),
        name: nameCopy,
        query_interface: { host, id, revision in
          unsafe Services.table(for: host, id: id, revision: revision)
        }))
    accounts.withLock { $0.append(account) }
    let kept = unsafe Table(address: table)
    tables.withLock { $0.append(kept) }
    return unsafe UnsafePointer(table)
  }

  /// The open account behind `host`, or the status that says why there is none.
  static func resolve(_ host: UnsafePointer<plr_host>?) -> Resolution {
    guard let host = unsafe host, unsafe host.pointee.size >= UInt32(PLR_HOST_SIZE_1_0) else {
      return .failure(PLR_ERROR_INVALID_ARGUMENT)
    }
    // Nothing else of a foreign table means anything here.
    guard unsafe host.pointee.runtime == Runtime.identity else {
      return .failure(PLR_ERROR_FOREIGN_RUNTIME)
    }
    guard let context = unsafe host.pointee.context else {
      return .failure(PLR_ERROR_INVALID_ARGUMENT)
    }
    let account = unsafe Unmanaged<Account>.fromOpaque(context).takeUnretainedValue()
    return account.isOpen.load(ordering: .acquiring)
      ? .account(account) : .failure(PLR_ERROR_RETIRED)
  }

  enum Resolution {
    case account(Account)
    case failure(Int32)
  }

  @safe private struct Table: @unchecked Sendable {
    let address: UnsafeMutablePointer<plr_host>
  }

  /// Every table ever made, so that a leak checker finds what is kept on purpose.
  private static let tables = Mutex<[Table]>([])

  /// All open accounts, the host's own among them.
  static let accounts = Mutex<[Account]>([])

  /// Frees what is left, once the registry has taken the account out of service.
  ///
  /// - Complexity: O(live blocks + accounts).
  func releaseBlocks() -> (blocks: UInt64, bytes: UInt64) {
    let left = heap.withLock { $0.releaseAll() }
    Account.accounts.withLock { $0.removeAll { $0 === self } }
    return left
  }
}

@c @implementation
public func plr_account_open(
  _ name: UnsafePointer<CChar>!, _ host: UnsafeMutablePointer<UnsafePointer<plr_host>?>!,
  _ error: UnsafeMutablePointer<plr_error>!
) -> plr_status {
  guard let name = unsafe name, let host = unsafe host, unsafe name.pointee != 0 else {
    return unsafe plugin_fail(
      error, PLR_ERROR_INVALID_ARGUMENT, "account", "an account needs a name and a place for it")
  }
  guard let table = unsafe Account.open(name: String(cString: name)) else {
    return unsafe plugin_fail(error, PLR_ERROR_OUT_OF_MEMORY, name, "no memory for an account")
  }
  unsafe host.pointee = table
  return PLR_OK
}

@c @implementation
public func plr_account_close(
  _ host: UnsafePointer<plr_host>!, _ leaks: UnsafeMutablePointer<plr_leak_report>!,
  _ error: UnsafeMutablePointer<plr_error>!
) -> plr_status {
  switch unsafe Account.resolve(host) {
  case .failure(let status):
    return unsafe plugin_fail(error, status, "account", "this table has no open account here")
  case .account(let account):
    let references: Int
    switch Registry.shared.close(account, evenIfHeld: false) {
    case .closed(let count): references = count
    case .alreadyClosed:
      return unsafe plugin_fail(
        error, PLR_ERROR_RETIRED, "account", "this table has no open account here")
    case .held(let hold):
      return unsafe plugin_fail(
        error, PLR_ERROR_BUSY, account.name, "\(hold); withdraw the plugin first")
    }
    unsafe Demands.set(nil, context: nil, for: account)
    let left = account.releaseBlocks()
    let size = UInt32(MemoryLayout<plr_leak_report>.size)
    if let leaks = unsafe leaks, unsafe leaks.pointee.size >= size {
      unsafe leaks.pointee = plr_leak_report(
        size: size, references: UInt32(clamping: references), blocks: left.blocks,
        bytes: left.bytes)
    }
    return PLR_OK
  }
}

@c @implementation
public func plr_attach(
  _ host: UnsafePointer<plr_host>!, _ error: UnsafeMutablePointer<plr_error>!
) -> UnsafePointer<plr_host>! {
  guard let host = unsafe host else {
    unsafe plugin_fail(error, PLR_ERROR_INVALID_ARGUMENT, "host", "there is no table to attach to")
    return nil
  }
  guard unsafe host.pointee.size >= UInt32(PLR_HOST_SIZE_1_0),
    unsafe host.pointee.abi_major == UInt16(PLR_ABI_MAJOR)
  else {
    unsafe plugin_fail(
      error, PLR_ERROR_ABI_MISMATCH, "host.abi_major",
      "the host's table is not of ABI version \(PLR_ABI_MAJOR); build plugin and host against one")
    return nil
  }
  if unsafe host.pointee.runtime == Runtime.identity { return unsafe host }
  let name = unsafe host.pointee.name.map { unsafe String(cString: $0) } ?? "plugin"
  let attached = unsafe Account.open(name: name, isAttachment: true)
  if unsafe attached == nil {
    unsafe plugin_fail(error, PLR_ERROR_OUT_OF_MEMORY, name, "no memory for an account")
  }
  return unsafe attached
}

@c @implementation
public func plr_detach(_ host: UnsafePointer<plr_host>!) {
  guard case .account(let account) = unsafe Account.resolve(host), account.isAttachment else {
    return
  }
  guard case .closed = Registry.shared.close(account, evenIfHeld: true) else { return }
  let left = account.releaseBlocks()
  // The host knows nothing of this runtime, so it is this runtime that tells about leaks.
  if left.blocks > 0, Log.shared.isEnabled(PLR_LOG_WARNING, for: account) {
    Log.shared.write(
      plugin: account.name, level: PLR_LOG_WARNING, category: "runtime",
      message: "\(left.blocks) blocks of \(left.bytes) bytes were not freed")
  }
}
