extension InterfaceDeclaration {
  /// The Swift declarations that stand beside the protocol: `NameProxy`, which makes calls of a C table
  /// look like those of the protocol, and `NameExport`, which makes a C table of an implementation.
  public func adapters() -> [String] { [proxy(), export()] }

  /// What both are known by.
  private var identity: String {
    """
      \(access)static var interfaceID: StaticString { "\(id)" }
      \(access)static var interfaceRevision: UInt32 { \(revision) }
      \(access)static var interfaceLayout: UInt64 { \(Layout.source(signature, values: valueNames)) }
      \(access)static var protocolNumber: UInt64 { \(Layout.source(swiftText, values: valueNames)) }
    """
  }

  // MARK: From Swift to C

  private func proxy() -> String {
    """
    /// Whatever implements '\(id)', revision \(revision), called through its C table.
    @safe \(access)\(isClassBound ? "final class" : "struct") \(name)Proxy: \(name), @unsafe InterfaceProxy\
    \(isSendable ? ", @unchecked Sendable" : "") {
      \(access)typealias Interface = any \(name)
      \(access)typealias Table = \(nameInC)
    \(identity)
      \(access)static var functionNames: StaticString { "\(functions.map(\.nameInC).joined(separator: " "))" }

      private let table: UnsafePointer<\(nameInC)>
      private let account: UnsafePointer<plr_host>

      \(access)init(table: UnsafePointer<\(nameInC)>, account: UnsafePointer<plr_host>) {
        unsafe self.table = table
        unsafe self.account = account
      }

      \(access)var asInterface: any \(name) { self }
    \(functions.map(proxyFunction).joined())
    }
    """
  }

  private func proxyFunction(_ function: Function) -> String {
    let call = OutgoingCall(
      parameters: function.types, result: function.result, canThrow: function.canThrow,
      callee: "self.table.pointee.\(function.nameInC)", context: "self.table.pointee.context",
      account: "self.account", closureInC: { closureInC(function, $0) })
    let body = call.body().map { indented($0, by: 4) }.joined(separator: "\n")
    return "\n  \(access)\(signature(function)) {\n\(body)\n  }\n"
  }

  /// No name of the author's can be one of the adapter's own: parameters are numbered.
  func signature(
    _ function: Function, throwing: String = "throws(PluginError)", object: String? = nil
  ) -> String {
    var parameters = function.parameters.enumerated().map { index, parameter in
      "\(parameter.label.map { "`\($0)`" } ?? "_") argument\(index): \(parameter.type.inSwift)"
    }
    if let object { parameters.insert("_ callObject: \(object)", at: 0) }
    return "func `\(function.name)`(\(parameters.joined(separator: ", ")))"
      + (function.canThrow ? " \(throwing)" : "")
      + (function.result == .nothing ? "" : " -> \(function.result.inSwift)")
  }

  // MARK: From C to Swift

  private func export() -> String {
    """
    /// An implementation of '\(id)', revision \(revision), as a C table, for as long as this lives.
    @safe \(access)final class \(name)Export: InterfaceExport {
    \(identity)

      /// What the table's functions call: an object, so that nothing has to be unpacked.
      @unsafe private let implementation: \(object)
      private let account: UnsafePointer<plr_host>
      private let storage: ExportStorage<\(nameInC), any \(name)>

    \(indented(makers(), by: 2))
        unsafe self.account = account
        unsafe storage = ExportStorage(\(nameInC)(), implementation, protocol: Self.protocolNumber)
        let table = unsafe storage.table
        unsafe table.pointee.size = UInt32(MemoryLayout<\(nameInC)>.size)
        unsafe table.pointee.revision = Self.interfaceRevision
        unsafe table.pointee.layout = Self.interfaceLayout
        unsafe table.pointee.traits = UnsafePointer(storage.traits)
        unsafe table.pointee.context = Unmanaged.passUnretained(self).toOpaque()
    \(functions.map { indented(exportSlot($0), by: 4) }.joined(separator: "\n"))
      }

      deinit { unsafe storage.free() }

      \(access)var table: UnsafeRawPointer { unsafe UnsafeRawPointer(storage.table) }
      \(access)var traits: UnsafeMutablePointer<plr_table_traits> { unsafe storage.traits }

    \(indented(calls(), by: 2))\
    \(isClassBound ? "" : "\n\n" + indented(boxed(), by: 2))
    }
    """
  }

  private var object: String { isClassBound ? "any \(name)" : "any \(name) & AnyObject" }

  /// The heads of the initialisers; the last one's body follows.
  private func makers() -> String {
    if isClassBound {
      return """
        \(access)init(_ implementation: any \(name), account: UnsafePointer<plr_host>) {
          unsafe self.implementation = implementation
        """
    }
    return """
      /// Of an object.
      \(access)convenience init(
        _ implementation: any \(name) & AnyObject, account: UnsafePointer<plr_host>
      ) {
        unsafe self.init(implementation, implementation, account)
      }

      /// Of a value: calls through the table take one step more.
      \(access)convenience init(_ implementation: any \(name), account: UnsafePointer<plr_host>) {
        unsafe self.init(Boxed(implementation), implementation, account)
      }

      private init(
        _ object: any \(name) & AnyObject, _ implementation: any \(name),
        _ account: UnsafePointer<plr_host>
      ) {
        unsafe self.implementation = object
      """
  }

  /// Calls of the implementation, which is borrowed: without that the compiler counts a reference in most of them.
  private func calls() -> String {
    let calls = functions.map { function in
      "  @inline(__always) static \(forwarder(function, object: "borrowing \(object)")) "
        + "{ \(forwarded(function, to: "callObject")) }"
    }
    return "private enum Calls {\n\(calls.joined(separator: "\n"))\n}"
  }

  /// A value as an object.
  private func boxed() -> String {
    let methods = functions.map { "  \(forwarder($0)) { \(forwarded($0, to: "value")) }" }
    return """
      private final class Boxed: \(name) {
        private let value: any \(name)
        init(_ value: any \(name)) { self.value = value }
      \(methods.joined(separator: "\n"))
      }
      """
  }

  /// The head of what throws as the protocol's function does.
  private func forwarder(_ function: Function, object: String? = nil) -> String {
    signature(
      function, throwing: function.throwsAnyError ? "throws" : "throws(PluginError)", object: object
    )
  }

  /// The same function of `object`.
  func forwarded(_ function: Function, to object: String) -> String {
    let arguments = function.parameters.enumerated().map { index, parameter in
      (parameter.label.map { "\($0): " } ?? "") + "argument\(index)"
    }
    return (function.canThrow ? "try " : "")
      + "\(object).`\(function.name)`(\(arguments.joined(separator: ", ")))"
  }

  /// The function of the table, which finds the export behind its context.
  private func exportSlot(_ function: Function) -> String {
    var call = incomingCall(function)
    call.callee = "Calls.`\(function.name)`"
    call.object = "callExport.implementation"
    call.throwsTyped = !function.throwsAnyError
    return "unsafe table.pointee.\(function.nameInC) = \(call.closure())"
  }

  /// A call that finds the export behind its context.
  func incomingCall(_ function: Function) -> IncomingCall {
    var call = IncomingCall(
      parameters: function.types, labels: function.parameters.map(\.label),
      result: function.result, canThrow: function.canThrow,
      callee: "callExport.implementation.`\(function.name)`", account: "callExport.account")
    // Whoever calls a table keeps its export alive: no reference is counted.
    call.receiver = (
      "unsafe Unmanaged<\(name)Export>.fromOpaque(callContext!)._withUnsafeGuaranteedRef",
      "callExport"
    )
    return call
  }
}
