internal import CPluginABI
internal import CPluginHeap
internal import Glibc

/// The tracker of malloc's blocks, in a process that was started with it.
///
/// The corresponding C header is `plr_heap.h`.
enum HeapTracking {
  /// nil where nothing is tracked; finding that out is one look into the environment.
  nonisolated(unsafe) static let tracker: UnsafePointer<plr_heap>? = {
    guard unsafe getenv("PLR_TRACK") != nil, let symbol = unsafe dlsym(nil, PLR_HEAP_SYMBOL) else {
      return nil
    }
    let function = unsafe unsafeBitCast(symbol, to: plr_heap_tracker_function.self)
    guard let tracker = unsafe function(), unsafe tracker.pointee.size >= UInt32(PLR_HEAP_SIZE_1),
      unsafe tracker.pointee.is_on() != 0
    else { return nil }
    return unsafe tracker
  }()

  /// The row of an account's name; 0 where nothing is tracked.
  static func owner(_ account: UnsafePointer<plr_host>) -> UInt32 {
    guard let tracker = unsafe tracker else { return 0 }
    return unsafe tracker.pointee.owner(account.pointee.name)
  }
}
