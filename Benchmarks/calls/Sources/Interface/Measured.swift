@_exported public import CInterface
@_exported public import PluginMacros

/// Functions that do as little as can be.
@PluginInterface("bench.measured", revision: 1)
public protocol Measured {
  func add(_ x: Int64, _ y: Int64) -> Int64
  /// The number of bytes, and the first of them.
  func look(_ text: UTF8Span) -> Int64
  /// The same of a text that is copied on arrival.
  func take(_ text: String) -> Int64
  func fail(_ code: Int32) throws(PluginError)
}
