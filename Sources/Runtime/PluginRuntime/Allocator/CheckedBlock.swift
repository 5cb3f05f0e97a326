import CRuntimeSupport
import Glibc
import Synchronization

/// What checked mode adds to a block: who allocated it before, and a guard behind it.
///
/// The memory begins with a header of its own, then comes the caller's address, then the header that all
/// blocks have, then the block and its guard.
enum CheckedBlock {
  static let guardSize = 16
  private static let guardByte: Int32 = 0x7b
  private static let freedByte: Int32 = 0xdd

  static func arm(_ block: UnsafeMutableRawPointer, _ byteCount: Int, caller: UInt) {
    unsafe memset(block + byteCount, guardByte, guardSize)
    let header = unsafe UnsafeMutablePointer<BlockHeader>(of: block)
    if unsafe header.tag.sizeClass == SizeClass.large {
      unsafe UnsafeMutablePointer<LargeBlock>(of: block).pointee.caller = caller
    } else {
      unsafe (UnsafeMutableRawPointer(header) - 16).storeBytes(of: caller, as: UInt.self)
    }
  }

  static func caller(of block: UnsafeMutableRawPointer, _ tag: BlockHeader.Tag) -> UInt {
    unsafe tag.sizeClass == SizeClass.large
      ? UnsafeMutablePointer<LargeBlock>(of: block).pointee.caller
      : (block - 2 * BlockHeader.size).load(as: UInt.self)
  }

  static func isWhole(_ block: UnsafeMutableRawPointer, _ byteCount: Int) -> Bool {
    for index in 0..<guardSize
    where unsafe block.load(fromByteOffset: byteCount + index, as: UInt8.self) != UInt8(guardByte) {
      return false
    }
    return true
  }

  /// Blocks that were freed and wait, so that nobody gets their memory while somebody may still use it.
  private static let waiting = Mutex(Quarantine())

  @safe private struct Quarantine: @unchecked Sendable {
    static let capacity = 256
    var blocks = unsafe [UnsafeMutableRawPointer?](repeating: nil, count: capacity)
    var next = 0
  }

  /// Overwrites a freed block and keeps it for a while; gives one that has waited long enough.
  static func quarantine(
    _ block: UnsafeMutableRawPointer, _ byteCount: Int
  ) -> UnsafeMutableRawPointer? {
    unsafe memset(block, freedByte, byteCount)
    let block = unsafe Unchecked(block)
    return unsafe waiting.withLock { quarantine in
      let old = unsafe quarantine.blocks[quarantine.next]
      unsafe quarantine.blocks[quarantine.next] = unsafe block.value
      quarantine.next = (quarantine.next + 1) % Quarantine.capacity
      return unsafe Unchecked(old)
    }.value
  }
}
