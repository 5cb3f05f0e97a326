import Glibc

/// The free blocks of one size that a thread has at hand. No account owns them: what they will be charged
/// to is decided when they are given out.
@safe struct ThreadBin {
  var free: UnsafeMutablePointer<FreeBlock>?
  /// Memory that no block was cut from yet.
  var unused: UnsafeMutableRawPointer?
  var unusedEnd: UnsafeMutableRawPointer?
  /// A whole batch, so that a thread that allocates and frees in turn needs no lock.
  var spare: UnsafeMutablePointer<FreeBlock>?
  /// Of `free`.
  var count: Int32
  var batchCount: Int32
  var size: Int

  /// The bins of a thread, one for each class.
  static func makeAll() -> UnsafeMutablePointer<ThreadBin>? {
    guard
      let room = unsafe Memory.allocate(
        SizeClass.count * MemoryLayout<ThreadBin>.stride, alignment: 64)
    else { return nil }
    let bins = unsafe room.bindMemory(to: ThreadBin.self, capacity: SizeClass.count)
    for index in 0..<SizeClass.count {
      unsafe (bins + index).initialize(
        to: ThreadBin(
          free: nil, unused: nil, unusedEnd: nil, spare: nil, count: 0,
          batchCount: Int32(SizeClass.batchCount(of: index)), size: SizeClass.size(of: index)))
    }
    return unsafe bins
  }
}

extension UnsafeMutablePointer<ThreadBin> {
  /// Memory of one block; nil where there is none.
  func take(_ index: Int) -> UnsafeMutableRawPointer? {
    if let block = unsafe pointee.free {
      unsafe pointee.free = unsafe block.pointee.next
      unsafe pointee.count &-= 1
      return unsafe block.memory
    }
    return unsafe takeSlow(index)
  }

  @inline(never)
  private func takeSlow(_ index: Int) -> UnsafeMutableRawPointer? {
    if let batch = unsafe pointee.spare {
      unsafe pointee.spare = nil
      unsafe pointee.free = unsafe batch
      unsafe pointee.count = unsafe pointee.batchCount
    } else if unsafe pointee.unused == nil || pointee.unusedEnd! - pointee.unused! < pointee.size {
      switch CentralHeap.withClass(index, { $0.supply(index) }) {
      case .batch(let batch):
        unsafe pointee.free = unsafe batch
        // A batch may be shorter where a plugin was retired.
        unsafe pointee.count = unsafe pointee.batchCount
      case .run(let start, let end):
        unsafe pointee.unused = unsafe start
        unsafe pointee.unusedEnd = unsafe end
      case .none: return nil
      }
    }
    if let block = unsafe pointee.free {
      unsafe pointee.free = unsafe block.pointee.next
      unsafe pointee.count &-= 1
      return unsafe block.memory
    }
    let memory = unsafe pointee.unused!
    unsafe pointee.unused = unsafe memory + pointee.size
    return unsafe memory
  }

  /// Takes memory of one block back.
  func giveBack(_ memory: UnsafeMutableRawPointer, _ index: Int) {
    let block = unsafe UnsafeMutablePointer<FreeBlock>(memory: memory)
    unsafe block.pointee.next = unsafe pointee.free
    unsafe pointee.free = unsafe block
    unsafe pointee.count &+= 1
    if unsafe pointee.count >= pointee.batchCount { unsafe makeSpare(index) }
  }

  @inline(never)
  func makeSpare(_ index: Int) {
    if let batch = unsafe pointee.spare {
      CentralHeap.withClass(index) { unsafe $0.take(batch: batch) }
    }
    unsafe pointee.spare = unsafe pointee.free
    unsafe pointee.free = nil
    unsafe pointee.count = 0
  }
}
