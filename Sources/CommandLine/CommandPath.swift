/// The commands from the program down to the one that is meant.
struct CommandPath {
  /// The program, and the subcommands that were named.
  var named: [Command]

  var command: Command { named[named.count - 1] }
  /// The default subcommands below, which nobody typed.
  var implied: [Command] { Array(sequence(first: command) { $0.defaultCommand }.dropFirst()) }
  /// The command that takes the options and arguments.
  var target: Command { implied.last ?? command }
  /// The words a user types to get here.
  var name: String { named.map(\.name).joined(separator: " ") }
  /// The target's own options, then those of the commands above it that it does not declare anew.
  var options: [Option] {
    (named + implied).reversed().reduce([]) { own, above in
      own + above.options.filter { option in !own.contains { $0.replaces(option) } }
    }
  }

  mutating func descend(to name: String) -> Bool {
    guard let next = command.subcommand(name) else { return false }
    named.append(next)
    return true
  }
}
