import CPluginABI
import Glibc

@c @implementation
public func plr_account_open(
  _ name: UnsafePointer<CChar>!, _ host: UnsafeMutablePointer<UnsafePointer<plr_host>?>!,
  _ error: UnsafeMutablePointer<plr_error>!
) -> plr_status {
  guard let name = unsafe name, let host = unsafe host, unsafe name.pointee != 0 else {
    return unsafe plugin_fail(
      error, PLR_ERROR_INVALID_ARGUMENT, "account", "an account needs a name and a place for it")
  }
  guard let table = unsafe Account.open(name: name) else {
    return unsafe plugin_fail(error, PLR_ERROR_OUT_OF_MEMORY, name, "no memory for an account")
  }
  unsafe host.pointee = unsafe table
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
    let left = account.finish()
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
public func plr_account_give_back(_ host: UnsafePointer<plr_host>!) -> plr_status {
  guard let account = unsafe Account.known(host), account.giveBack() else {
    return PLR_ERROR_INVALID_ARGUMENT
  }
  return PLR_OK
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
  let attached =
    if let name = unsafe host.pointee.name {
      unsafe Account.open(name: name, isAttachment: true)
    } else {
      unsafe Account.open(name: "plugin", isAttachment: true)
    }
  if unsafe attached == nil {
    unsafe plugin_fail(error, PLR_ERROR_OUT_OF_MEMORY, "account", "no memory for an account")
  }
  return unsafe attached
}

@c @implementation
public func plr_detach(_ host: UnsafePointer<plr_host>!) {
  guard case .account(let account) = unsafe Account.resolve(host),
    unsafe account.state.pointee.isAttachment
  else { return }
  guard case .closed = Registry.shared.close(account, evenIfHeld: true) else { return }
  let left = account.finish()
  // The host knows nothing of this runtime, so it is this runtime that tells about leaks.
  if left.blocks > 0 {
    Log.writeOwn(PLR_LOG_WARNING, about: account) { text in
      text.append(left.blocks)
      text.append(" blocks of ")
      text.append(left.bytes)
      text.append(" bytes were not freed")
    }
  }
}
