/// What stands in a block that nobody owns, behind its header, which tells that it is free.
@safe struct FreeBlock {
  var next: FreeChain
  /// In the first of a batch: the next batch.
  var nextBatch: FreeChain
}

/// A chain of free blocks that knows how many they are: the first one's address and, in the 16 bits that
/// addresses of processes do not use, their number. One word, so that giving out and taking back change
/// one.
@safe struct FreeChain {
  private var word: UInt64

  @inline(__always)
  private init(word: UInt64) { self.word = word }

  static let empty = FreeChain(word: 0)
  private static let one: UInt64 = 1 << 48

  /// What is compared with for having at least `count` blocks.
  @inline(__always)
  static func limit(_ count: Int) -> UInt64 { UInt64(count) << 48 }

  @inline(__always)
  func isShorter(than limit: UInt64) -> Bool { word < limit }

  @inline(__always)
  var isEmpty: Bool { word == 0 }

  @inline(__always)
  var first: UnsafeMutablePointer<FreeBlock>? {
    unsafe UnsafeMutablePointer(bitPattern: UInt((word << 16) >> 16))
  }

  @inline(__always)
  mutating func push(_ block: UnsafeMutablePointer<FreeBlock>) {
    unsafe block.pointee.next = self
    word = UInt64(UInt(bitPattern: block)) | ((word >> 48) << 48) &+ Self.one
  }

  @inline(__always)
  mutating func pop() -> UnsafeMutablePointer<FreeBlock>? {
    guard let block = unsafe first else { return nil }
    unsafe self = block.pointee.next
    return unsafe block
  }
}

extension UnsafeMutablePointer<FreeBlock> {
  /// The beginning of its memory.
  @inline(__always)
  var memory: UnsafeMutableRawPointer { unsafe UnsafeMutableRawPointer(self) - BlockHeader.size }

  @inline(__always)
  init(memory: UnsafeMutableRawPointer) {
    unsafe self = unsafe (memory + BlockHeader.size).assumingMemoryBound(to: FreeBlock.self)
  }
}
