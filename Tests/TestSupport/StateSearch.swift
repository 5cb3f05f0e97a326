/// Goes through every state of a model that some order of steps leads to.
///
/// - Parameters:
///   - successors: the states that one step of one participant leads to.
///   - isBroken: whether what must never happen has happened in a state.
/// - Returns: whether it can happen, and how many states were seen; the search ends with the first that is broken.
/// - Complexity: O(states), each kept.
public func search<State: Hashable>(
  from start: State, successors: (State) -> [State], isBroken: (State) -> Bool
) -> (isBroken: Bool, states: Int) {
  var seen: Set<State> = [start]
  var open = [start]
  while let state = open.popLast() {
    for next in successors(state) where seen.insert(next).inserted {
      if isBroken(next) { return (true, seen.count) }
      open.append(next)
    }
  }
  return (false, seen.count)
}
