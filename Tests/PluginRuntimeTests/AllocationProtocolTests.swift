import TestSupport
import Testing

/// A model of how an account is closed, or its figures are taken over, while a thread allocates for it the
/// short way, and a search through everything that can happen.
///
/// Memory is that of x86-64 as in ``RegistryProtocolTests``. The steps are those of
/// `Allocator.allocateShort` and of `Registry.close`: an odd figure says that the thread is inside.
private struct AllocationProtocol {
  /// What can be left out, to see that it is needed.
  var hasBarrier = true
  var waits = true
  var marksFirst = true
  var rounds = 2

  enum Variable: UInt8 { case figure, owner }

  struct Store: Hashable {
    var variable: Variable
    var value: UInt8
  }

  struct State: Hashable {
    // The thread that allocates, and what it has stored that others do not see yet.
    var step = 0
    var round = 0
    var sawOpen = false
    var queue: [Store] = []
    // What others see: the figure, and whose the block is.
    var figure: UInt8 = 0
    var isOwned = false
    // Who closes.
    var isOpen = true
    var closing = 0

    mutating func drainOne() {
      let store = queue.removeFirst()
      switch store.variable {
      case .figure: figure = store.value
      case .owner: isOwned = store.value == 1
      }
    }
  }

  /// Whether some order of steps leaves a block to an account whose blocks were all freed.
  func search() -> (isBroken: Bool, states: Int) {
    TestSupport.search(
      from: State(), successors: successors(of:), isBroken: { $0.closing == 4 && $0.isOwned })
  }

  private func successors(of state: State) -> [State] {
    var all: [State] = []
    if !state.queue.isEmpty {
      var next = state
      next.drainOne()
      all.append(next)
    }
    if let next = threadStep(state) { all.append(next) }
    if let next = closingStep(state) { all.append(next) }
    return all
  }

  private func threadStep(_ state: State) -> State? {
    guard state.round < rounds else { return nil }
    var next = state
    switch (state.step, marksFirst) {
    case (0, true), (1, false): next.queue.append(Store(variable: .figure, value: 1))
    case (1, true), (0, false): next.sawOpen = state.isOpen
    case (2, _): if state.sawOpen { next.queue.append(Store(variable: .owner, value: 1)) }
    default:
      next.queue.append(Store(variable: .figure, value: 0))
      next.round += 1
    }
    next.step = (state.step + 1) % 4
    return next
  }

  private func closingStep(_ state: State) -> State? {
    var next = state
    switch state.closing {
    case 0: next.isOpen = false
    case 1: if hasBarrier { while !next.queue.isEmpty { next.drainOne() } }
    case 2: if waits && state.figure == 1 { return nil }
    // All blocks of the account are freed.
    case 3: next.isOwned = false
    default: return nil
    }
    next.closing += 1
    return next
  }
}

@Suite("The allocator's protocol, in every order of its steps,")
struct AllocationProtocolTests {
  @Test("leaves no block to an account that was closed", arguments: [1, 2, 3])
  func isRight(_ rounds: Int) {
    let (isBroken, states) = AllocationProtocol(rounds: rounds).search()
    #expect(!isBroken)
    #expect(states > 20)
  }

  @Test("needs the barrier: a thread's stores may be on their way")
  func needsBarrier() { #expect(AllocationProtocol(hasBarrier: false).search().isBroken) }

  @Test("needs to wait: a thread may have seen the account open")
  func needsWaiting() { #expect(AllocationProtocol(waits: false).search().isBroken) }

  @Test("needs the figure to be odd before the account is looked at")
  func needsMark() { #expect(AllocationProtocol(marksFirst: false).search().isBroken) }
}
