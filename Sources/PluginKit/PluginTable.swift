public import CPluginABI

extension plr_plugin {
  /// A plugin table of this version of the ABI.
  @inlinable
  public init(
    init initialize:
      @escaping @convention(c) (
        UnsafePointer<plr_host>?, UnsafeMutablePointer<plr_error>?
      ) -> plr_status,
    deinit deinitialize: @escaping @convention(c) (UnsafePointer<plr_host>?) -> Void,
    queryInterface:
      @escaping @convention(c) (
        UnsafePointer<plr_host>?, UnsafePointer<CChar>?, UInt32
      ) -> UnsafeRawPointer?
  ) {
    unsafe self.init(
      size: UInt32(MemoryLayout<plr_plugin>.size), abi_major: UInt16(PLR_ABI_MAJOR),
      abi_minor: UInt16(PLR_ABI_MINOR), init: initialize, deinit: deinitialize,
      query_interface: queryInterface)
  }
}

/// Whether the C string `id` is `text`; for use in a plugin's `query_interface`.
@inlinable
public func matches(_ id: UnsafePointer<CChar>?, _ text: StaticString) -> Bool {
  guard let id = unsafe id else { return false }
  let expected = unsafe text.utf8Start
  var index = 0
  while true {
    let byte = unsafe UInt8(bitPattern: id[index])
    guard unsafe byte == expected[index] else { return false }
    if byte == 0 { return true }
    index += 1
  }
}

/// The address of a global variable, which stays the same for as long as the plugin is mapped.
///
/// - Precondition: `global` is a stored global or static variable.
@inlinable
public func pointer<Value>(to global: inout Value) -> UnsafePointer<Value> {
  unsafe withUnsafePointer(to: &global) { unsafe $0 }
}
