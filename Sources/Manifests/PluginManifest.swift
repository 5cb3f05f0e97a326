/// A plugin's manifest as its file holds it. See `plr_manifest` in `plugin_abi.h`.
public struct PluginManifest: Equatable, Sendable {
  public var abiMajor: UInt16
  public var abiMinor: UInt16
  public var unloadClass: UInt32
  public var features: UInt32
  public var name: String
  public var version: String
  /// The version text of the compiler that made the plugin.
  public var toolchain: String
  /// The interfaces that the plugin will register, in the order of the file; nil where it does not say.
  public var offers: [InterfaceOffer]?
  /// The interfaces that it cannot be without, in the order of the file.
  public var requires: [RequiredInterface]

  public init(
    abiMajor: UInt16, abiMinor: UInt16, unloadClass: UInt32, features: UInt32, name: String,
    version: String, toolchain: String, offers: [InterfaceOffer]? = nil,
    requires: [RequiredInterface] = []
  ) {
    self.abiMajor = abiMajor
    self.abiMinor = abiMinor
    self.unloadClass = unloadClass
    self.features = features
    self.name = name
    self.version = version
    self.toolchain = toolchain
    self.offers = offers
    self.requires = requires
  }
}
