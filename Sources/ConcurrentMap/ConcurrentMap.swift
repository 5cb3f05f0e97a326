internal import Dispatch
internal import Synchronization

/// Runs `body` for each number below `count` on all processors; results in order.
///
/// The corresponding C function is `dispatch_apply`. Returns when all are done.
public func concurrentMap<Result: Sendable>(
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

extension Array {
  /// Maps the elements on all processors, so many at a time; results in order.
  ///
  /// Worth it for thousands of elements: a few are mapped by the caller's thread alone.
  public func concurrentMap<Result: Sendable>(
    chunk: Int = 2048, _ body: @Sendable (Element) -> Result
  ) -> [Result] where Element: Sendable {
    concurrentChunks(chunk) { $0.map(body) }.flatMap { $0 }
  }

  /// Maps runs of so many elements on all processors; results in order. A last run may be shorter.
  public func concurrentChunks<Result: Sendable>(
    _ chunk: Int = 2048, _ body: @Sendable (ArraySlice<Element>) -> Result
  ) -> [Result] where Element: Sendable {
    guard count > chunk else { return isEmpty ? [] : [body(self[...])] }
    return ConcurrentMap.concurrentMap(count: (count + chunk - 1) / chunk) { part in
      body(self[part * chunk..<Swift.min((part + 1) * chunk, count)])
    }
  }
}
