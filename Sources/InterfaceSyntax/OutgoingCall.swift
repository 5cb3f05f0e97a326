/// A call from Swift to C: the body of a Swift function, or closure, whose work a function of C does.
struct OutgoingCall {
  var parameters: [CrossingType]
  var result: CrossingType
  var canThrow: Bool
  /// The C function, its first argument, and whose account is charged; all Swift source.
  var callee: String
  var context: String
  var account: String
  /// What a closure is called in C, by the index of the parameter.
  var closureInC: (Int) -> String = { _ in "" }
  /// What parameters are called, and what the body calls its own.
  var argument = "argument"
  var own = "call"

  private func name(_ index: Int) -> String { "\(argument)\(index)" }
  private func crossing(_ index: Int) -> String { "\(own)Crossing\(index)" }
  private var memory: String { own + "Memory" }

  /// How a parameter reaches C.
  private enum Way {
    /// As an expression in the call.
    case direct(String)
    /// Made before the call, in `memory`.
    case inMemory
    /// Within a closure that lends it; the source before and behind the inner expression, and the argument.
    case lent(before: String, after: String, argument: String)
    /// A closure that is given away before the call.
    case given(CrossingClosure)
  }

  private func way(_ index: Int) -> Way {
    let name = name(index)
    switch parameters[index] {
    case .scalar, .optional(.scalar):
      return .direct(parameters[index].encoded(name, memory: memory).text)
    case .text, .bytes, .borrowed(.text), .borrowed(.bytes), .borrowed(.numbers(_, "uint8_t")):
      return .lent(before: "unsafe \(name).lend { \(name) in ", after: " }", argument: name)
    case .array(.scalar(let swift, _)), .borrowed(.numbers(let swift, _)):
      let count = "\(own)Count\(index)"
      return .lent(
        before: "unsafe \(name).lendElements(as: \(CrossingType.crossingScalar(swift)).self) "
          + "{ \(name), \(count) in ",
        after: " }", argument: ".init(elements: \(name), count: \(count))")
    case .closure(let closure):
      if closure.isKept { return .given(closure) }
      return .lent(
        before: "withoutActuallyEscaping(\(name)) { \(name) in unsafe LentClosure.lend(\(name), "
          + "\(account)) { \(name) in ",
        after: " } }",
        argument: "\(closureInC(index))(context: \(name), call: \(thunk(closure)))")
    default: return .inMemory
    }
  }

  /// The C function that calls a Swift closure.
  private func thunk(_ closure: CrossingClosure) -> String {
    let holder = closure.isKept ? "GivenClosure" : "LentClosure"
    return IncomingCall(
      parameters: closure.parameters, labels: closure.parameters.map { _ in nil },
      result: closure.result, canThrow: closure.canThrow,
      prelude: ["let given = unsafe \(holder)<\(closure.swift)>.at(givenContext)"],
      callee: "given.call", account: "given.account", argument: "given", own: "given"
    ).closure()
  }

  /// The statements, one in a line but for the closures in them.
  func body() -> [String] {
    var lines: [String] = []
    var arguments = [context]
    var wraps: [(before: String, after: String)] = []
    var usesMemory = false
    for index in parameters.indices {
      switch way(index) {
      case .direct(let argument): arguments.append(argument)
      case .inMemory:
        if !usesMemory {
          lines += ["var \(memory) = CrossingMemory()", "defer { \(memory).free() }"]
          usesMemory = true
        }
        let type = parameters[index]
        let value = type.encoded(name(index), memory: memory)
        lines.append(
          "let \(crossing(index)): \(type.crossingInSwift(isResult: false)) = \(value.marked)")
        arguments.append(crossing(index))
      case .lent(let before, let after, let argument):
        wraps.append((before, after))
        arguments.append(argument)
      case .given(let closure):
        let given = crossing(index)
        arguments.append(
          "\(closureInC(index))(guard: \(given).guard, guard_table: \(given).table, "
            + "context: \(given).context, release: { given in "
            + "unsafe GivenClosure<\(closure.swift)>.release(given) }, call: \(thunk(closure)))")
      }
    }
    // Last, so that nothing can fail between giving away and the call.
    for index in parameters.indices {
      guard case .given = way(index) else { continue }
      lines.append(
        "let \(crossing(index)) = try unsafe GivenClosure.give(\(name(index)), \(account))")
    }
    if canThrow {
      if result != .nothing { arguments.append("&\(own)Result") }
      arguments.append("&\(own)Failure")
    }
    var call = "unsafe \(callee)(\(arguments.joined(separator: ", ")))"
    for wrap in wraps.reversed() { call = wrap.before + call + wrap.after }
    return lines + (canThrow ? throwing(call) : notThrowing(call))
  }

  private func throwing(_ call: String) -> [String] {
    var lines = ["var \(own)Failure = PluginError.room()"]
    if result != .nothing { lines.append("var \(own)Result = \(result.emptyResult.marked)") }
    lines += [
      "let \(own)Status = \(call)",
      "guard \(own)Status == PLR_OK else { throw PluginError(code: \(own)Status, \(own)Failure) }",
    ]
    switch result {
    case .nothing: break
    case .text: lines.append("return unsafe String(taking: \(own)Result, \(account))")
    case .bytes: lines.append("return unsafe [UInt8](taking: \(own)Result, \(account))")
    default:
      let released = result.released("\(own)Result", account: account)
      if let released = released.first { lines.append("defer { \(released) }") }
      lines.append("return " + result.decoded("\(own)Result").marked)
    }
    return lines
  }

  private func notThrowing(_ call: String) -> [String] {
    switch result {
    case .nothing: return [call]
    case .scalar(let swift, _) where swift != CrossingType.crossingScalar(swift):
      return ["return \(swift)(truncatingIfNeeded: \(call))"]
    case .optional:
      return [
        "let \(own)Result = \(call)", "return " + result.decoded("\(own)Result").marked,
      ]
    default: return ["return \(call)"]
    }
  }
}
