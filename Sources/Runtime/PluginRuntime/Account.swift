import CPluginABI
import CRuntimeSupport
import Glibc
import Synchronization

/// Everything the runtime knows of one user of its services: a plugin, or the host itself.
///
/// It stands at one address for the life of the process, so that a table kept too long leads to an error
/// and not to a crash; it costs some 200 bytes for each time a plugin is loaded, unless its host gives it back
/// for the plugin's next life, see `Account+Reuse.swift`.
@safe struct AccountState: ~Copyable {
  let isOpen = Atomic<Bool>(true)
  /// 0 where blocks of the account may go the short way; see ``AllocationMode``.
  let allocationMode = Atomic<UInt8>(0)
  let isAttachment: Bool
  /// It waits for the next life of a plugin of its name; under the lock of ``Accounts``.
  var isGivenBack = false
  /// How the account is named in shards and block headers; never used again.
  let index: UInt32
  let nameLength: UInt32
  /// How many ``firstEntry`` leads to.
  let entryCount = Atomic<UInt32>(0)
  /// Live bytes, but for what shards have not published yet.
  let publishedBytes = Atomic<Int64>(0)
  let peakBytes = Atomic<Int64>(0)
  /// nil where there are none.
  let limits = unsafe Atomic<UnsafeMutablePointer<AllocationLimits>?>(nil)
  /// nil where there is none.
  let rate = unsafe Atomic<UnsafeMutablePointer<LogRate>?>(nil)
  /// Blocks that stand for themselves, see ``LargeBlocks``.
  let firstLargeBlock = unsafe Atomic<UnsafeMutablePointer<LargeBlock>?>(nil)
  /// What it has registered, the last first; under the registry's lock.
  let firstEntry = unsafe Atomic<UnsafeMutablePointer<Implementation>?>(nil)
  /// Records of the log that went this way.
  let written = Atomic<UInt64>(0)
  let dropped = Atomic<UInt64>(0)
  let immediate = Atomic<UInt64>(0)
  /// Records, and freed blocks, of threads that there was no memory for a shard for.
  let submittedElsewhere = Atomic<UInt64>(0)
  let freesElsewhere = Atomic<UInt64>(0)
  /// The next one that was given back; under the lock of ``Accounts``.
  var nextGivenBack: UnsafeMutablePointer<AccountState>?
}

/// A reference to an account.
@safe struct Account: @unchecked Sendable, Equatable {
  let state: UnsafeMutablePointer<AccountState>

  @inline(__always) var isOpen: Bool { unsafe state.pointee.isOpen.load(ordering: .acquiring) }
  var index: UInt32 { unsafe state.pointee.index }
  var name: String { unsafe String(cString: cName) }
  /// Behind the table, ended with NUL.
  var cName: UnsafePointer<CChar> { unsafe table.pointee.name }
  /// Behind the state and the gate.
  var table: UnsafeMutablePointer<plr_host> {
    unsafe UnsafeMutableRawPointer(state).advanced(
      by: MemoryLayout<AccountState>.stride + MemoryLayout<LogGate>.stride
    )
    .assumingMemoryBound(to: plr_host.self)
  }

  static func == (left: Account, right: Account) -> Bool { unsafe left.state == right.state }

  /// Opens an account and its host table; nil where there is no memory.
  static func open(
    name: UnsafePointer<CChar>, isAttachment: Bool = false
  ) -> UnsafePointer<plr_host>? {
    Runtime.prepare()
    if !isAttachment, let table = unsafe reopen(name: name) { return unsafe table }
    let nameLength = unsafe strlen(name)
    let tableOffset = MemoryLayout<AccountState>.stride + MemoryLayout<LogGate>.stride
    let nameOffset = unsafe tableOffset + MemoryLayout<plr_host>.stride
    guard let room = unsafe Memory.allocate(nameOffset + nameLength + 1) else { return nil }
    let nameCopy = unsafe (room + nameOffset).assumingMemoryBound(to: CChar.self)
    unsafe memcpy(nameCopy, name, nameLength + 1)
    let state = unsafe room.assumingMemoryBound(to: AccountState.self)
    let account = unsafe Account(state: state)
    return unsafe Accounts.shared.withLock { accounts in
      unsafe state.initialize(
        to: AccountState(
          isAttachment: isAttachment, index: accounts.nextIndex,
          nameLength: UInt32(clamping: nameLength)))
      unsafe account.gate.initialize(
        to: LogGate(account: account, category: nil, categoryLength: 0))
      unsafe account.table.initialize(
        to: plr_host(
          size: UInt32(MemoryLayout<plr_host>.size), abi_major: UInt16(PLR_ABI_MAJOR),
          abi_minor: UInt16(PLR_ABI_MINOR), runtime: Runtime.identity, context: state,
          name: nameCopy,
          query_interface: { host, id, revision in
            unsafe Services.table(for: host, id: id, revision: revision)
          }))
      account.setAllocationMode(
        AllocationMode.checked, Allocator.isChecked.load(ordering: .relaxed) != 0)
      account.setAllocationMode(
        AllocationMode.fenced, runtime_barrier_is_cheap() == 0)
      guard accounts.append(account) else {
        unsafe free(room)
        return nil
      }
      LogFilters.shared.withLock { $0.applyToAll(of: account) }
      return unsafe UnsafePointer(account.table)
    }
  }

  /// The account behind `host`, open or not; nil where there is none here.
  @inline(__always)
  static func known(_ host: UnsafePointer<plr_host>?) -> Account? {
    // Nothing else of a foreign table means anything here.
    guard let host = unsafe host, unsafe host.pointee.size >= UInt32(PLR_HOST_SIZE_1_0),
      unsafe host.pointee.runtime == Runtime.identity, let context = unsafe host.pointee.context
    else { return nil }
    return unsafe Account(state: context.assumingMemoryBound(to: AccountState.self))
  }

  /// The account behind a table that this runtime has made; nil for any other. Whoever may call has a table
  /// of version 1, where this member is.
  @inline(__always)
  static func own(_ host: UnsafePointer<plr_host>?) -> Account? {
    guard let host = unsafe host, unsafe host.pointee.runtime == Runtime.identity else {
      return nil
    }
    return unsafe Account(
      state: host.pointee.context.unsafelyUnwrapped.assumingMemoryBound(to: AccountState.self))
  }

  /// The open account behind `host`, or the status that says why there is none.
  @inline(__always)
  static func resolve(_ host: UnsafePointer<plr_host>?) -> Resolution {
    if let account = unsafe known(host), account.isOpen { return .account(account) }
    return unsafe .failure(whyNot(host))
  }

  @inline(never)
  private static func whyNot(_ host: UnsafePointer<plr_host>?) -> plr_status {
    guard let host = unsafe host, unsafe host.pointee.size >= UInt32(PLR_HOST_SIZE_1_0) else {
      return PLR_ERROR_INVALID_ARGUMENT
    }
    guard unsafe host.pointee.runtime == Runtime.identity else { return PLR_ERROR_FOREIGN_RUNTIME }
    return unsafe host.pointee.context == nil ? PLR_ERROR_INVALID_ARGUMENT : PLR_ERROR_RETIRED
  }

  enum Resolution {
    case account(Account)
    case failure(Int32)
  }

  /// Ends what the account may do and frees what is left, once the registry has let it go.
  ///
  /// - Complexity: O(blocks of the process).
  func finish() -> Allocator.Left {
    LogFilters.shared.withLock { $0.shut(account: self) }
    RegistryListeners.shared.removeAll(of: self)
    unsafe Demands.set(nil, context: nil, for: self)
    InstanceCounts.shared.withLock { $0.settle(self) }
    let left = Allocator.releaseAll(of: self)
    if let overrun = left.overrun {
      Log.writeOwn(PLR_LOG_ERROR, about: overrun.owner, category: "allocator") { text in
        overrun.describe(in: &text)
        if left.overruns > 1 {
          text.append("; so it did with ")
          text.append(left.overruns - 1)
          text.append(" more")
        }
        text.append("; found when it was retired")
      }
    }
    Accounts.shared.withLock { $0.remove(self) }
    return left
  }
}

/// All accounts.
@safe struct Accounts: ~Copyable, @unchecked Sendable {
  static let shared = Mutex(Accounts())

  private typealias Chunk = UnsafeMutablePointer<UnsafeMutablePointer<AccountState>>
  private static let chunkSize = 256

  /// By index, the closed ones too: a header or a shard may still name them. In chunks that stay.
  private var chunks: UnsafeMutablePointer<Chunk>?
  private var capacity = 0
  private(set) var nextIndex: UInt32 = 0
  var openCount = 0
  /// The last one that was given back.
  var firstGivenBack: UnsafeMutablePointer<AccountState>?

  /// False where there is no memory.
  mutating func append(_ account: Account) -> Bool {
    let (chunk, place) = Int(nextIndex).quotientAndRemainder(dividingBy: Self.chunkSize)
    if place == 0 && !makeChunk(chunk) { return false }
    unsafe chunks![chunk][place] = unsafe account.state
    nextIndex += 1
    openCount += 1
    return true
  }

  private mutating func makeChunk(_ number: Int) -> Bool {
    let stride = unsafe MemoryLayout<Chunk>.stride
    if number == capacity {
      let larger = max(16, capacity * 2)
      guard let room = unsafe Memory.allocate((larger + 1) * stride) else { return false }
      // The old one is kept, since who looks an owner up takes no lock; its address stands in front.
      unsafe room.storeBytes(of: chunks, as: UnsafeMutablePointer<Chunk>?.self)
      if let chunks = unsafe chunks { unsafe memcpy(room + stride, chunks, capacity * stride) }
      unsafe chunks = unsafe (room + stride).assumingMemoryBound(to: Chunk.self)
      capacity = larger
    }
    guard let room = unsafe Memory.allocate(Self.chunkSize * stride) else { return false }
    unsafe chunks![number] = unsafe room.assumingMemoryBound(
      to: UnsafeMutablePointer<AccountState>.self)
    unsafe Accounts.table.store(chunks, ordering: .releasing)
    return true
  }

  mutating func remove(_ account: Account) { openCount -= 1 }

  /// All open ones, in the order they came.
  func forEachOpen(_ body: (Account) -> Void) {
    for index in 0..<Int(nextIndex) {
      let account = account(at: index)
      if account.isOpen { body(account) }
    }
  }

  func forEach(_ body: (Account) -> Void) {
    for index in 0..<Int(nextIndex) { body(account(at: index)) }
  }

  private func account(at index: Int) -> Account {
    unsafe Account(state: chunks![index / Self.chunkSize][index % Self.chunkSize])
  }

  nonisolated(unsafe) private static let table = unsafe Atomic<UnsafeMutablePointer<Chunk>?>(nil)

  /// The account of an index that was given out before.
  static func account(_ index: UInt32) -> Account {
    let index = Int(index)
    return unsafe Account(
      state: table.load(ordering: .acquiring)![index / chunkSize][index % chunkSize])
  }
}
