public import CPluginABI
internal import PluginRuntime

/// A C table that looks like an implementation of a Swift protocol. `@PluginInterface` writes one for each
/// protocol.
public protocol InterfaceProxy {
  associatedtype Table
  static var interfaceID: StaticString { get }
  static var interfaceRevision: UInt32 { get }

  /// - Parameters:
  ///   - table: must stay where it is for as long as the proxy is used.
  ///   - account: whoever calls; results that are given away are freed through it.
  init(table: UnsafePointer<Table>, account: UnsafePointer<plr_host>)
}

extension InterfaceProxy {
  /// Hands all implementations that there are at this moment to `body`, in their order of priority.
  ///
  /// Their plugins are not taken down before `body` returns; the proxies must not be used after that. A
  /// table that is too short for the interface is left out.
  ///
  /// - Parameter account: whoever looks.
  /// - Throws: `PLR_ERROR_OUT_OF_MEMORY`, or what `body` throws.
  /// - Complexity: O(implementations).
  public static func withImplementations<Result>(
    _ account: UnsafePointer<plr_host>, _ body: ([Self]) throws -> Result
  ) throws -> Result {
    let id = interfaceID
    let interface = unsafe id.utf8Start.withMemoryRebound(to: CChar.self, capacity: 1) {
      unsafe plr_registry_find(account, $0, interfaceRevision)
    }
    guard let interface = unsafe interface else {
      throw PluginError(
        code: PLR_ERROR_OUT_OF_MEMORY, subject: "\(id)", message: "no memory to look it up")
    }
    var references: [plr_reference] = unsafe []
    var count = 8
    while true {
      unsafe references = unsafe Array(repeating: plr_reference(), count: count)
      let capacity = count
      let status = unsafe plr_registry_acquire_all(
        account, interface, &references, capacity, &count)
      if status == PLR_OK { break }
      guard status == PLR_ERROR_INVALID_ARGUMENT, count > capacity else {
        throw PluginError(
          code: status, subject: "\(id)", message: "its implementations cannot be pinned")
      }
    }
    defer {
      for index in 0..<count { _ = unsafe plr_registry_release(account, &references[index]) }
    }
    var proxies: [Self] = []
    for index in 0..<count {
      guard let table = unsafe references[index].table,
        unsafe table.loadUnaligned(as: UInt32.self) >= UInt32(MemoryLayout<Table>.size)
      else { continue }
      unsafe proxies.append(
        Self(table: table.assumingMemoryBound(to: Table.self), account: account))
    }
    return try body(proxies)
  }
}
