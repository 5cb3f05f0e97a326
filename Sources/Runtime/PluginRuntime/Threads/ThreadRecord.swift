import CRuntimeSupport
import Glibc
import Synchronization

/// What the runtime keeps for one thread, so that the services' short ways share nothing.
///
/// Made when a thread first uses a service that needs one. When the thread ends, the record with all that
/// is in it waits for the next new thread; it is never freed, so that whoever walks ``all`` needs no
/// lock. Only its thread writes to it, except where a member says otherwise.
@safe struct ThreadRecord: ~Copyable {
  /// 1 while the thread is inside a section, see ``Section``.
  let section = Atomic<UInt64>(0)
  let isTaken = Atomic<Bool>(true)
  /// Set before others know of the record.
  var next: UnsafeMutablePointer<ThreadRecord>?
  /// What this thread did for each account; see ``Shard``.
  let shards = unsafe Atomic<UnsafeMutablePointer<ShardTable>?>(nil)
  /// Records of the log on their way to the writer.
  let ring = unsafe Atomic<UnsafeMutablePointer<LogRing>?>(nil)

  /// What only the thread itself looks at, right behind the record.
  @safe struct Own {
    /// The kernel's number of the thread.
    var thread: UInt64
    /// The pages of ``ThreadRecord/shards``.
    var shardPages: UnsafeMutablePointer<Atomic<UnsafeMutablePointer<Shard>?>>?
    var shardPageCount = 0
    /// The shards of accounts that the thread has allocated for lately, by the last bits of their index.
    var recent = unsafe InlineArray<16, RecentShard>(
      repeating: RecentShard(index: .max, shard: nil, account: nil))
    /// Where the bins get blocks from, by size class; nil before the first block.
    var stores: UnsafeMutablePointer<ThreadStore>?
    /// Where handlers of signals run; nil where crashes are nothing to this process.
    var alternateStack: UnsafeMutableRawPointer?
    /// References of the registry that this thread may fill next, chained.
    var freeReferences: UnsafeMutablePointer<ReferenceSlot>?
    var freeReferenceCount = 0
  }

  @safe struct RecentShard {
    var index: UInt32
    var shard: UnsafeMutablePointer<Shard>?
    var account: UnsafeMutablePointer<AccountState>?
    /// A size that is a power of two is found without multiplying.
    private let unused: UInt64 = 0

    @inline(__always)
    init(
      index: UInt32, shard: UnsafeMutablePointer<Shard>?,
      account: UnsafeMutablePointer<AccountState>?
    ) {
      self.index = index
      unsafe self.shard = unsafe shard
      unsafe self.account = unsafe account
    }
  }

  /// The record of the calling thread where it can be told without a call; else nil.
  @inline(__always)
  static var existing: UnsafeMutablePointer<ThreadRecord>? {
    unsafe runtime_thread_peek()?.assumingMemoryBound(to: ThreadRecord.self)
  }

  /// The record of the calling thread; nil where there is no memory for one.
  @inline(__always)
  static var current: UnsafeMutablePointer<ThreadRecord>? {
    if let word = unsafe runtime_thread_get() {
      return unsafe word.assumingMemoryBound(to: ThreadRecord.self)
    }
    return unsafe adopt()
  }

  /// All records there are, the youngest first.
  nonisolated(unsafe) private static let first = unsafe Atomic<UnsafeMutablePointer<ThreadRecord>?>(
    nil)

  static func forEach(_ body: (UnsafeMutablePointer<ThreadRecord>) -> Void) {
    var record = unsafe first.load(ordering: .acquiring)
    while let each = unsafe record {
      unsafe body(each)
      unsafe record = unsafe each.pointee.next
    }
  }

  /// A record that waits, or a new one.
  @inline(never)
  private static func adopt() -> UnsafeMutablePointer<ThreadRecord>? {
    var found: UnsafeMutablePointer<ThreadRecord>?
    unsafe forEach { record in
      guard unsafe found == nil, unsafe !record.pointee.isTaken.load(ordering: .relaxed) else {
        return
      }
      if unsafe record.pointee.isTaken.compareExchange(
        expected: false, desired: true, ordering: .acquiringAndReleasing
      ).exchanged {
        unsafe found = unsafe record
      }
    }
    let record: UnsafeMutablePointer<ThreadRecord>
    if let found = unsafe found {
      unsafe record = unsafe found
      unsafe record.own.pointee.thread = runtime_thread_id()
    } else {
      guard
        let room = unsafe Memory.allocate(
          binsOffset + SizeClass.count * MemoryLayout<ThreadBin>.stride, alignment: 64)
      else { return nil }
      unsafe record = room.assumingMemoryBound(to: ThreadRecord.self)
      unsafe record.initialize(to: ThreadRecord(next: nil))
      unsafe record.own.initialize(to: Own(thread: runtime_thread_id()))
      for index in 0..<SizeClass.count {
        unsafe record.bin(index).initialize(to: ThreadBin(of: index))
      }
      var head = unsafe first.load(ordering: .relaxed)
      while true {
        unsafe record.pointee.next = unsafe head
        let (isDone, now) = unsafe first.compareExchange(
          expected: head, desired: record, ordering: .acquiringAndReleasing)
        if isDone { break }
        unsafe head = unsafe now
      }
    }
    let failure = unsafe runtime_thread_set(record) { word in
      unsafe word?.assumingMemoryBound(to: ThreadRecord.self).pointee.isTaken.store(
        false, ordering: .releasing)
    }
    guard failure == 0 else {
      unsafe record.pointee.isTaken.store(false, ordering: .releasing)
      return nil
    }
    if hasAlternateStacks.load(ordering: .acquiring) { unsafe record.useAlternateStack() }
    return unsafe record
  }

  /// Whether threads that get a record from now on get a stack for handlers of signals.
  private static let hasAlternateStacks = Atomic<Bool>(false)

  /// From now on, beginning with the calling thread.
  static func keepAlternateStacks() {
    hasAlternateStacks.store(true, ordering: .releasing)
    if let record = unsafe current { unsafe record.useAlternateStack() }
  }
}

extension ThreadRecord {
  /// Behind what only the thread looks at: its free blocks at hand, by size class.
  fileprivate static var binsOffset: Int {
    (MemoryLayout<ThreadRecord>.stride + MemoryLayout<Own>.stride + 63) & ~63
  }
}

extension UnsafeMutablePointer<ThreadRecord> {
  fileprivate func useAlternateStack() {
    unsafe own.pointee.alternateStack = runtime_use_alternate_stack(own.pointee.alternateStack)
  }

  @inline(__always)
  func bin(_ index: Int) -> UnsafeMutablePointer<ThreadBin> {
    unsafe (UnsafeMutableRawPointer(self) + ThreadRecord.binsOffset)
      .assumingMemoryBound(to: ThreadBin.self) + index
  }

  @inline(__always)
  var own: UnsafeMutablePointer<ThreadRecord.Own> {
    unsafe (UnsafeMutableRawPointer(self) + MemoryLayout<ThreadRecord>.stride)
      .assumingMemoryBound(to: ThreadRecord.Own.self)
  }
}
