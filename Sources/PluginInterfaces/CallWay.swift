internal import CPluginABI
internal import Glibc

/// How an implementation is called.
public enum CallWay: Equatable, Sendable, CustomStringConvertible {
  /// As the Swift value that it is: nothing lies between.
  case native
  /// Through its C table.
  case table(Reason)

  /// Why not natively.
  public enum Reason: String, Sendable {
    /// It is not said to be Swift: made in C, C++, Rust or Embedded Swift.
    case notSwift = "it is not Swift"
    /// It was compiled against another text of the protocol or of its values.
    case otherProtocol = "its protocol is another one"
    /// It uses another copy of Swift's standard library.
    case otherRuntime = "its Swift runtime is another one"
    /// Another compiler made it: layouts may differ.
    case otherToolchain = "its toolchain is another one"
    /// The caller has asked for the table.
    case askedFor = "the caller wants the table"
  }

  public var description: String {
    switch self {
    case .native: "native"
    case .table(let reason): "table: \(reason.rawValue)"
    }
  }

  /// How a caller who knows the protocol as `number` calls a table that says `traits` of itself.
  static func choose(_ traits: UnsafePointer<plr_table_traits>?, protocol number: UInt64) -> CallWay
  {
    guard let traits = unsafe traits?.pointee,
      unsafe traits.size >= UInt32(PLR_TABLE_TRAITS_SIZE_1_0),
      unsafe traits.existential != nil, let toolchain = unsafe traits.toolchain
    else { return .table(.notSwift) }
    guard unsafe traits.swift_runtime == swiftRuntimeIdentity else { return .table(.otherRuntime) }
    guard unsafe strcmp(toolchain, plugin_toolchain()) == 0 else { return .table(.otherToolchain) }
    guard unsafe traits.protocol == number else { return .table(.otherProtocol) }
    return .native
  }
}
