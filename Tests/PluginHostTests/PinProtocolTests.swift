import TestSupport
import Testing

/// A model of how threads go into a plugin without a lock while it is taken down or replaced, and a search
/// through everything that can happen.
///
/// Memory is that of x86-64 (total store order: Sewell et al. 2010): a thread's stores wait in a queue of its
/// own and become visible in their order, some time. `membarrier(2)` empties the queues of all others. The
/// steps are those of `pin_enter`, `pin_leave` and `pin_drain`.
private struct PinModel {
  /// What can be left out, to see that it is needed.
  var hasBarrier = true
  var looksAgain = true
  var closesFirst = true
  var asksForTheGeneration = true
  /// The place is handed out again, for another plugin, once the first one is gone.
  var isUsedAgain = false
  var readers = 2
  var rounds = 2

  struct Reader: Hashable {
    var step = 0
    var round = 0
    /// What it found handed out: a life, or 0.
    var found: UInt8 = 0
    /// What others see, and what they do not see yet.
    var inside: UInt8 = 0
    var queue: [UInt8] = []

    mutating func drainAll() {
      if let last = queue.last { inside = last }
      queue = []
    }
  }

  struct State: Hashable {
    var readers: [Reader]
    /// The address that is handed out: lives at one address cannot be told apart by it.
    var current: UInt8 = 1
    /// Which generation of handles it is handed out to.
    var generation: UInt8 = 1
    var isFirstGone = false
    var writerStep = 0
    var index = 0
  }

  /// Whether some order of steps lets a reader be inside of the first plugin when that is gone, or into the
  /// second one by a handle of the first.
  func search() -> (isBroken: Bool, states: Int) {
    TestSupport.search(
      from: State(readers: Array(repeating: Reader(), count: readers)),
      successors: successors(of:),
      isBroken: { $0.isFirstGone && $0.readers.contains { $0.step == 3 } })
  }

  private func successors(of state: State) -> [State] {
    var all: [State] = []
    for index in state.readers.indices {
      if !state.readers[index].queue.isEmpty {
        var next = state
        next.readers[index].inside = next.readers[index].queue.removeFirst()
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
      guard reader.round < rounds, state.current != 0 else { return nil }
      reader.found = state.current
      reader.step = 1
    case 1:
      reader.queue.append(reader.found)
      reader.step = 2
    case 2:
      let isStill = !looksAgain || state.current == reader.found
      // Its handle is of the first generation.
      let isMine = !asksForTheGeneration || state.generation == 1
      reader.step = isStill && isMine ? 3 : 4
    case 3:
      // A call into the plugin, which is inside until the next step.
      reader.step = 4
    default:
      reader.queue.append(0)
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
      if closesFirst { next.current = 0 }
      next.writerStep = 1
    case 1:
      if hasBarrier { for index in next.readers.indices { next.readers[index].drainAll() } }
      next.writerStep = 2
    case 2:
      guard state.index < readers else {
        next.current = 0
        next.isFirstGone = true
        next.writerStep = 3
        break
      }
      // Waits for who is inside.
      guard state.readers[state.index].inside != 1 else { return nil }
      next.index += 1
    case 3 where isUsedAgain:
      next.generation = 2
      next.writerStep = 4
    case 4:
      next.current = 1
      next.writerStep = 5
    default: return nil
    }
    return next
  }
}

@Suite("The pins' protocol, in every order of its steps,")
struct PinProtocolTests {
  @Test(
    "never lets a thread be inside of what is gone, or inside of another plugin",
    arguments: [(1, 3), (2, 2)], [false, true])
  func isRight(_ size: (readers: Int, rounds: Int), isUsedAgain: Bool) {
    let model = PinModel(isUsedAgain: isUsedAgain, readers: size.readers, rounds: size.rounds)
    let (isBroken, states) = model.search()
    #expect(!isBroken)
    #expect(states > 100)
  }

  @Test("needs the barrier: what a thread has written down may be on its way")
  func needsBarrier() { #expect(PinModel(hasBarrier: false).search().isBroken) }

  @Test("needs the second look: the plugin may have gone before the thread wrote it down")
  func needsSecondLook() { #expect(PinModel(looksAgain: false).search().isBroken) }

  @Test("needs the plugin to be closed first: others would still come")
  func needsClosing() { #expect(PinModel(closesFirst: false).search().isBroken) }

  @Test("needs the generation: another plugin may stand at the same place")
  func needsGeneration() {
    #expect(PinModel(asksForTheGeneration: false, isUsedAgain: true).search().isBroken)
  }
}
