extension InterfaceDeclaration {
  /// The Swift declarations that stand beside the protocol: `NameProxy`, which makes calls of a C table
  /// look like those of the protocol, and `NameExport`, which makes a C table of an implementation.
  public func adapters() -> [String] { [proxy(), export()] }

  // MARK: From Swift to C

  private func proxy() -> String {
    """
    /// Whatever implements '\(id)', revision \(revision), called through its C table.
    @safe \(access)struct \(name)Proxy: \(name), @unsafe InterfaceProxy {
      \(access)typealias Table = \(nameInC)
      \(access)static var interfaceID: StaticString { "\(id)" }
      \(access)static var interfaceRevision: UInt32 { \(revision) }

      private let table: UnsafePointer<\(nameInC)>
      private let account: UnsafePointer<plr_host>

      \(access)init(table: UnsafePointer<\(nameInC)>, account: UnsafePointer<plr_host>) {
        unsafe self.table = table
        unsafe self.account = account
      }
    \(functions.map(proxyFunction).joined())
    }
    """
  }

  private func proxyFunction(_ function: Function) -> String {
    var arguments = ["self.table.pointee.context"]
    for (index, parameter) in function.parameters.enumerated() {
      let name = local(index)
      let crossing = parameter.type.crossingInSwift
      if case .scalar(let swift, _) = parameter.type, swift != crossing {
        arguments.append("\(crossing)(\(name))")
      } else {
        arguments.append(name)
      }
    }
    let body: String
    if function.canThrow {
      if function.result != .nothing { arguments.append("&callResult") }
      arguments.append("&callFailure")
      let call = lending(
        function,
        "unsafe self.table.pointee.\(function.nameInC)(\(arguments.joined(separator: ", ")))")
      let declaration: String
      let end: String
      switch function.result {
      case .nothing:
        declaration = ""
        end = ""
      case .scalar(let swift, _):
        let crossing = function.result.crossingInSwift
        declaration = "\n    var callResult: \(crossing) = \(crossing == "Bool" ? "false" : "0")"
        end = "\n    return " + (swift == crossing ? "callResult" : "\(swift)(callResult)")
      case .text:
        declaration = "\n    var callResult = unsafe plr_owned_text()"
        end = "\n    return unsafe String(taking: callResult, self.account)"
      case .bytes:
        declaration = "\n    var callResult = unsafe plr_owned_bytes()"
        end = "\n    return unsafe [UInt8](taking: callResult, self.account)"
      }
      body = """
            var callFailure = PluginError.room()\(declaration)
            let callStatus = \(call)
            guard callStatus == PLR_OK else {
              throw PluginError(code: callStatus, callFailure)
            }\(end)
        """
    } else {
      let call = lending(
        function,
        "unsafe self.table.pointee.\(function.nameInC)(\(arguments.joined(separator: ", ")))")
      switch function.result {
      case .scalar(let swift, _) where swift != function.result.crossingInSwift:
        body = "    return \(swift)(\(call))"
      case .nothing: body = "    \(call)"
      default: body = "    return \(call)"
      }
    }
    return "\n  \(access)\(signature(function)) {\n\(body)\n  }\n"
  }

  /// The call, inside of closures that lend what has to be lent.
  private func lending(_ function: Function, _ call: String) -> String {
    function.parameters.enumerated().reversed().reduce(call) { inner, parameter in
      let name = local(parameter.offset)
      return parameter.element.type.needsMemory
        ? "unsafe \(name).lend { \(name) in \(inner) }" : inner
    }
  }

  private func signature(_ function: Function) -> String {
    let parameters = function.parameters.enumerated().map { index, parameter in
      "\(parameter.label.map { "`\($0)`" } ?? "_") \(local(index)): \(parameter.type.inSwift)"
    }
    return "func `\(function.name)`(\(parameters.joined(separator: ", ")))"
      + (function.canThrow ? " throws(PluginError)" : "")
      + (function.result == .nothing ? "" : " -> \(function.resultInSwift)")
  }

  /// What a parameter is called in an adapter: no name of the author's can be one of the adapter's own.
  private func local(_ index: Int) -> String { "argument\(index)" }

  // MARK: From C to Swift

  private func export() -> String {
    """
    /// An implementation of '\(id)', revision \(revision), as a C table, for as long as this lives.
    @safe \(access)final class \(name)Export: InterfaceExport {
      \(access)static var interfaceID: StaticString { "\(id)" }
      \(access)static var interfaceRevision: UInt32 { \(revision) }

      \(access)let implementation: any \(name)
      private let account: UnsafePointer<plr_host>
      private let storage: UnsafeMutablePointer<\(nameInC)>

      \(access)init(_ implementation: any \(name), account: UnsafePointer<plr_host>) {
        self.implementation = implementation
        unsafe self.account = account
        unsafe storage = .allocate(capacity: 1)
        unsafe storage.initialize(to: \(nameInC)())
        unsafe storage.pointee.size = UInt32(MemoryLayout<\(nameInC)>.size)
        unsafe storage.pointee.revision = \(revision)
        unsafe storage.pointee.context = Unmanaged.passUnretained(self).toOpaque()
    \(functions.map(exportSlot).joined(separator: "\n"))
      }

      deinit { unsafe storage.deallocate() }

      \(access)var table: UnsafeRawPointer { unsafe UnsafeRawPointer(storage) }

      private static func this(_ context: UnsafeMutableRawPointer?) -> \(name)Export {
        unsafe Unmanaged<\(name)Export>.fromOpaque(context!).takeUnretainedValue()
      }
    }
    """
  }

  private func exportSlot(_ function: Function) -> String {
    let names = function.parameters.indices.map(local)
    var closure = ["callContext"] + names
    var arguments: [String] = []
    for (parameter, name) in zip(function.parameters, names) {
      let value: String
      switch parameter.type {
      case .scalar(let swift, _):
        value =
          swift == parameter.type.crossingInSwift ? name : "\(swift)(truncatingIfNeeded: \(name))"
      case .text:
        value = function.canThrow ? "String(lent: \(name))" : "String(repairing: \(name))"
      case .bytes: value = "[UInt8](lent: \(name))"
      case .nothing: value = name
      }
      arguments.append(parameter.label.map { "\($0): \(value)" } ?? value)
    }
    let call =
      "\(name)Export.this(callContext).implementation.`\(function.name)`(\(arguments.joined(separator: ", ")))"
    guard function.canThrow else {
      let crossing = function.result.crossingInSwift
      let result: String
      switch function.result {
      case .nothing: result = "unsafe \(call)"
      case .scalar(let swift, _) where swift != crossing: result = "unsafe \(crossing)(\(call))"
      default: result = "unsafe \(call)"
      }
      return """
            unsafe storage.pointee.\(function.nameInC) = { \(closure.joined(separator: ", ")) in
              \(result)
            }
        """
    }
    if function.result != .nothing { closure.append("callResult") }
    closure.append("callFailure")
    let body: String
    switch function.result {
    case .nothing: body = "try unsafe \(call)"
    case .scalar(let swift, _):
      let crossing = function.result.crossingInSwift
      let value = swift == crossing ? "try unsafe \(call)" : "\(crossing)(try unsafe \(call))"
      body = "let value = \(value)\n        unsafe callResult?.pointee = value"
    case .text, .bytes:
      body = """
        let value = try unsafe \(call)
                try unsafe value.give(to: callResult, \(name)Export.this(callContext).account)
        """
    }
    return """
          unsafe storage.pointee.\(function.nameInC) = { \(closure.joined(separator: ", ")) in
            do {
              \(body)
              return PLR_OK
            } catch {
              return unsafe PluginError(error).write(to: callFailure)
            }
          }
      """
  }
}

extension CrossingType {
  /// As the protocol spells it.
  var inSwift: String {
    switch self {
    case .scalar(let swift, _): swift
    case .text: "String"
    case .bytes: "[UInt8]"
    case .nothing: "Void"
    }
  }
}
