extension InterfaceDeclaration {
  /// The C header of the interface: what plugins and hosts in other languages are compiled against.
  ///
  /// The same declarations give the same text, to the byte.
  func header(_ values: [ValueDeclaration], layout: UInt64) -> String {
    let names = ValueNames(values)
    let includes = valueNames.map { "#include \"\(names[$0]).h\"\n" }.joined()
    let closures = functions.flatMap { function in
      function.parameters.indices.compactMap { index in
        closure(function, index, names)
      }
    }.joined()
    let slots = functions.map { function in
      let given = function.parameters.enumerated().map { index, parameter in
        (parameter.type.parameterInC(names, closure: closureInC(function, index)), parameter.name)
      }
      return commentInC(function.comment, indent: "  ")
        + functionPointer(
          function.nameInC, given, function.result, canThrow: function.canThrow, names)
    }
    return CHeader(
      name: nameInC, what: "the interface \(id), revision \(revision)",
      madeFrom: "protocol '\(name)'",
      includes: includes,
      body: """
        #define \(constantPrefix)_ID "\(id)"
        #define \(constantPrefix)_REVISION \(revision)
        /* Of all functions and values: another number is another interface. */
        #define \(constantPrefix)_LAYOUT \(Layout.literal(layout))ull
        /* What a table begins with: `{\(constantPrefix)_HEAD(context), function, ...}`. */
        #define \(constantPrefix)_HEAD(context) \\
          sizeof(\(nameInC)), \(constantPrefix)_REVISION, \(constantPrefix)_LAYOUT, NULL, (context)

        \(closures)\(commentInC(comment, indent: ""))typedef struct \(nameInC) {
          uint32_t size;
          uint32_t revision;
          uint64_t layout;
          const plr_table_traits *traits;
          /* The first argument of every function; whose it is knows what it means. */
          void *context;

        \(slots.joined(separator: "\n\n"))
        } \(nameInC);
        """
    ).text
  }

  private func closure(_ function: Function, _ index: Int, _ names: ValueNames) -> String? {
    guard case .closure(let closure) = function.parameters[index].type else { return nil }
    let name = closureInC(function, index)
    let kept = """
        /* For plugin_callback_enter; both NULL where whoever gave this outlives whoever was given it. */
        const plr_interface *guard;
        const void *guard_table;
        void *context;
        /* Gives it back, once; between plugin_callback_enter and plugin_callback_leave. */
        void (*release)(void *context);
      """
    let call = functionPointer(
      "call", closure.parameters.enumerated().map { ($1.parameterInC(names), "value\($0)") },
      closure.result, canThrow: closure.canThrow, names)
    return """
      /* '\(function.parameters[index].name)' of \(function.nameInC): \
      \(closure.isKept ? "kept until it is given back" : "lent for the call"). */
      typedef struct \(name) {
      \(closure.isKept ? kept : "  void *context;")
      \(call)
      } \(name);


      """
  }

  private func functionPointer(
    _ name: String, _ given: [(type: String, name: String)], _ result: CrossingType, canThrow: Bool,
    _ names: ValueNames
  ) -> String {
    var parameters = ["void *context"]
    parameters += given.map { "\($0.type) \(snakeCase($0.name))" }
    var returned = result.resultInC(names)
    if canThrow {
      if result != .nothing { parameters.append("\(returned) *result") }
      parameters.append("plr_error *error")
      returned = "plr_status"
    }
    let start = "  \(returned) (*\(name))("
    var lines = [start]
    for (index, parameter) in parameters.enumerated() {
      let text = parameter + (index == parameters.count - 1 ? ");" : ", ")
      if lines[lines.count - 1].utf8.count + text.utf8.count > 99, index > 0 {
        lines[lines.count - 1].removeLast()
        lines.append(String(repeating: " ", count: start.utf8.count))
      }
      lines[lines.count - 1] += text
    }
    return lines.joined(separator: "\n")
  }
}

/// What all headers have around them.
struct CHeader {
  var name: String
  var what: String
  var madeFrom: String
  var includes: String
  var body: String

  var text: String {
    let guardName = name.uppercased() + "_H"
    return """
      /* \(name).h - \(what).
       *
       * Written from the Swift \(madeFrom) by `plugin-interface header`; not to be edited by hand.
       */
      #ifndef \(guardName)
      #define \(guardName)

      #include "plugin_values.h"
      \(includes)
      #ifdef __cplusplus
      extern "C" {
      #endif

      \(body)

      #ifdef __cplusplus
      }
      #endif

      #endif

      """
  }
}

func commentInC(_ lines: [String], indent: String) -> String {
  guard !lines.isEmpty else { return "" }
  // A comment must not end within itself.
  let safe = lines.map {
    $0.split(separator: "*/", omittingEmptySubsequences: false).joined(separator: "* /")
  }
  if safe.count == 1 { return "\(indent)/* \(safe[0]) */\n" }
  return "\(indent)/* " + safe.joined(separator: "\n\(indent) * ") + " */\n"
}
