public import CPluginABI

/// A closure that is lent for one call: what stands behind its `context` in C.
@safe public struct LentClosure<Function> {
  /// Unsafe only in that what crosses is made and read around it.
  @unsafe public let call: Function
  /// Whoever lends it.
  public let account: UnsafePointer<plr_host>

  /// Has `function` stand behind a context for as long as `body` runs.
  ///
  /// - Parameter account: whoever lends it; results that it gives away are charged to that.
  @inlinable
  public static func lend<Result>(
    _ function: Function, _ account: UnsafePointer<plr_host>,
    _ body: (UnsafeMutableRawPointer) -> Result
  ) -> Result {
    var lent = unsafe LentClosure(function, account)
    return unsafe withUnsafeMutablePointer(to: &lent) { unsafe body(UnsafeMutableRawPointer($0)) }
  }

  @inlinable
  init(_ function: Function, _ account: UnsafePointer<plr_host>) {
    unsafe call = function
    unsafe self.account = account
  }

  /// What stands behind a context.
  @inlinable
  public static func at(_ context: UnsafeMutableRawPointer?) -> LentClosure {
    unsafe context!.assumingMemoryBound(to: LentClosure.self).pointee
  }
}

/// A closure that was lent to this side.
@safe public struct LentClosureReceiver: @unchecked Sendable {
  /// The first argument of the closure's function.
  public let context: UnsafeMutableRawPointer?
  /// Whoever was lent it.
  public let account: UnsafePointer<plr_host>

  /// What was lent, for as long as the call lasts.
  @inlinable
  public init(_ context: UnsafeMutableRawPointer?, _ account: UnsafePointer<plr_host>) {
    unsafe self.context = context
    unsafe self.account = account
  }
}
