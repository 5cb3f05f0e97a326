extension InterfaceDeclaration {
  /// The Swift declaration that stands beside the protocol in Embedded Swift: `NameExport`, which makes a C
  /// table of an implementation.
  ///
  /// There are no existentials: the implementation stands behind a class with a method for each function, which
  /// C functions can be made of.
  public func embeddedAdapter() -> String {
    """
    /// An implementation of '\(id)', revision \(revision), as a C table, for as long as this lives.
    @safe \(access)final class \(name)Export: InterfaceExport {
      class Implementation {
    \(functions.map { "    \(signature($0)) { fatalError() }" }.joined(separator: "\n"))
      }

      final class Holder<Value: \(name)>: Implementation {
        let value: Value
        init(_ value: Value) { self.value = value }
    \(functions.map { "    override \(signature($0)) { \(forwarded($0, to: "value")) }" }.joined(separator: "\n"))
      }

      @unsafe let implementation: Implementation
      let account: UnsafePointer<plr_host>

      \(access)static func of(
        _ implementation: some \(name), account: UnsafePointer<plr_host>
      ) -> \(name)Export {
        unsafe \(name)Export(Holder(implementation), account: account)
      }

      private init(_ implementation: Implementation, account: UnsafePointer<plr_host>) {
        unsafe self.implementation = implementation
        unsafe self.account = account
        let table = UnsafeMutablePointer<\(nameInC)>.allocate(capacity: 1)
        unsafe table.initialize(to: \(nameInC)())
        super.init(id: "\(id)", revision: \(revision), table: UnsafeRawPointer(table))
        unsafe table.pointee.size = UInt32(MemoryLayout<\(nameInC)>.size)
        unsafe table.pointee.revision = \(revision)
        unsafe table.pointee.layout = \(Layout.source(signature, values: valueNames))
        unsafe table.pointee.context = Unmanaged.passUnretained(self).toOpaque()
    \(functions.map { indented(embeddedSlot($0), by: 4) }.joined(separator: "\n"))
      }

      deinit { unsafe table.deallocate() }
    }
    """
  }

  private func embeddedSlot(_ function: Function) -> String {
    var call = incomingCall(function)
    call.throwsTyped = true
    return "unsafe table.pointee.\(function.nameInC) = \(call.closure())"
  }
}
