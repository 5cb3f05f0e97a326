internal import Synchronization

/// A number that threads count up together.
final class Counter: Sendable {
  private let value = Mutex(0)

  /// The number with this step.
  func increment() -> Int {
    value.withLock {
      $0 += 1
      return $0
    }
  }
}
