internal import Platform

/// Compilers and inspection tools, run to their end.
public enum Tool {
  public struct Failure: Error, CustomStringConvertible {
    public var command: [String]
    public var reason: String
    /// What the tool wrote to both its outputs.
    public var words: String

    public var description: String {
      "\(reason): \(command.joined(separator: " "))\n\(words)"
    }
  }

  /// Runs `command` and gives what it wrote to standard output and standard error.
  ///
  /// - Throws: `Failure` with the tool's own words unless it ends with status 0.
  @discardableResult
  public static func run(_ command: [String]) throws -> String {
    let environment = processEnvironment().filter { !$0.hasPrefix("LC_ALL=") } + ["LC_ALL=C"]
    let run = try CommandRun(command, environment: environment)
    let words = run.output + run.errors
    guard run.status.isSuccess else {
      throw Failure(command: command, reason: "\(run.status)", words: words)
    }
    return words
  }
}
