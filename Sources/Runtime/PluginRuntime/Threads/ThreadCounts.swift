/// Which threads are inside of something, each with how often: so that who waits for it does not wait for
/// itself. Has its memory from the start; more threads than it holds wait until there is room.
struct ThreadCounts {
  private static let capacity = 64
  /// The first ``count`` places are taken, by one thread each.
  private var threads = InlineArray<64, UInt64>(repeating: 0)
  private var counts = InlineArray<64, UInt32>(repeating: 0)
  private var count = 0

  /// False, with nothing changed, where there is no room: a thread that is inside already has some.
  mutating func enter(_ thread: UInt64) -> Bool {
    if let place = place(of: thread) {
      counts[place] += 1
      return true
    }
    guard count < Self.capacity else { return false }
    threads[count] = thread
    counts[count] = 1
    count += 1
    return true
  }

  mutating func leave(_ thread: UInt64) {
    guard let place = place(of: thread) else { return }
    counts[place] -= 1
    guard counts[place] == 0 else { return }
    count -= 1
    threads[place] = threads[count]
    counts[place] = counts[count]
  }

  func contains(_ thread: UInt64) -> Bool { place(of: thread) != nil }

  var isEmpty: Bool { count == 0 }

  func isEmpty(but thread: UInt64) -> Bool { count == 0 || count == 1 && threads[0] == thread }

  private func place(of thread: UInt64) -> Int? {
    // Few are inside at a time; of the whole, each look would make a copy.
    let threads = threads.span
    for place in 0..<count where threads[place] == thread { return place }
    return nil
  }
}
