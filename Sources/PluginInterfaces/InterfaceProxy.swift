public import CPluginABI
internal import PluginRuntime

/// A C table that looks like an implementation of a Swift protocol. `@PluginInterface` writes one for each
/// protocol.
public protocol InterfaceProxy {
  /// The protocol: `any Greeter`.
  associatedtype Interface
  /// The struct of the interface's C header.
  associatedtype Table
  /// The id of the interface.
  static var interfaceID: StaticString { get }
  /// The revision of the interface.
  static var interfaceRevision: UInt32 { get }
  /// Of all functions and values, as the header says it.
  static var interfaceLayout: UInt64 { get }
  /// Of the protocol as Swift callers know it.
  static var protocolNumber: UInt64 { get }
  /// Those of the table, in its order, with blanks between.
  static var functionNames: StaticString { get }

  /// - Parameters:
  ///   - table: must stay where it is for as long as the proxy is used, and fit: see ``flaw(of:)``.
  ///   - account: whoever calls; results that are given away are freed through it.
  init(table: UnsafePointer<Table>, account: UnsafePointer<plr_host>)

  /// The proxy as what it stands for.
  var asInterface: Interface { get }
}

/// What implements an interface, as its caller sees it.
public struct Implementation<Interface> {
  /// The implementation itself, or a proxy for its C table: called the same way.
  public let interface: Interface
  /// Which of the two it is.
  public let way: CallWay
}

/// Everything that was registered for an interface at one moment.
public struct Implementations<Interface> {
  /// In their order of priority.
  public var fitting: [Implementation<Interface>] = []
  /// Why the others cannot be called: subject, what was found, what was expected, what to do.
  public var misfits: [PluginError] = []
}

extension InterfaceProxy {
  private static var idText: String { "\(interfaceID)/\(interfaceRevision)" }

  /// Why a table cannot be called as this interface; nil where it can.
  public static func flaw(of table: UnsafeRawPointer) -> PluginError? {
    let size = MemoryLayout<Table>.size
    guard
      let flaw = unsafe plugin_table_flaw(table, interfaceRevision, size, interfaceLayout)
    else { return nil }
    let found: String
    let foundSize = unsafe table.load(as: UInt32.self)
    if foundSize < size {
      return unsafe misfit(flaw, "it has \(foundSize) bytes, \(size) are expected")
    }
    let head = unsafe table.load(as: plr_table_head.self)
    if unsafe head.revision != interfaceRevision {
      found = unsafe "it says revision \(head.revision)"
    } else if unsafe head.layout != 0, unsafe head.layout != interfaceLayout {
      let says = unsafe hexadecimal(head.layout)
      found =
        "it says \(says), \(hexadecimal(interfaceLayout)) is expected: what a revision means was changed "
        + "without a new one"
    } else {
      found = unsafe "'\(missingFunction(table))' is NULL"
    }
    return unsafe misfit(flaw, found)
  }

  private static func misfit(_ flaw: UnsafePointer<CChar>, _ found: String) -> PluginError {
    let flaw = unsafe String(cString: flaw)
    return PluginError(
      code: PLR_ERROR_ABI_MISMATCH, subject: idText,
      message: "\(flaw): \(found); build plugin and host against one header of it")
  }

  /// The name of the first function that is NULL.
  private static func missingFunction(_ table: UnsafeRawPointer) -> String {
    var slot = unsafe table + MemoryLayout<plr_table_head>.size
    var name = ""
    for scalar in "\(functionNames)".unicodeScalars {
      if scalar != " " {
        name.unicodeScalars.append(scalar)
        continue
      }
      if unsafe slot.load(as: UnsafeRawPointer?.self) == nil { break }
      unsafe slot += MemoryLayout<UnsafeRawPointer?>.stride
      name = ""
    }
    return name
  }

  /// The implementation behind a table that fits: itself where both sides share runtime, toolchain and
  /// protocol, else a proxy.
  ///
  /// - Parameter native: whether the implementation itself is wanted.
  public static func implementation(
    at table: UnsafeRawPointer, account: UnsafePointer<plr_host>, native: Bool = true
  ) -> Implementation<Interface> {
    let traits = unsafe table.assumingMemoryBound(to: plr_table_head.self).pointee.traits
    let way = unsafe native ? CallWay.choose(traits, protocol: protocolNumber) : .table(.askedFor)
    if way == .native {
      return unsafe Implementation(
        interface: traits!.pointee.existential.load(as: Interface.self), way: way)
    }
    let proxy = unsafe Self(table: table.assumingMemoryBound(to: Table.self), account: account)
    return Implementation(interface: proxy.asInterface, way: way)
  }

  /// Hands all implementations that there are at this moment to `body`, in their order of priority.
  ///
  /// Their plugins are not taken down before `body` returns; what it was given must not be used after that.
  /// Of implementations that are made for each call site, `body` gets instances of its own. What does not
  /// fit is left out, and the log says why.
  ///
  /// - Parameters:
  ///   - account: whoever looks.
  ///   - native: whether implementations themselves are wanted, where that can be.
  /// - Throws: `PLR_ERROR_OUT_OF_MEMORY`, or what `body` throws.
  /// - Complexity: O(implementations).
  public static func withImplementations<Result>(
    _ account: UnsafePointer<plr_host>, native: Bool = true,
    _ body: ([Interface]) throws -> Result
  ) throws -> Result {
    unsafe try withFound(account, native: native) { found in
      for misfit in found.misfits { unsafe log("\(misfit)", account) }
      return try body(found.fitting.map(\.interface))
    }
  }

  private static func log(_ text: String, _ account: UnsafePointer<plr_host>) {
    guard unsafe plr_log_is_enabled(account, PLR_LOG_WARNING) != 0 else { return }
    unsafe text.lend { text in
      unsafe plr_log_write(account, PLR_LOG_WARNING, "interfaces", text.bytes, text.length)
    }
  }

  /// As ``withImplementations(_:native:_:)``, and says of each how it is called, and what does not fit.
  public static func withFound<Result>(
    _ account: UnsafePointer<plr_host>, native: Bool = true,
    _ body: (Implementations<Interface>) throws -> Result
  ) throws -> Result {
    var references = unsafe try InterfaceReferences(interfaceID, interfaceRevision, account)
    defer { references.release() }
    var found = Implementations<Interface>()
    let tables = unsafe references.tables
    for index in unsafe tables.indices {
      let table = unsafe tables[index]
      if let flaw = unsafe flaw(of: table) {
        found.misfits.append(flaw)
        continue
      }
      do throws(PluginError) {
        let own = unsafe try references.ownInstance(of: table)
        if let flaw = unsafe flaw(of: own) { throw flaw }
        unsafe found.fitting.append(implementation(at: own, account: account, native: native))
      } catch {
        found.misfits.append(error)
      }
    }
    return try body(found)
  }
}

private func hexadecimal(_ number: UInt64) -> String { "0x" + String(number, radix: 16) }
