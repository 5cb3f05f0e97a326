public import Platform
public import PluginHost
internal import Synchronization

/// What a `DirectoryWatcher` sees, for `for try await`.
///
/// Events of one file that nobody has taken yet become one, as with `BackgroundWatcher`, which this one waits for
/// on a thread of its own; no thread of Swift's pool waits. One task takes the events: of two, each gets some. The
/// watching ends with the last reference to the sequence or an iterator of it, and with ``stop()``.
public struct WatchEvents: AsyncSequence, Sendable {
  public typealias Element = WatchEvent
  public typealias Failure = SystemError

  private let source: WatchSource

  /// - Parameters:
  ///   - watcher: used by the new thread from now on, and by nobody else.
  ///   - limit: how many files' events are kept; then the system keeps the rest.
  /// - Throws: `SystemError` where there is no thread or no descriptor left.
  public init(_ watcher: sending DirectoryWatcher, limit: Int = 4096) throws(SystemError) {
    source = try WatchSource(watcher, limit: limit)
  }

  /// Ends the watching: who waits gets nil, after what was seen before. [any thread]
  public func stop() { source.stop() }

  public func makeAsyncIterator() -> Iterator { Iterator(source: source) }

  public struct Iterator: AsyncIteratorProtocol {
    public typealias Element = WatchEvent
    public typealias Failure = SystemError

    let source: WatchSource

    /// The next event; nil where the watching has ended or the task was cancelled.
    ///
    /// - Throws: `SystemError` where the watcher has failed; it sees nothing more then.
    public mutating func next(
      isolation actor: isolated (any Actor)? = #isolation
    ) async throws(SystemError) -> WatchEvent? {
      while true {
        if let event = try source.take() { return event }
        guard !source.isStopped, !Task.isCancelled else { return nil }
        let bell = source.bell
        await withTaskCancellationHandler {
          await bell.wait()
        } onCancel: {
          bell.ring()
        }
      }
    }
  }
}

/// A watcher in the background, and what was taken from it and not handed over yet.
final class WatchSource: Sendable {
  private struct Taken {
    /// The last one first.
    var events: [WatchEvent] = []
    var failure: SystemError?
  }

  let bell: Bell
  private let watcher: BackgroundWatcher
  private let taken = Mutex(Taken())
  private let isOver = Atomic<Bool>(false)

  init(_ watcher: sending DirectoryWatcher, limit: Int) throws(SystemError) {
    let bell = Bell()
    self.bell = bell
    self.watcher = try BackgroundWatcher(watcher, limit: limit) { bell.ring() }
  }

  deinit { watcher.stop() }

  var isStopped: Bool { isOver.load(ordering: .acquiring) }

  func stop() {
    isOver.store(true, ordering: .releasing)
    watcher.stop()
    bell.ring()
  }

  /// An event that was seen; nil where there is none.
  func take() throws(SystemError) -> WatchEvent? {
    let (event, failure) = taken.withLock { taken -> (WatchEvent?, SystemError?) in
      if taken.events.isEmpty {
        do throws(SystemError) {
          try watcher.processPending { taken.events.append($0) }
        } catch {
          taken.failure = error
        }
        taken.events.reverse()
      }
      if let event = taken.events.popLast() { return (event, nil) }
      defer { taken.failure = nil }
      return (nil, taken.failure)
    }
    if let failure {
      isOver.store(true, ordering: .releasing)
      throw failure
    }
    return event
  }
}

/// Wakes tasks that wait; a ring that nobody waits for is kept for the next one who does.
final class Bell: Sendable {
  private struct State {
    var hasRung = false
    var waiting: [CheckedContinuation<Void, Never>] = []
  }
  private let state = Mutex(State())

  func ring() {
    let waiting = state.withLock { state in
      defer { state.waiting = [] }
      if state.waiting.isEmpty { state.hasRung = true }
      return state.waiting
    }
    for each in waiting { each.resume() }
  }

  func wait() async {
    await withCheckedContinuation { continuation in
      let isDue = state.withLock { state in
        if state.hasRung {
          state.hasRung = false
          return true
        }
        state.waiting.append(continuation)
        return false
      }
      if isDue { continuation.resume() }
    }
  }
}
