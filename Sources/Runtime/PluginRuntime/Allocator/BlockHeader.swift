import Synchronization

/// What stands in the 16 bytes before every block: whose it is, how large, and where it begins.
///
/// The first word is what a walk through a span reads while others work; it is read and written whole.
@safe struct BlockHeader: ~Copyable {
  static let size = 16

  private let tag: Atomic<UInt64>
  private var sizeAndCheck: UInt64

  /// The parts of the first word.
  struct Tag: Equatable {
    var owner: UInt32
    var sizeClass: UInt8
    var state: UInt8
    /// From the beginning of the memory to the caller's bytes, in units of 16.
    var offset: UInt16

    @inline(__always)
    init(owner: UInt32, sizeClass: UInt8, state: UInt8, offset: UInt16) {
      self.owner = owner
      self.sizeClass = sizeClass
      self.state = state
      self.offset = offset
    }

    @inline(__always)
    init(_ word: UInt64) {
      owner = UInt32(truncatingIfNeeded: word)
      sizeClass = UInt8(truncatingIfNeeded: word >> 32)
      state = UInt8(truncatingIfNeeded: word >> 40)
      offset = UInt16(truncatingIfNeeded: word >> 48)
    }

    @inline(__always)
    var word: UInt64 {
      UInt64(owner) | UInt64(sizeClass) << 32 | UInt64(state) << 40 | UInt64(offset) << 48
    }

    @inline(__always)
    var isLive: Bool { state & ~1 == Self.live }
    @inline(__always)
    var isChecked: Bool { state == Self.liveChecked }

    /// Of a block that needs no second look: alive, not checked, right behind its only header.
    static let plain: UInt64 = UInt64(live) | 1 << 8
    /// What differs between it and a freed one.
    static let plainToFreed = UInt64(live ^ freed) << 40
    static let live: UInt8 = 0xa6
    static let liveChecked: UInt8 = 0xa7
    static let freed: UInt8 = 0x5c
  }

  static let maximalByteCount = 1 << 48 - 1
}

extension UnsafeMutablePointer<BlockHeader> {
  @inline(__always)
  init(of block: UnsafeMutableRawPointer) {
    unsafe self = unsafe (block - BlockHeader.size).assumingMemoryBound(to: BlockHeader.self)
  }

  @inline(__always)
  private var words: UnsafeMutablePointer<UInt64> {
    unsafe UnsafeMutableRawPointer(self).assumingMemoryBound(to: UInt64.self)
  }

  @inline(__always)
  private var tagWord: UnsafeMutablePointer<Atomic<UInt64>> {
    unsafe UnsafeMutableRawPointer(self).assumingMemoryBound(to: Atomic<UInt64>.self)
  }

  /// What no other bytes are likely to have at this place.
  @inline(__always)
  private var check: UInt64 { 0x9d3b_0000_0000_0000 }

  @inline(__always)
  var tag: BlockHeader.Tag {
    nonmutating get { unsafe BlockHeader.Tag(tagWord.pointee.load(ordering: .relaxed)) }
    nonmutating set { unsafe tagWord.pointee.store(newValue.word, ordering: .relaxed) }
  }

  @inline(__always)
  var tagBits: UInt64 { unsafe tagWord.pointee.load(ordering: .relaxed) }

  @inline(__always)
  func setTagBits(_ bits: UInt64) { unsafe tagWord.pointee.store(bits, ordering: .relaxed) }

  @inline(__always)
  var byteCount: Int { unsafe Int(truncatingIfNeeded: words[1] & 0xffff_ffff_ffff) }

  @inline(__always)
  var isIntact: Bool { unsafe words[1] >> 48 == check >> 48 }

  @inline(__always)
  func set(byteCount: Int) {
    unsafe words[1] = unsafe UInt64(truncatingIfNeeded: byteCount) | check
  }

  @inline(__always)
  var block: UnsafeMutableRawPointer { unsafe UnsafeMutableRawPointer(self) + BlockHeader.size }

  /// The header at the beginning of the memory: this one, unless the block is aligned or checked.
  @inline(__always)
  func first(_ tag: BlockHeader.Tag) -> UnsafeMutablePointer<BlockHeader> {
    unsafe (block - Int(tag.offset) * 16).assumingMemoryBound(to: BlockHeader.self)
  }
}
