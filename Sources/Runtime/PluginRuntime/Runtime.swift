import CPluginABI

/// The parts of this copy of the runtime that exist once in a process.
///
/// A process that holds several copies of the runtime (plugins that each carry their own) holds
/// several of these; ``Runtime/identity`` tells them apart.
enum Runtime {
  /// A word whose address no other copy of the runtime shares.
  nonisolated(unsafe) private static let anchor: UnsafeMutablePointer<UInt8> = {
    let word = UnsafeMutablePointer<UInt8>.allocate(capacity: 1)
    unsafe word.initialize(to: 1)
    return unsafe word
  }()

  static var identity: UnsafeRawPointer { unsafe UnsafeRawPointer(anchor) }
}

@c @implementation
public func plr_runtime_identity() -> UnsafeRawPointer! {
  unsafe Runtime.identity
}

@c @implementation
public func plr_runtime_toolchain() -> UnsafePointer<CChar>! {
  unsafe plugin_toolchain()
}
