internal import Platform
internal import Synchronization

/// Ends the wait of a ``DirectoryWatcher``, from any thread.
public final class WatchStopper: Sendable {
  /// The write end of a pipe that the watcher waits for too.
  private let end: FileDescriptor
  private let isUsed = Atomic<Bool>(false)

  init(_ end: consuming FileDescriptor) { self.end = end }

  /// Whether ``stop()`` was called. [any thread]
  public var isStopped: Bool { isUsed.load(ordering: .acquiring) }

  /// From now on nobody waits any more.
  public func stop() {
    guard !isUsed.exchange(true, ordering: .acquiringAndReleasing) else { return }
    // A pipe that is empty takes a byte.
    try? end.write([0])
  }
}
