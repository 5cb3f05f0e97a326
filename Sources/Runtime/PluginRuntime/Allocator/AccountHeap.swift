import CPluginABI
import Glibc

/// What stands before every block: whose it is and how to find its neighbours.
@unsafe struct BlockHeader {
  static let liveMark: UInt64 = 0x504c_525f_4c49_5645
  static let freedMark: UInt64 = 0x504c_525f_4652_4545
  /// Keeps the caller's bytes at a multiple of 16 behind the header.
  static let size = 64

  var mark: UInt64
  var owner: Unmanaged<Account>
  var previous: UnsafeMutablePointer<BlockHeader>?
  var next: UnsafeMutablePointer<BlockHeader>?
  /// What malloc returned.
  var base: UnsafeMutableRawPointer
  var byteCount: Int
  var alignment: Int
}

/// A header on its way into or out of the list behind an account's lock.
@safe struct ListedBlock: @unchecked Sendable {
  let header: UnsafeMutablePointer<BlockHeader>
}

/// The live blocks of one account, as a list through their headers.
///
/// Not thread-safe; the account holds it behind a lock.
@safe struct AccountHeap: ~Copyable {
  private var first: UnsafeMutablePointer<BlockHeader>?
  private(set) var liveBlocks: UInt64 = 0
  private(set) var liveBytes: UInt64 = 0
  private(set) var peakBytes: UInt64 = 0
  private(set) var totalAllocations: UInt64 = 0

  /// - Complexity: O(1).
  mutating func insert(_ block: ListedBlock) {
    let header = unsafe block.header
    unsafe header.pointee.previous = nil
    unsafe header.pointee.next = first
    if let first = unsafe first { unsafe first.pointee.previous = unsafe header }
    unsafe first = header
    liveBlocks += 1
    liveBytes += unsafe UInt64(header.pointee.byteCount)
    peakBytes = max(peakBytes, liveBytes)
    totalAllocations += 1
  }

  /// - Complexity: O(1).
  mutating func remove(_ block: ListedBlock) {
    let header = unsafe block.header
    if let previous = unsafe header.pointee.previous {
      unsafe previous.pointee.next = unsafe header.pointee.next
    } else {
      unsafe first = header.pointee.next
    }
    if let next = unsafe header.pointee.next {
      unsafe next.pointee.previous = unsafe header.pointee.previous
    }
    liveBlocks -= 1
    liveBytes -= unsafe UInt64(header.pointee.byteCount)
  }

  /// Takes note that a block of `oldByteCount` bytes has become `block`, whose header still names the
  /// neighbours: one block that changed its size, not one more.
  ///
  /// - Complexity: O(1).
  mutating func replace(with block: ListedBlock, oldByteCount: Int) {
    let new = unsafe block.header
    if let previous = unsafe new.pointee.previous {
      unsafe previous.pointee.next = unsafe new
    } else {
      unsafe first = unsafe new
    }
    if let next = unsafe new.pointee.next { unsafe next.pointee.previous = unsafe new }
    liveBytes -= UInt64(oldByteCount)
    liveBytes += unsafe UInt64(new.pointee.byteCount)
    peakBytes = max(peakBytes, liveBytes)
  }

  /// Gives all blocks back to the system and tells how many and how large they were.
  mutating func releaseAll() -> (blocks: UInt64, bytes: UInt64) {
    let left = (blocks: liveBlocks, bytes: liveBytes)
    while let header = unsafe first {
      unsafe remove(ListedBlock(header: header))
      unsafe header.pointee.mark = BlockHeader.freedMark
      unsafe free(header.pointee.base)
    }
    return left
  }
}
