// What the makers of projects ask of an interface.
extension InterfaceDeclaration {
  /// The parameter of a function in C: its type, and its name.
  package func parameterInC(
    _ function: Function, _ index: Int, _ values: [ValueDeclaration]
  ) -> (type: String, name: String) {
    let parameter = function.parameters[index]
    return (
      parameter.type.parameterInC(ValueNames(values), closure: closureInC(function, index)),
      snakeCase(parameter.name)
    )
  }

  /// What a function returns in C, or writes to `result`.
  package func resultInC(_ function: Function, _ values: [ValueDeclaration]) -> String {
    function.result.resultInC(ValueNames(values))
  }

  /// The head of a C function that can stand in the table, without what ends it.
  package func signatureInC(
    _ function: Function, name: String, _ values: [ValueDeclaration]
  ) -> String {
    var parameters = ["void *context"]
    parameters += function.parameters.indices.map {
      let (type, name) = parameterInC(function, $0, values)
      return "\(type) \(name)"
    }
    var result = resultInC(function, values)
    if function.canThrow {
      if function.result != .nothing { parameters.append("\(result) *result") }
      parameters.append("plr_error *error")
      result = "plr_status"
    }
    return "\(result) \(name)(\(parameters.joined(separator: ", ")))"
  }

  /// The head of a method in Rust, without what ends it.
  ///
  /// - Parameter names: of the parameters.
  package func methodInRust(_ function: Function, names: [String]) -> String {
    let parameters = zip(names, function.parameters).map { ", \($0): \($1.type.parameterInRust)" }
    return "fn \(rustName(function.name))(&self\(parameters.joined()))"
      + RustCall(function, closureNames: [:]).arrow
  }
}

extension InterfaceDeclaration.Function {
  package var nameInRust: String { rustName(name) }
}

extension InterfaceDeclaration.Parameter {
  package var nameInC: String { snakeCase(name) }
  package var nameInRust: String { rustName(name) }
}
