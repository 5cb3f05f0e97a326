internal import Glibc
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
    // A file, not a pipe: another thread's child could inherit the end of a pipe.
    let output = try FileDescriptor.temporary()
    let environment = processEnvironment().filter { !$0.hasPrefix("LC_ALL=") } + ["LC_ALL=C"]
    let child = try ChildProcess(
      command, environment: environment,
      streams: [.null, .descriptor(output.rawValue), .descriptor(output.rawValue)])
    let status = try child.wait()
    _ = lseek(output.rawValue, 0, SEEK_SET)
    let words = String(decoding: try output.readToEnd(), as: UTF8.self)
    guard status.isSuccess else {
      throw Failure(command: command, reason: "\(status)", words: words)
    }
    return words
  }
}
