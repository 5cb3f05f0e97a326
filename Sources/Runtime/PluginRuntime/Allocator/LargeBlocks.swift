import Glibc
import Synchronization

/// What stands before the header of a block that has memory of its own, from `malloc(3)`.
@safe struct LargeBlock {
  var previous: UnsafeMutablePointer<LargeBlock>?
  var next: UnsafeMutablePointer<LargeBlock>?
  var base: UnsafeMutableRawPointer
  var alignment: Int
  /// Where it was allocated; 0 outside of checked mode.
  var caller: UInt

  /// With the header of all blocks.
  static let headerSize = 80
}

extension UnsafeMutablePointer<LargeBlock> {
  init(of block: UnsafeMutableRawPointer) {
    unsafe self = unsafe (block - LargeBlock.headerSize).assumingMemoryBound(to: LargeBlock.self)
  }

  var block: UnsafeMutableRawPointer {
    unsafe UnsafeMutableRawPointer(self) + LargeBlock.headerSize
  }
}

/// Blocks of more than 32 KiB, in one list for each account. They are few and take long anyway: one lock
/// guards all.
enum LargeBlocks {
  private static let lock = Mutex(())

  /// Memory with all headers, in no list yet; nil where there is none.
  static func make(
    _ byteCount: Int, alignment: Int, isZeroed: Bool
  ) -> UnsafeMutableRawPointer? {
    let offset = (LargeBlock.headerSize + alignment - 1) & ~(alignment - 1)
    let (total, overflow) = byteCount.addingReportingOverflow(offset)
    guard !overflow, total <= BlockHeader.maximalByteCount, alignment <= 1 << 30,
      Memory.isGranted()
    else { return nil }
    var base: UnsafeMutableRawPointer?
    if alignment <= 16 {
      unsafe base = unsafe isZeroed ? calloc(1, total) : malloc(total)
    } else if unsafe posix_memalign(&base, alignment, total) == 0 {
      if isZeroed { unsafe memset(base!, 0, total) }
    } else {
      unsafe base = nil
    }
    guard let base = unsafe base else { return nil }
    let block = unsafe base + offset
    unsafe UnsafeMutablePointer<LargeBlock>(of: block).initialize(
      to: LargeBlock(previous: nil, next: nil, base: base, alignment: alignment, caller: 0))
    return unsafe block
  }

  static func link(_ block: UnsafeMutableRawPointer, to account: Account) {
    let large = unsafe UnsafeMutablePointer<LargeBlock>(of: block)
    let pair = unsafe Unchecked((large, account))
    lock.withLock { _ in unsafe link(pair.value.0, to: pair.value.1) }
  }

  private static func link(_ large: UnsafeMutablePointer<LargeBlock>, to account: Account) {
    unsafe large.pointee.previous = nil
    unsafe large.pointee.next = unsafe account.state.pointee.firstLargeBlock.load(
      ordering: .relaxed)
    unsafe large.pointee.next?.pointee.previous = unsafe large
    unsafe account.state.pointee.firstLargeBlock.store(unsafe large, ordering: .relaxed)
  }

  static func unlink(_ block: UnsafeMutableRawPointer, from account: Account) {
    let large = unsafe UnsafeMutablePointer<LargeBlock>(of: block)
    let pair = unsafe Unchecked((large, account))
    lock.withLock { _ in unsafe unlink(pair.value.0, from: pair.value.1) }
  }

  private static func unlink(_ large: UnsafeMutablePointer<LargeBlock>, from account: Account) {
    if let previous = unsafe large.pointee.previous {
      unsafe previous.pointee.next = unsafe large.pointee.next
    } else {
      unsafe account.state.pointee.firstLargeBlock.store(
        unsafe large.pointee.next, ordering: .relaxed)
    }
    unsafe large.pointee.next?.pointee.previous = unsafe large.pointee.previous
  }

  static func forEach(of account: Account, _ body: (UnsafeMutablePointer<LargeBlock>) -> Void) {
    let account = Unchecked(account)
    lock.withLock { _ in
      var large = unsafe account.value.state.pointee.firstLargeBlock.load(ordering: .relaxed)
      while let each = unsafe large {
        unsafe large = unsafe each.pointee.next
        unsafe body(each)
      }
    }
  }

  /// What `realloc(3)` can do for a block that is in no list: the new address, or nil.
  static func resize(_ block: UnsafeMutableRawPointer, byteCount: Int) -> UnsafeMutableRawPointer? {
    let large = unsafe UnsafeMutablePointer<LargeBlock>(of: block)
    let (total, overflow) = byteCount.addingReportingOverflow(LargeBlock.headerSize)
    guard !overflow, total <= BlockHeader.maximalByteCount, Memory.isGranted(),
      let base = unsafe realloc(large.pointee.base, total)
    else { return nil }
    let moved = unsafe base + LargeBlock.headerSize
    unsafe UnsafeMutablePointer<LargeBlock>(of: moved).pointee.base = unsafe base
    return unsafe moved
  }
}
