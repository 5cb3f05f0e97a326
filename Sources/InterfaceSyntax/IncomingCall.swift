/// A call from C to Swift: a closure without captures that C calls, and that has Swift do the work.
struct IncomingCall {
  var parameters: [CrossingType]
  /// The argument labels in Swift.
  var labels: [String?]
  var result: CrossingType
  var canThrow: Bool
  /// Statements before everything else.
  var prelude: [String] = []
  /// What hands what ``callee`` is found by to a closure, and what it is called there; Swift source.
  var receiver: (function: String, name: String)?
  /// The function in Swift, and whose account is charged; Swift source.
  var callee: String
  var account: String
  /// An argument before all others; Swift source.
  var object: String?
  var argument = "argument"
  var own = "call"
  /// Whether all that can be thrown is a `PluginError`, which need not be put into a box then. Embedded Swift has no
  /// other errors.
  var throwsTyped = false

  private func name(_ index: Int) -> String { "\(argument)\(index)" }

  /// `{ callContext, argument0, … in … }`
  func closure() -> String {
    var names = ["\(own)Context"] + parameters.indices.map(name)
    if canThrow {
      if result != .nothing { names.append("\(own)Result") }
      names.append("\(own)Failure")
    }
    var lines = canThrow ? throwing() : notThrowing()
    if let receiver {
      lines =
        ["\(receiver.function) { \(receiver.name) in"] + lines.map { indented($0, by: 2) } + ["}"]
    }
    return "{ \(names.joined(separator: ", ")) in\n"
      + lines.map { indented($0, by: 2) }.joined(separator: "\n") + "\n}"
  }

  private func throwing() -> [String] {
    var lines = prelude + received()
    let call = "try unsafe \(callee)(\(arguments()))"
    switch result {
    case .nothing: lines.append(call)
    case .text, .bytes:
      lines += [
        "let \(own)Value = \(call)", "try unsafe \(own)Value.give(to: \(own)Result, \(account))",
      ]
    default:
      lines.append("let \(own)Value = \(call)")
      let crossing = result.encoded("\(own)Value", memory: "\(own)Memory")
      if result.mayOwnMemory {
        lines.append(
          "try unsafe CrossingMemory.give(to: \(own)Result, \(account)) { \(own)Memory throws(PluginError) in "
            + "\(crossing.marked) }")
      } else {
        lines.append("unsafe \(own)Result?.pointee = \(crossing.text)")
      }
    }
    lines.append("return PLR_OK")
    return [throwsTyped ? "do throws(PluginError) {" : "do {"] + lines.map { indented($0, by: 2) }
      + [
        "} catch {",
        "  return unsafe \(throwsTyped ? "error" : "PluginError(error)").write(to: \(own)Failure)",
        "}",
      ]
  }

  private func notThrowing() -> [String] {
    var call = "unsafe \(callee)(\(arguments()))"
    if case .scalar(let swift, _) = result, swift != CrossingType.crossingScalar(swift) {
      call = "unsafe \(CrossingType.crossingScalar(swift))(\(callee)(\(arguments())))"
    }
    for index in parameters.indices.reversed() where parameters[index] == .borrowed(.text) {
      call = "unsafe \(name(index)).withRepairedSpan { \(name(index)) in \(call) }"
    }
    let lines = prelude + received()
    if case .optional = result {
      return lines + [
        "let \(own)Value = \(call)",
        "return " + result.encoded("\(own)Value", memory: "\(own)Memory").marked,
      ]
    }
    return lines + [lines.isEmpty || result == .nothing ? call : "return " + call]
  }

  private func arguments() -> String {
    let others = zip(parameters.indices, labels).map { index, label in
      let value: String
      switch parameters[index] {
      case .borrowed(.text): value = canThrow ? "\(own)Span\(index)" : name(index)
      case .borrowed: value = "\(own)Span\(index)"
      case .closure: value = "\(own)Closure\(index)"
      default: value = parameters[index].decoded(name(index), isStrict: canThrow).text
      }
      return label.map { "\($0): \(value)" } ?? value
    }
    return ((object.map { [$0] } ?? []) + others).joined(separator: ", ")
  }

  /// Statements that make spans and closures of what has arrived.
  private func received() -> [String] {
    var lines: [String] = []
    // First what was given away: whatever fails then, it is released.
    for index in parameters.indices {
      guard case .closure(let closure) = parameters[index] else { continue }
      lines += received(closure, index)
    }
    for index in parameters.indices {
      guard case .borrowed(let borrowed) = parameters[index] else { continue }
      let (name, buffer, span) = (name(index), "\(own)Buffer\(index)", "\(own)Span\(index)")
      switch borrowed {
      case .text:
        guard canThrow else { continue }
        lines += [
          "try unsafe \(name).checkUTF8()", "let \(buffer) = unsafe \(name).buffer",
          "let \(span) = unsafe UTF8Span(unchecked: \(buffer).span)",
        ]
      case .bytes:
        lines += [
          "let \(buffer) = unsafe \(name).buffer",
          "let \(span) = unsafe UnsafeRawBufferPointer(\(buffer)).bytes",
        ]
      case .numbers(let swift, let c):
        lines.append(
          c == "uint8_t"
            ? "let \(buffer) = unsafe \(name).buffer"
            : "let \(buffer) = unsafe UnsafeBufferPointer<\(swift)>(lent: \(name).elements, \(name).count)"
        )
        lines.append("let \(span) = unsafe \(buffer).span")
      }
    }
    return lines
  }

  private func received(_ closure: CrossingClosure, _ index: Int) -> [String] {
    let (name, received, function) = (
      name(index), "\(own)Received\(index)", "\(own)Function\(index)"
    )
    var call = OutgoingCall(
      parameters: closure.parameters, result: closure.result, canThrow: closure.canThrow,
      callee: function, context: "\(received).context", account: "\(received).account")
    call.argument = "inner"
    call.own = "inner"
    var body = call.body()
    if closure.isKept {
      body =
        [
          "let innerPin = try \(received).enter()", "defer { \(received).leave(innerPin) }",
        ] + body
    }
    let names = closure.parameters.indices.map { "inner\($0)" }.joined(separator: ", ")
    let head =
      "(\(names))\(closure.canThrow ? " throws(PluginError)" : "") -> \(closure.result.inSwift) in"
    let made =
      closure.isKept
      ? "KeptClosure(\(name).guard, \(name).guard_table, \(name).context, \(name).release, \(account))"
      : "LentClosureReceiver(\(name).context, \(account))"
    return [
      "let \(received) = unsafe \(made)",
      "nonisolated(unsafe) let \(function) = unsafe \(name).call!",
      "let \(own)Closure\(index): \(closure.swift) = { \(head)\n"
        + body.map { indented($0, by: 2) }.joined(separator: "\n") + "\n}",
    ]
  }
}
