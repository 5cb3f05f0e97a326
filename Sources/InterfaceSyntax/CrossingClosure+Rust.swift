extension CrossingClosure {
  private var call: RustCall { RustCall(self) }

  /// `Fn(&str) -> i64`.
  private var function: String {
    "Fn(\(parameters.map(\.parameterInRust).joined(separator: ", ")))\(call.arrow)"
  }

  /// The type of the parameter in Rust.
  var parameterInRust: String {
    isKept ? "Box<dyn \(function) + Send + Sync>" : "&dyn \(function)"
  }

  /// The declarations of the closure as it crosses, and of the C functions behind one that comes from Rust.
  func declarationInRust(_ name: String, thunk: String) -> String {
    let (names, types, arrow) = call.inC()
    let parameters = zip(["context"] + names, ["*mut c_void"] + types).map { "\($0): \($1)" }
    let head = isKept ? "pub head: KeptHead," : "pub context: *mut c_void,"
    let owner = isKept ? "Box<dyn \(function) + Send + Sync>" : "&dyn \(function)"
    let body = call.incoming("(closure.closure)", services: "&closure.services")
    let caught =
      canThrow ? "caught_status(error, || {" : "caught_value(&closure.services, || {"
    return """
      #[derive(Clone, Copy)]
      #[repr(C)]
      pub struct \(name) {
          \(head)
          pub call: \(call.pointer),
      }

      unsafe extern "C" fn \(thunk)(
          \(parameters.joined(separator: ",\n    ")),
      )\(arrow) {
          let closure = &*context.cast::<GivenClosure<\(owner)>>();
          \(caught)
      \(indented(body, 8))
          })
      }


      """
  }

  /// Statements that make a Rust closure of what has arrived as `c`, under the same name.
  func receivedInRust(_ c: String, services: String) -> [String] {
    let parameters = call.parameters.map { "\($0.name): \($0.type.parameterInRust)" }
    let head =
      "|\(parameters.joined(separator: ", "))|\(call.arrow.isEmpty ? " -> ()" : call.arrow) {"
    guard isKept else {
      return ["let closure_\(c) = \(c);", "let \(c) = \(head)"]
        + call.outgoing(
          "closure_\(c).call", context: "closure_\(c).context", services: services
        ).map { "    " + $0 } + ["};"]
    }
    return [
      "let (call_\(c), kept_\(c)) = (\(c).call, Kept::new(\(c).head, \(services)));",
      "let \(c) = Box::new(move \(head)", "    let _entered = kept_\(c).enter()?;",
    ]
      + call.outgoing(
        "call_\(c)", context: "kept_\(c).context()", services: "kept_\(c).services()"
      ).map { "    " + $0 } + ["});"]
  }

  /// Statements that make what crosses of the Rust closure `name`, as `name_c`.
  func givenInRust(_ name: String, _ struct_: String, services: String) -> [String] {
    let thunk = Self.thunkName(struct_)
    guard isKept else {
      return [
        "let \(name)_given = GivenClosure { closure: \(name), services: *\(services) };",
        "let \(name)_c = \(struct_) { context: \(name)_given.context(), call: \(thunk) };",
      ]
    }
    return [
      "let \(name)_c = \(struct_) { head: KeptHead::new(\(name), \(services)), call: \(thunk) };"
    ]
  }

  /// `call_example_f_g` of the struct's name in C.
  static func thunkName(_ struct_: String) -> String { "call_" + snakeCase(struct_, reserved: []) }
}
