internal import Glibc
public import Platform
internal import Synchronization

/// Watches directories on a thread of its own, and keeps what it sees until the owning thread asks for it.
///
/// Several events of one file become one: what is told is how the file is now, compared with what was told
/// last. So the queue holds each file once; when it is full, the thread sleeps until the owner has come, and the
/// system keeps the rest.
public final class BackgroundWatcher: Sendable {
  /// What the two threads share.
  private struct Queue {
    var order: [String] = []
    var events: [String: WatchEvent] = [:]
    /// Those that are of no file.
    var others: [WatchEvent] = []
    var failure: SystemError?
    var isOver = false
    /// A byte lies in the pipe.
    var isAnnounced = false
    /// The thread waits for room.
    var isWaiting = false
  }

  private let queue = Mutex(Queue())
  private let limit: Int
  private let stopper: WatchStopper
  private let readEnd: FileDescriptor
  private let writeEnd: FileDescriptor
  /// Readable once there is room for what the thread has; it waits nowhere else for the owner.
  private let roomReadEnd: FileDescriptor
  private let roomWriteEnd: FileDescriptor
  private let whenPending: @Sendable () -> Void
  /// How often the thread has waited for room.
  let waits = Atomic<Int>(0)
  /// The thread, as its number: 0 once it was waited for.
  private let thread = Mutex<pthread_t>(0)

  /// Readable whenever ``processPending(_:)`` has something to hand over: for `poll(2)` and its like.
  public var descriptor: Int32 { readEnd.rawValue }

  /// - Parameters:
  ///   - watcher: used by the new thread from now on, and by nobody else.
  ///   - limit: how many files' events are kept.
  ///   - whenPending: called when ``processPending(_:)`` has something to hand over and had nothing before; on the
  ///     watching thread, so that it must only pass the word on. For owners that cannot wait for ``descriptor``.
  /// - Throws: `SystemError` where there is no thread or no descriptor left.
  public init(
    _ watcher: sending DirectoryWatcher, limit: Int = 4096,
    whenPending: @escaping @Sendable () -> Void = {}
  ) throws(SystemError) {
    let ends = try makePipe()
    readEnd = FileDescriptor(rawValue: ends.read, path: "a pipe")
    writeEnd = FileDescriptor(rawValue: ends.write, path: "a pipe")
    let roomEnds = try makePipe()
    roomReadEnd = FileDescriptor(rawValue: roomEnds.read, path: "a pipe")
    roomWriteEnd = FileDescriptor(rawValue: roomEnds.write, path: "a pipe")
    self.limit = max(1, limit)
    self.whenPending = whenPending
    stopper = watcher.stopper
    let work = unsafe Unmanaged.passRetained(Work(watcher, self)).toOpaque()
    var number = pthread_t()
    let code = unsafe pthread_create(
      &number, nil,
      { work in
        // Signals are the business of the host's own threads.
        var all = sigset_t()
        unsafe sigfillset(&all)
        unsafe pthread_sigmask(SIG_BLOCK, &all, nil)
        let work = unsafe Unmanaged<Work>.fromOpaque(work!).takeRetainedValue()
        work.run()
        return nil
      }, work)
    guard code == 0 else {
      unsafe Unmanaged<Work>.fromOpaque(work).release()
      throw SystemError("start", "the watching thread", code: code)
    }
    thread.withLock { $0 = number }
  }

  /// Ends the thread and waits for it; what it has seen can still be handed over. Must be called before the last
  /// reference goes away, which the thread's own is not. [owning thread]
  public func stop() {
    stopper.stop()
    queue.withLock { queue in
      queue.isOver = true
      giveRoom(&queue)
    }
    let number = thread.withLock { number in
      defer { number = 0 }
      return number
    }
    if number != 0 { pthread_join(number, nil) }
  }

  /// Hands over what has been seen since the last time; waits for nobody. [owning thread]
  ///
  /// - Throws: `SystemError` where the watcher has failed; it sees nothing more then.
  public func processPending(_ body: (WatchEvent) -> Void) throws(SystemError) {
    let (events, failure) = queue.withLock { queue -> ([WatchEvent], SystemError?) in
      let events = queue.others + queue.order.compactMap { queue.events[$0] }
      queue.order = []
      queue.events = [:]
      queue.others = []
      if queue.isAnnounced {
        queue.isAnnounced = false
        var byte: UInt8 = 0
        // It lies there: who put it there said so.
        _ = unsafe read(readEnd.rawValue, &byte, 1)
      }
      giveRoom(&queue)
      defer { queue.failure = nil }
      return (events, queue.failure)
    }
    for event in events { body(event) }
    if let failure { throw failure }
  }

  /// Wakes the thread where it waits for room.
  private func giveRoom(_ queue: inout Queue) {
    guard queue.isWaiting else { return }
    queue.isWaiting = false
    // A pipe that is empty takes a byte.
    try? roomWriteEnd.write([0])
  }

  // MARK: The watching thread

  private final class Work {
    let watcher: DirectoryWatcher
    let owner: BackgroundWatcher

    init(_ watcher: DirectoryWatcher, _ owner: BackgroundWatcher) {
      self.watcher = watcher
      self.owner = owner
    }

    func run() {
      do throws(SystemError) {
        while !watcher.stopper.isStopped {
          for event in try watcher.next() { owner.put(event) }
        }
      } catch {
        owner.announce { $0.failure = error }
      }
    }
  }

  private func put(_ event: WatchEvent) {
    announce { queue in
      guard let path = event.path else {
        queue.others.append(event)
        return
      }
      guard let last = queue.events[path] else {
        queue.order.append(path)
        queue.events[path] = event
        return
      }
      queue.events[path] = Self.merged(last, event)
      if queue.events[path] == nil { queue.order.removeAll { $0 == path } }
    }
    // Full: the owner has to come first.
    while queue.withLock({ queue in
      queue.isWaiting = queue.order.count >= limit && !queue.isOver
      return queue.isWaiting
    }) {
      waits.add(1, ordering: .relaxed)
      var byte: UInt8 = 0
      _ = unsafe read(roomReadEnd.rawValue, &byte, 1)
    }
  }

  private func announce(_ change: (inout Queue) -> Void) {
    let isNews = queue.withLock { queue in
      change(&queue)
      guard !queue.isAnnounced else { return false }
      queue.isAnnounced = true
      try? writeEnd.write([0])
      return true
    }
    if isNews { whenPending() }
  }

  /// What two events of one file come to; nil where the file is as it was.
  static func merged(_ first: WatchEvent, _ second: WatchEvent) -> WatchEvent? {
    switch (first, second) {
    case (.appeared, .disappeared): nil
    case (.appeared(let path), _): .appeared(path)
    case (.disappeared(let path), .appeared), (.disappeared(let path), .changed): .changed(path)
    default: second
    }
  }
}
