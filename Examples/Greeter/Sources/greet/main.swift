import Greeter
import PluginHost

/// `greet NAME PLUGIN…`: loads the plugins and lets every greeter in them greet NAME.
func greetAll() throws {
  let arguments = CommandLine.arguments.dropFirst()
  guard let name = arguments.first, arguments.count > 1 else {
    print("usage: greet NAME PLUGIN…")
    return
  }
  let host = try PluginHost(name: "greet")
  for path in arguments.dropFirst() { try host.load(path) }
  try GreeterProxy.withImplementations(host.account) { greeters in
    for greeter in greeters {
      do throws(PluginError) {
        print(try greeter.greet(name))
      } catch {
        print("(\(error))")
      }
    }
  }
}

do {
  try greetAll()
} catch {
  print("greet: \(error)")
}
