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
  func signature(_ function: Function) -> String {
    let parameters = function.parameters.enumerated().map { index, parameter in
      "\(parameter.label.map { "`\($0)`" } ?? "_") argument\(index): \(parameter.type.inSwift)"
    }
    return "func `\(function.name)`(\(parameters.joined(separator: ", ")))"
      + (function.canThrow ? " throws(PluginError)" : "")
      + (function.result == .nothing ? "" : " -> \(function.result.inSwift)")
  }

  // MARK: From C to Swift

  private func export() -> String {
    """
    /// An implementation of '\(id)', revision \(revision), as a C table, for as long as this lives.
    @safe \(access)final class \(name)Export: InterfaceExport {
    \(identity)

      private let storage: ExportStorage<\(nameInC), any \(name)>

      \(access)init(_ implementation: any \(name), account: UnsafePointer<plr_host>) {
        unsafe storage = ExportStorage(
          \(nameInC)(), implementation, account: account, protocol: Self.protocolNumber)
        let table = unsafe storage.table
        unsafe table.pointee.size = UInt32(MemoryLayout<\(nameInC)>.size)
        unsafe table.pointee.revision = Self.interfaceRevision
        unsafe table.pointee.layout = Self.interfaceLayout
        unsafe table.pointee.traits = UnsafePointer(storage.traits)
        unsafe table.pointee.context = UnsafeMutableRawPointer(storage.record)
    \(functions.map { indented(exportSlot($0), by: 4) }.joined(separator: "\n"))
      }

      deinit { unsafe storage.free() }

      \(access)var table: UnsafeRawPointer { unsafe UnsafeRawPointer(storage.table) }
      \(access)var traits: UnsafeMutablePointer<plr_table_traits> { unsafe storage.traits }

      \(access)var implementation: any \(name) { unsafe storage.record.pointee.implementation }

      @inline(__always)
      private static func this(
        _ context: UnsafeMutableRawPointer?
      ) -> UnsafeMutablePointer<ExportRecord<any \(name)>> {
        unsafe context!.assumingMemoryBound(to: ExportRecord<any \(name)>.self)
      }
    }
    """
  }

  /// - Parameters:
  ///   - this: whoever holds the implementation and its account; Swift source.
  ///   - throwsTyped: see ``IncomingCall``.
  func exportSlot(
    _ function: Function, this given: String? = nil, throwsTyped: Bool = false
  ) -> String {
    let this = given ?? "\(name)Export.this(callContext).pointee"
    var call = IncomingCall(
      parameters: function.types, labels: function.parameters.map(\.label),
      result: function.result, canThrow: function.canThrow,
      callee: "\(this).implementation.`\(function.name)`", account: "\(this).account")
    call.throwsTyped = throwsTyped
    return "unsafe table.pointee.\(function.nameInC) = \(call.closure())"
  }
}
