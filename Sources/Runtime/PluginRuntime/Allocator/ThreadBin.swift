import Glibc

/// The free blocks of one size that a thread has at hand. No account owns them: what they will be charged
/// to is decided when they are given out.
@safe struct ThreadBin {
  var free: FreeChain
  /// How many may be in it.
  let limit: UInt64

  init(of index: Int) {
    free = .empty
    limit = FreeChain.limit(SizeClass.batchCount(of: index))
  }
}

/// Where a bin gets its blocks from before it asks the store of all threads.
@safe struct ThreadStore {
  /// Memory that no block was cut from yet.
  var unused: UnsafeMutableRawPointer?
  var unusedEnd: UnsafeMutableRawPointer?
  /// A whole batch, so that a thread that allocates and frees in turn needs no lock.
  var spare = FreeChain.empty

  /// The stores of a thread, one for each class.
  static func makeAll() -> UnsafeMutablePointer<ThreadStore>? {
    guard
      let room = unsafe Memory.allocate(SizeClass.count * MemoryLayout<ThreadStore>.stride)
    else { return nil }
    let stores = unsafe room.bindMemory(to: ThreadStore.self, capacity: SizeClass.count)
    for index in 0..<SizeClass.count { unsafe (stores + index).initialize(to: ThreadStore()) }
    return unsafe stores
  }
}

extension UnsafeMutablePointer<ThreadRecord> {
  /// Memory of one block of a class; nil where there is none. The thread has its stores.
  func takeMemory(_ index: Int) -> UnsafeMutableRawPointer? {
    let bin = unsafe bin(index)
    if let block = unsafe bin.pointee.free.pop() { return unsafe block.memory }
    let store = unsafe own.pointee.stores.unsafelyUnwrapped + index
    let size = SizeClass.size(of: index)
    if unsafe !store.pointee.spare.isEmpty {
      unsafe bin.pointee.free = store.pointee.spare
      unsafe store.pointee.spare = .empty
    } else if unsafe store.pointee.unused == nil
      || store.pointee.unusedEnd! - store.pointee.unused! < size
    {
      switch CentralHeap.withClass(index, { $0.supply(index) }) {
      // It may be shorter than others where a plugin was retired.
      case .batch(let batch): unsafe bin.pointee.free = batch
      case .run(let start, let end):
        unsafe store.pointee.unused = unsafe start
        unsafe store.pointee.unusedEnd = unsafe end
      case .none: return nil
      }
    }
    if let block = unsafe bin.pointee.free.pop() { return unsafe block.memory }
    let memory = unsafe store.pointee.unused!
    unsafe store.pointee.unused = unsafe memory + size
    return unsafe memory
  }

  /// Takes memory of one block back.
  func giveBackMemory(_ memory: UnsafeMutableRawPointer, _ index: Int) {
    let bin = unsafe bin(index)
    if unsafe !bin.pointee.free.isShorter(than: bin.pointee.limit) { unsafe makeSpare(index) }
    unsafe bin.pointee.free.push(UnsafeMutablePointer<FreeBlock>(memory: memory))
  }

  private func makeSpare(_ index: Int) {
    let bin = unsafe bin(index)
    let full = unsafe bin.pointee.free
    unsafe bin.pointee.free = .empty
    guard let store = unsafe own.pointee.stores.map({ unsafe $0 + index }) else {
      return CentralHeap.withClass(index) { $0.take(batch: full) }
    }
    let spare = unsafe store.pointee.spare
    unsafe store.pointee.spare = full
    if !spare.isEmpty { CentralHeap.withClass(index) { $0.take(batch: spare) } }
  }
}
