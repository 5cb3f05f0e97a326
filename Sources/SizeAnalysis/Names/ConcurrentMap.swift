internal import Dispatch
internal import Synchronization

/// Runs `body` for each number below `count` on all processors; results in order.
func concurrentMap<Result: Sendable>(
  count: Int, _ body: @Sendable (Int) -> Result
) -> [Result] {
  let results = Mutex([Result?](repeating: nil, count: count))
  DispatchQueue.concurrentPerform(iterations: count) { index in
    let result = body(index)
    results.withLock { $0[index] = result }
  }
  // Every number was given a result.
  return results.withLock { $0.map { $0! } }
}

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
