import Greeter
import Synchronization

#plugin(name: "polite", version: "1.0.0", offers: ["example.greeter/1"])

@PluginImplementation(Greeter.self, priority: 10)
final class PoliteGreeter: Greeter, Sendable {
  private let count = Atomic<Int>(0)

  func greet(_ name: String) throws(PluginError) -> String {
    guard !name.isEmpty else {
      throw PluginError(subject: "name", message: "it is empty: say whom to greet")
    }
    count.add(1, ordering: .relaxed)
    return "Good day, \(name), and how do you do?"
  }

  func greetingCount() -> Int { count.load(ordering: .relaxed) }
}

@PluginImplementation(Greeter.self)
struct FormalGreeter: Greeter {
  func greet(_ name: String) throws(PluginError) -> String { "Dear \(name)," }
  func greetingCount() -> Int { 0 }
}
