internal import Glibc
internal import Synchronization

private let serial = Atomic<UInt64>(0)

/// A text that no other thread or process of this machine makes while this process lives: the process's
/// number and how often it was asked for. Of two readings of a clock the same cannot be said.
public func uniqueName() -> String {
  "\(getpid())-\(serial.add(1, ordering: .relaxed).newValue)"
}
