import CTickets
import PluginMacros

#plugin(name: "tally", version: "1.0.0", offers: ["test.ticket/1"])

@PluginInterface("test.ticket", revision: 1)
protocol Ticket: AnyObject, Sendable {
  func number() -> Int
  func tally() -> Int
}

@PluginImplementation(Ticket.self)
final class Tally: Ticket, @unchecked Sendable {
  private var calls = 0
  func number() -> Int { 7 }
  func tally() -> Int {
    calls += 1
    return calls
  }
}
