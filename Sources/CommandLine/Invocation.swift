/// What a command line asks for.
public enum Invocation: Sendable, Equatable {
  /// Run the subcommand at `path`, which leaves out the program's name and is empty when the
  /// command has no subcommands.
  case run(path: [String], values: ParsedValues)
  /// Print this text, which has no final newline.
  case help(String)
  /// Print the version.
  case version
}
