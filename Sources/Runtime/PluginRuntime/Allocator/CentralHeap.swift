import CRuntimeSupport
import Glibc
import Synchronization

/// The memory of all threads for blocks of one class: spans that blocks are cut from, and batches of free
/// blocks.
@safe struct CentralClass: ~Copyable, @unchecked Sendable {
  /// What stands at the beginning of a span.
  @safe struct Span {
    var next: UnsafeMutablePointer<Span>?
    static let headerSize = 64
  }

  private(set) var spans: UnsafeMutablePointer<Span>?
  /// The part of the youngest span that no block was cut from yet.
  private var unused: UnsafeMutableRawPointer?
  private var unusedEnd: UnsafeMutableRawPointer?
  private var batches = FreeChain.empty
  private(set) var spanCount = 0

  /// What a thread gets: a chain of free blocks, or memory to cut them from.
  @safe enum Supply {
    case batch(FreeChain)
    case run(UnsafeMutableRawPointer, end: UnsafeMutableRawPointer)
    case none
  }

  mutating func supply(_ index: Int) -> Supply {
    if let first = unsafe batches.first {
      let batch = batches
      unsafe batches = first.pointee.nextBatch
      return .batch(batch)
    }
    let size = SizeClass.size(of: index)
    if unsafe unused == nil || unusedEnd! - unused! < size {
      guard
        let memory = unsafe SpanSource.shared.withLock({
          unsafe $0.take(SizeClass.spanSize(of: index))
        })
      else { return .none }
      let span = unsafe memory.assumingMemoryBound(to: Span.self)
      unsafe span.initialize(to: Span(next: spans))
      unsafe spans = unsafe span
      spanCount += 1
      unsafe unused = unsafe memory + Span.headerSize
      unsafe unusedEnd = unsafe memory + SizeClass.spanSize(of: index)
    }
    // About a page at once: what is not used of it is not written to.
    let room = unsafe (unusedEnd! - unused!) / size
    let start = unsafe unused!
    unsafe unused = unsafe start + min(max(4096 / size, 1), room) * size
    return unsafe .run(start, end: unused!)
  }

  mutating func take(batch: FreeChain) {
    guard let first = unsafe batch.first else { return }
    unsafe first.pointee.nextBatch = batches
    batches = batch
  }

  /// Calls `body` with the beginning of the memory of every block that was ever cut, and some that will be:
  /// those are all zeros.
  func forEachBlock(_ index: Int, _ body: (UnsafeMutableRawPointer) -> Void) {
    let size = SizeClass.size(of: index)
    var span = unsafe spans
    while let each = unsafe span {
      let start = UnsafeMutableRawPointer(each)
      var memory = unsafe start + Span.headerSize
      let end = unsafe each == spans ? unused! : start + SizeClass.spanSize(of: index)
      while unsafe end - memory >= size {
        unsafe body(memory)
        unsafe memory += size
      }
      unsafe span = unsafe each.pointee.next
    }
  }
}

/// Where spans come from: the kernel, some at once.
@safe struct SpanSource: ~Copyable, @unchecked Sendable {
  static let shared = Mutex(SpanSource())

  private var next: UnsafeMutableRawPointer?
  private var end: UnsafeMutableRawPointer?
  /// Small at first: nobody has asked for much yet.
  private var chunkSize = 512 << 10
  private(set) var mappedBytes = 0
  private var chunks: UnsafeMutablePointer<Chunk>?

  /// What was had from the kernel at once; in the header of its first span.
  @safe private struct Chunk {
    let next: UnsafeMutablePointer<Chunk>?
    let end: UnsafeMutableRawPointer

    static let offset = 32
  }

  /// Whether `block` and the header before it lie in memory that spans were made of.
  ///
  /// - Complexity: O(bytes mapped / 8 MiB).
  func holds(_ block: UnsafeMutableRawPointer) -> Bool {
    var chunk = unsafe chunks
    while let each = unsafe chunk {
      let start = unsafe UnsafeMutableRawPointer(each) - Chunk.offset
      if unsafe block >= start + CentralClass.Span.headerSize && block < each.pointee.end {
        return true
      }
      unsafe chunk = unsafe each.pointee.next
    }
    return false
  }

  mutating func take(_ size: Int) -> UnsafeMutableRawPointer? {
    if unsafe next == nil || end! - next! < size {
      let wanted = max(chunkSize, size)
      guard Memory.isGranted(), let chunk = unsafe runtime_map(wanted, 64 << 10) else { return nil }
      mappedBytes += wanted
      let new = unsafe (chunk + Chunk.offset).assumingMemoryBound(to: Chunk.self)
      unsafe new.initialize(to: Chunk(next: chunks, end: chunk + wanted))
      unsafe chunks = unsafe new
      unsafe next = unsafe chunk
      unsafe end = unsafe chunk + wanted
      chunkSize = min(chunkSize * 2, 8 << 20)
    }
    defer { unsafe next = unsafe next! + size }
    return unsafe next
  }
}

/// The classes, each behind its lock.
enum CentralHeap {
  nonisolated(unsafe) private static let locks: UnsafeMutablePointer<Mutex<Void>> = {
    let locks = UnsafeMutablePointer<Mutex<Void>>.allocate(capacity: SizeClass.count)
    for index in 0..<SizeClass.count { unsafe (locks + index).initialize(to: Mutex(())) }
    return unsafe locks
  }()

  nonisolated(unsafe) private static let classes: UnsafeMutablePointer<CentralClass> = {
    let classes = UnsafeMutablePointer<CentralClass>.allocate(capacity: SizeClass.count)
    for index in 0..<SizeClass.count { unsafe (classes + index).initialize(to: CentralClass()) }
    return unsafe classes
  }()

  static func withClass<Result>(_ index: Int, _ body: (inout CentralClass) -> Result) -> Result {
    unsafe locks[index]._unsafeLock()
    defer { unsafe locks[index]._unsafeUnlock() }
    return unsafe body(&classes[index])
  }
}
