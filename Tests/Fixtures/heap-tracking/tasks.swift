// A plugin whose task goes on where the pool of threads has it.
import Glibc

final class Item {
  let number: Int
  init(_ number: Int) { self.number = number }
}

nonisolated(unsafe) private var items: [Item] = []
nonisolated(unsafe) private var starter = pthread_self()

/// Calls `done` from a task, with 1 where that ran on another thread than this one.
@c public func tasks_start(_ count: Int, _ done: @convention(c) @Sendable (Int32) -> Void) {
  starter = pthread_self()
  Task.detached {
    await Task.yield()
    items.reserveCapacity(count)
    for number in 0..<count {
      items.append(Item(number))
      if number % 100 == 0 { await Task.yield() }
    }
    done(pthread_equal(pthread_self(), starter) == 0 ? 1 : 0)
  }
}

@c public func tasks_forget() { items = [] }
