/// An implementation of a Swift protocol as a C table, which stays where it is for as long as this lives.
/// `@PluginInterface` writes one for each protocol.
public protocol InterfaceExport: AnyObject {
  static var interfaceID: StaticString { get }
  static var interfaceRevision: UInt32 { get }
  var table: UnsafeRawPointer { get }
}

extension InterfaceExport {
  var id: StaticString { Self.interfaceID }
  var revision: UInt32 { Self.interfaceRevision }
}
