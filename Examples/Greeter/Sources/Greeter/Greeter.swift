@_exported public import CGreeter
@_exported public import PluginMacros

/// Greets people.
@PluginInterface("example.greeter", revision: 1)
public protocol Greeter {
  /// A greeting for `name`, in the greeter's own manner.
  func greet(_ name: String) throws(PluginError) -> String
  /// How many greetings it has made so far.
  func greetingCount() -> Int
}
