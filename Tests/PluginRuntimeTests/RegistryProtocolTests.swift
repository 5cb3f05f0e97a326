import TestSupport
import Testing

/// A model of how the registry lets readers look up without a lock while plugins are taken down, and a
/// search through everything that can happen.
///
/// Memory is that of x86-64 (total store order: Sewell et al. 2010): a thread's stores wait in a queue of its
/// own and become visible in their order, some time. `membarrier(2)` empties the queues of all others.
/// The steps are those of `Registry.acquire`, `release` and `withdraw` and of `Section`.
private struct Protocol {
  /// What can be left out, to see that it is needed.
  var hasBarrier = true
  var waitsForSections = true
  var publishesFirst = true
  var readers = 2
  /// How often each reader looks up.
  var rounds = 2

  enum Variable: UInt8 { case section, slot }

  struct Store: Hashable {
    var variable: Variable
    var value: UInt8
  }

  struct Reader: Hashable {
    var step = 0
    var round = 0
    var sawEntry = false
    /// What others see, and what they do not see yet.
    var section: UInt8 = 0
    var slot: UInt8 = 0
    var queue: [Store] = []

    mutating func drainOne() {
      let store = queue.removeFirst()
      switch store.variable {
      case .section: section = store.value
      case .slot: slot = store.value
      }
    }
  }

  struct State: Hashable {
    var readers: [Reader]
    var isListed = true
    var isGone = false
    var writerStep = 0
    var index = 0
  }

  /// Whether some order of steps lets a reader use an entry whose plugin is gone; with it, how many states
  /// there are.
  func search() -> (isBroken: Bool, states: Int) {
    TestSupport.search(
      from: State(readers: Array(repeating: Reader(), count: readers)),
      successors: successors(of:),
      // A reader that has its entry uses it in every state until it has given it back.
      isBroken: { $0.isGone && $0.readers.contains { $0.step == 4 } })
  }

  private func successors(of state: State) -> [State] {
    var all: [State] = []
    for index in state.readers.indices {
      if !state.readers[index].queue.isEmpty {
        var next = state
        next.readers[index].drainOne()
        all.append(next)
      }
      if let next = readerStep(index, state) { all.append(next) }
    }
    if let next = writerStep(state) { all.append(next) }
    return all
  }

  private func readerStep(_ index: Int, _ state: State) -> State? {
    var next = state
    var reader = state.readers[index]
    switch reader.step {
    case 0:
      guard reader.round < rounds else { return nil }
      reader.queue.append(Store(variable: .section, value: 1))
      reader.step = 1
    case 1:
      reader.sawEntry = state.isListed
      reader.step = 2
    case 2:
      if reader.sawEntry { reader.queue.append(Store(variable: .slot, value: 1)) }
      reader.step = 3
    case 3:
      reader.queue.append(Store(variable: .section, value: 0))
      reader.step = reader.sawEntry ? 4 : 5
    case 4:
      // Giving back is a compare and exchange: it empties the queue.
      while !reader.queue.isEmpty { reader.drainOne() }
      reader.slot = 0
      reader.step = 5
    default:
      reader.round += 1
      reader.step = 0
    }
    next.readers[index] = reader
    return next
  }

  /// The writer's stores are exchanges: they are visible at once.
  private func writerStep(_ state: State) -> State? {
    var next = state
    switch state.writerStep {
    case 0:
      if publishesFirst { next.isListed = false }
      next.writerStep = 1
    case 1:
      if hasBarrier {
        for index in next.readers.indices {
          while !next.readers[index].queue.isEmpty { next.readers[index].drainOne() }
        }
      }
      next.writerStep = 2
    case 2:
      // One reader after the other; waits where the reader is inside.
      guard waitsForSections, state.index < readers else {
        next.index = 0
        next.writerStep = 3
        break
      }
      guard state.readers[state.index].section == 0 else { return nil }
      next.index += 1
    case 3:
      guard state.index < readers else {
        next.writerStep = 4
        break
      }
      // Waits for who holds it.
      guard state.readers[state.index].slot == 0 else { return nil }
      next.index += 1
    case 4:
      next.isListed = false
      next.isGone = true
      next.writerStep = 5
    default: return nil
    }
    return next
  }
}

@Suite("The registry's protocol, in every order of its steps,")
struct RegistryProtocolTests {
  @Test("never lets a reader use what is gone", arguments: [(1, 3), (2, 2)])
  func isRight(_ readers: Int, _ rounds: Int) {
    let (isBroken, states) = Protocol(readers: readers, rounds: rounds).search()
    #expect(!isBroken)
    #expect(states > 100)
  }

  @Test("needs the barrier: a reader's stores may be on their way")
  func needsBarrier() {
    #expect(Protocol(hasBarrier: false).search().isBroken)
  }

  @Test("needs to wait for sections: a reader may have seen the entry and not said so")
  func needsSections() {
    #expect(Protocol(waitsForSections: false).search().isBroken)
  }

  @Test("needs the entry to go first: it could be found again")
  func needsPublication() {
    #expect(Protocol(publishesFirst: false).search().isBroken)
  }
}
