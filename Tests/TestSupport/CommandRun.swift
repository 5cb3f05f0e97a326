internal import Glibc
public import Platform

/// A command that was run to its end, as a user would run it.
public struct CommandRun: Sendable {
  public let status: ExitStatus
  public let output: String
  public let errors: String

  /// Runs `arguments[0]` with the environment given, or this process's.
  ///
  /// Standard output and standard error go to files, so that nothing is lost and nothing blocks.
  public init(_ arguments: [String], environment: [String]? = nil) throws {
    self = try Self.start(arguments, environment: environment).finish()
  }

  /// Starts a command without waiting for it.
  public static func start(
    _ arguments: [String], environment: [String]? = nil
  ) throws -> Running {
    let output = try FileDescriptor.temporary()
    let errors = try FileDescriptor.temporary()
    let child = try ChildProcess(
      arguments, environment: environment ?? processEnvironment(),
      streams: [.null, .descriptor(output.rawValue), .descriptor(errors.rawValue)])
    return Running(child: child, output: output, errors: errors)
  }

  public struct Running: ~Copyable {
    public let child: ChildProcess
    let output: FileDescriptor
    let errors: FileDescriptor

    /// What it has written to standard error until now.
    public func errorsSoFar() throws -> String {
      var bytes = [UInt8](repeating: 0, count: 1 << 20)
      let count = try errors.read(&bytes, at: 0)
      return String(decoding: bytes[..<count], as: UTF8.self)
    }

    public consuming func finish() throws -> CommandRun {
      let status = try child.wait()
      lseek(output.rawValue, 0, SEEK_SET)
      lseek(errors.rawValue, 0, SEEK_SET)
      return CommandRun(
        status: status, output: String(decoding: try output.readToEnd(), as: UTF8.self),
        errors: String(decoding: try errors.readToEnd(), as: UTF8.self))
    }
  }

  private init(status: ExitStatus, output: String, errors: String) {
    self.status = status
    self.output = output
    self.errors = errors
  }
}
