import Greeter
import PluginHost

/// `greet [--how] NAME PLUGIN…`: loads the plugins and lets every greeter in them greet NAME; with `--how` says
/// how each is called.
func greetAll() throws {
  var arguments = CommandLine.arguments.dropFirst()
  let tellsHow = arguments.first == "--how"
  if tellsHow { arguments.removeFirst() }
  guard let name = arguments.first, arguments.count > 1 else {
    print("usage: greet [--how] NAME PLUGIN…")
    return
  }
  let host = try PluginHost(name: "greet")
  for path in arguments.dropFirst() { try host.load(path) }
  if tellsHow {
    try GreeterProxy.withFound(host.account) { found in
      for greeter in found.fitting { print(greeter.way) }
    }
  }
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
