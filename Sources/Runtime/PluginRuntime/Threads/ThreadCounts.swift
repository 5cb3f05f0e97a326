/// Which threads are inside of something, each with how often: so that who waits for it does not wait for
/// itself. Has its memory from the start; more threads than it holds wait until there is room.
struct ThreadCounts {
  private static let capacity = 64
  private var threads = InlineArray<64, UInt64>(repeating: 0)
  private var counts = InlineArray<64, UInt32>(repeating: 0)

  /// False, with nothing changed, where there is no room: a thread that is inside already has some.
  mutating func enter(_ thread: UInt64) -> Bool {
    guard let place = place(of: thread) ?? place(of: 0) else { return false }
    threads[place] = thread
    counts[place] += 1
    return true
  }

  mutating func leave(_ thread: UInt64) {
    guard let place = place(of: thread) else { return }
    counts[place] -= 1
    if counts[place] == 0 { threads[place] = 0 }
  }

  func contains(_ thread: UInt64) -> Bool { place(of: thread) != nil }

  var isEmpty: Bool { isEmpty(but: 0) }

  func isEmpty(but thread: UInt64) -> Bool {
    for place in 0..<Self.capacity where threads[place] != 0 && threads[place] != thread {
      return false
    }
    return true
  }

  private func place(of thread: UInt64) -> Int? {
    for place in 0..<Self.capacity where threads[place] == thread { return place }
    return nil
  }
}
