import CPluginABI
import CRuntimeSupport
import Synchronization

/// The parts of this copy of the runtime that exist once in a process.
///
/// A process that holds several copies of the runtime (plugins that each carry their own) holds
/// several of these; ``Runtime/identity`` tells them apart.
enum Runtime {
  static var identity: UnsafeRawPointer { unsafe runtime_identity_address() }

  private static let isPrepared = Atomic<Bool>(false)

  /// Asks the kernel what it can do. Called when an account is opened, before anything else;
  /// twice does no harm.
  static func prepare() {
    guard !isPrepared.load(ordering: .acquiring) else { return }
    runtime_barrier_probe()
    SizeClass.prepare()
    Allocator.prepare()
    isPrepared.store(true, ordering: .releasing)
  }
}

@c @implementation
public func plr_runtime_identity() -> UnsafeRawPointer! {
  unsafe Runtime.identity
}

@c @implementation
public func plr_runtime_toolchain() -> UnsafePointer<CChar>! {
  unsafe plugin_toolchain()
}
