import CPluginABI
import Glibc
import Synchronization

/// The process's own memory, for what the runtime keeps for itself.
///
/// Swift's own objects end the process where there is no memory; so what services need on their way is
/// taken here, where a failure is an answer. A test can make it fail.
enum Memory {
  /// How many more requests succeed; negative: all. For tests of this runtime.
  static let budget = Atomic<Int>(-1)

  static func allocate(_ byteCount: Int, alignment: Int = 16) -> UnsafeMutableRawPointer? {
    guard isGranted() else { return nil }
    if alignment <= 16 { return unsafe malloc(byteCount) }
    var room: UnsafeMutableRawPointer?
    return unsafe posix_memalign(&room, alignment, byteCount) == 0 ? room : nil
  }

  static func allocateZeroed(_ byteCount: Int) -> UnsafeMutableRawPointer? {
    unsafe isGranted() ? calloc(1, byteCount) : nil
  }

  /// Room for one value at a cache line of its own.
  static func allocate<Value: ~Copyable>(_ type: Value.Type) -> UnsafeMutablePointer<Value>? {
    unsafe allocate((MemoryLayout<Value>.stride + 63) & ~63, alignment: 64)?
      .bindMemory(to: Value.self, capacity: 1)
  }

  static func isGranted() -> Bool {
    guard budget.load(ordering: .relaxed) >= 0 else { return true }
    return budget.subtract(1, ordering: .relaxed).oldValue > 0 || isExhausted()
  }

  private static func isExhausted() -> Bool {
    budget.store(0, ordering: .relaxed)
    return false
  }
}
