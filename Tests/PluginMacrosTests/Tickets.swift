import CTickets
import PluginMacros

@PluginInterface("test.ticket", revision: 1)
protocol Ticket: AnyObject, Sendable {
  /// A number of this instance's.
  func number() -> Int
  func tally() -> Int
}

@PluginInterface("test.named", revision: 1)
protocol Named {
  func name() throws(PluginError) -> String
}
