public import CPluginABI
internal import PluginRuntime

/// A closure that somebody else has given to this side, to be kept. Its end gives it back.
@safe public final class KeptClosure: @unchecked Sendable {
  /// The first argument of the closure's functions.
  public let context: UnsafeMutableRawPointer?
  /// Whoever keeps it.
  public let account: UnsafePointer<plr_host>
  private let guardInterface: UnsafePointer<plr_interface>?
  private let guardTable: UnsafeRawPointer?
  private let release: (@convention(c) (UnsafeMutableRawPointer?) -> Void)?

  /// Takes over what a C struct of a kept closure holds. [any thread]
  public init(
    _ guardInterface: UnsafePointer<plr_interface>?, _ guardTable: UnsafeRawPointer?,
    _ context: UnsafeMutableRawPointer?,
    _ release: (@convention(c) (UnsafeMutableRawPointer?) -> Void)?,
    _ account: UnsafePointer<plr_host>
  ) {
    unsafe self.guardInterface = guardInterface
    unsafe self.guardTable = guardTable
    unsafe self.context = context
    unsafe self.release = release
    unsafe self.account = account
  }

  /// Keeps the giver from being taken down, for one call.
  @safe public struct Pin {
    fileprivate var reference: plr_reference
  }

  /// Goes in for a call; ``leave(_:)`` has to follow.
  ///
  /// - Throws: `PLR_ERROR_RETIRED` where the giver has been taken down.
  /// - Complexity: O(plugins of the giver's name), which is 1 but during a reload. [any-thread]
  public func enter() throws(PluginError) -> Pin {
    var reference = unsafe plr_reference(table: nil, token: 0)
    guard let guardInterface = unsafe guardInterface else {
      return unsafe Pin(reference: reference)
    }
    var index: UInt32 = 0
    while true {
      let status = unsafe plr_registry_acquire_found(account, guardInterface, index, &reference)
      guard status == PLR_OK else {
        throw PluginError(
          code: status == PLR_ERROR_NOT_FOUND ? PLR_ERROR_RETIRED : status, subject: "closure",
          message: "whoever gave it has been taken down: it is not called any more")
      }
      if unsafe reference.table == guardTable { return unsafe Pin(reference: reference) }
      unsafe plr_registry_release(account, &reference)
      index += 1
    }
  }

  /// Ends what ``enter()`` has begun.
  public func leave(_ pin: Pin) {
    var pin = pin
    if unsafe pin.reference.token != 0 {
      unsafe plr_registry_release(account, &pin.reference)
    }
  }

  deinit {
    // Where the giver is gone it has let go of it itself.
    guard let pin = try? enter() else { return }
    unsafe release?(context)
    leave(pin)
  }
}
