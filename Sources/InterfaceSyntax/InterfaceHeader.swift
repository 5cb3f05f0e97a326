extension InterfaceDeclaration {
  /// The C header of the interface: what plugins and hosts in other languages are compiled against.
  ///
  /// The same declaration gives the same text, to the byte.
  public func header() -> String {
    let guardName = constantPrefix + "_H"
    return """
      /* \(nameInC).h - the interface \(id), revision \(revision).
       *
       * Written from the Swift protocol '\(name)' by `plugin-interface header`; not to be edited by hand.
       */
      #ifndef \(guardName)
      #define \(guardName)

      #include "plugin_values.h"

      #ifdef __cplusplus
      extern "C" {
      #endif

      #define \(constantPrefix)_ID "\(id)"
      #define \(constantPrefix)_REVISION \(revision)

      \(commentInC(comment, indent: ""))typedef struct \(nameInC) {
        uint32_t size;
        uint32_t revision;
        /* The first argument of every function; whose it is knows what it means. */
        void *context;

      \(functions.map(declaration).joined(separator: "\n\n"))
      } \(nameInC);

      #ifdef __cplusplus
      }
      #endif

      #endif

      """
  }

  private func declaration(_ function: Function) -> String {
    var parameters = ["void *context"]
    parameters += function.parameters.map { "\($0.type.parameterInC) \(snakeCase($0.name))" }
    var result = "void"
    if function.canThrow {
      result = "plr_status"
      if function.result != .nothing { parameters.append("\(function.result.resultInC) *result") }
      parameters.append("plr_error *error")
    } else {
      result = function.result.resultInC
    }
    let start = "  \(result) (*\(function.nameInC))("
    var lines = [start]
    for (index, parameter) in parameters.enumerated() {
      let text = parameter + (index == parameters.count - 1 ? ");" : ", ")
      if lines[lines.count - 1].utf8.count + text.utf8.count > 99, index > 0 {
        lines[lines.count - 1].removeLast()
        lines.append(String(repeating: " ", count: start.utf8.count))
      }
      lines[lines.count - 1] += text
    }
    return commentInC(function.comment, indent: "  ") + lines.joined(separator: "\n")
  }

  private func commentInC(_ lines: [String], indent: String) -> String {
    guard !lines.isEmpty else { return "" }
    // A comment must not end within itself.
    let safe = lines.map { $0.replacing("*/", with: "* /") }
    if safe.count == 1 { return "\(indent)/* \(safe[0]) */\n" }
    return "\(indent)/* " + safe.joined(separator: "\n\(indent) * ") + " */\n"
  }
}

extension String {
  /// Without Foundation.
  fileprivate func replacing(_ old: String, with new: String) -> String {
    var result = ""
    var rest = self[...]
    while let found = rest.firstRange(of: old) {
      result += rest[..<found.lowerBound] + new
      rest = rest[found.upperBound...]
    }
    return result + rest
  }
}
