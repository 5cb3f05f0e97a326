/// A call between Rust and C, of a function of an interface or of a closure.
struct RustCall {
  /// What each argument is called in C and in Rust, and what it is.
  var parameters: [(name: String, type: CrossingType)]
  var result: CrossingType
  var canThrow: Bool
  /// The struct in the table for a parameter that is a closure.
  var closureNames: [Int: String] = [:]

  /// Of closures, which have no names for what they take.
  init(_ closure: CrossingClosure) {
    parameters = closure.parameters.enumerated().map { ("v\($0)", $1) }
    result = closure.result
    canThrow = closure.canThrow
  }

  init(_ function: InterfaceDeclaration.Function, closureNames: [Int: String]) {
    parameters = function.parameters.map { (rustName($0.name), $0.type) }
    result = function.result
    canThrow = function.canThrow
    self.closureNames = closureNames
  }

  /// The result of the Rust function, with its arrow; nothing where there is none.
  var arrow: String {
    if canThrow { return " -> Result<\(result.inRust), Error>" }
    return result == .nothing ? "" : " -> \(result.inRust)"
  }

  /// The C function's parameters behind the context, and its result.
  func inC() -> (names: [String], types: [String], arrow: String) {
    var names = parameters.indices.map { "a\($0)" }
    var types = parameters.enumerated().map { closureNames[$0] ?? $1.type.crossingInRust }
    guard canThrow else {
      return (names, types, result == .nothing ? "" : " -> \(result.crossingInRust)")
    }
    if result != .nothing {
      names.append("result")
      types.append("*mut \(result.crossingInRust)")
    }
    return (names + ["error"], types + ["*mut RawError"], " -> Status")
  }

  /// The type of a pointer to the C function.
  var pointer: String {
    let (_, types, arrow) = inC()
    return "unsafe extern \"C\" fn(\((["*mut c_void"] + types).joined(separator: ", ")))\(arrow)"
  }

  // MARK: From C to Rust

  /// The statements that call `callee` with what has arrived, as the body of a closure that is caught.
  ///
  /// - Parameter services: whoever gives the result away.
  func incoming(_ callee: String, services: String) -> [String] {
    var lines: [String] = []
    var arguments: [String] = []
    for (index, parameter) in parameters.enumerated() {
      let c = "a\(index)"
      if case .closure(let closure) = parameter.type {
        lines += closure.receivedInRust(c, services: services)
        arguments.append(closure.isKept ? c : "&\(c)")
        continue
      }
      switch parameter.type {
      case .scalar, .nothing: arguments.append(c)
      case .text, .borrowed(.text): arguments.append(canThrow ? "\(c).text()?" : "&\(c).repaired()")
      case .bytes, .borrowed, .array(.scalar): arguments.append("\(c).borrow()")
      default:
        // Where nothing can fail only numbers are optional.
        lines.append(
          "let \(c) = <\(parameter.type.inRust) as Crossing>::read(&\(c))"
            + (canThrow ? "?;" : ".unwrap_or_default();"))
        if case .optional = parameter.type {
          arguments.append(c)
        } else {
          arguments.append("&\(c)")
        }
      }
    }
    let call = "\(callee)(\(arguments.joined(separator: ", ")))"
    if canThrow {
      guard result != .nothing else { return lines + [call] }
      return lines + [
        "let value = \(call)?;", "if !result.is_null() {",
        "    result.write(value.give(\(services))?);", "}", "Ok(())",
      ]
    }
    return lines
      + [result == .nothing || result.isScalar ? call : "\(call).lend(&mut Lending::default())"]
  }

  // MARK: From Rust to C

  /// The statements that call a C function and return what it gives.
  ///
  /// - Parameters:
  ///   - callee: the pointer to the C function.
  ///   - services: whoever takes the result over.
  func outgoing(_ callee: String, context: String, services: String) -> [String] {
    var lines: [String] = []
    if parameters.contains(where: { $0.type.needsLendingInRust }) {
      lines.append("let mut lending = Lending::default();")
    }
    var arguments = [context]
    for (index, parameter) in parameters.enumerated() {
      if case .closure(let closure) = parameter.type, let struct_ = closureNames[index] {
        lines += closure.givenInRust(parameter.name, struct_, services: services)
        arguments.append("\(parameter.name)_c")
      } else {
        arguments.append(parameter.type.lentInRust(parameter.name))
      }
    }
    guard canThrow else {
      let call = "(\(callee))(\(arguments.joined(separator: ", ")))"
      return lines + [
        result == .nothing || result.isScalar
          ? "unsafe { \(call) }"
          : "unsafe { <\(result.inRust) as Crossing>::read(&\(call)).unwrap_or_default() }"
      ]
    }
    lines.append("let mut error = RawError::room();")
    if result != .nothing {
      lines.append("let mut result = std::mem::MaybeUninit::zeroed();")
      arguments.append("result.as_mut_ptr()")
    }
    arguments.append("&mut error")
    return lines + [
      "let status = unsafe { (\(callee))(\(arguments.joined(separator: ", "))) };",
      "if status != OK {", "    return Err(Error::read(status, &error));", "}",
      result == .nothing
        ? "Ok(())"
        : "unsafe { <\(result.inRust) as Crossing>::take(&result.assume_init(), \(services)) }",
    ]
  }
}

func indented(_ lines: [String], _ indent: Int) -> String {
  let blanks = String(repeating: " ", count: indent)
  return lines.map { blanks + $0 }.joined(separator: "\n")
}
