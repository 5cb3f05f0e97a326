public import Glibc

/// What the operating system refused, of whom, and in its own words.
public struct SystemError: Error, Equatable, CustomStringConvertible {
  /// What was attempted, as a verb: "open", "write".
  public var operation: String
  /// The path or name it was attempted on.
  public var subject: String
  /// The system's error number.
  public var code: Int32

  public init(_ operation: String, _ subject: String, code: Int32 = errno) {
    self.operation = operation
    self.subject = subject
    self.code = code
  }

  /// The system's own words for the code.
  public var reason: String { unsafe String(cString: strerror(code)) }

  public var description: String { "cannot \(operation) '\(subject)': \(reason)" }
}

/// Repeats a system call that a signal interrupted.
///
/// - Throws: `SystemError` where it returns -1 for another reason.
@discardableResult
public func retrying<Result: SignedInteger>(
  _ operation: String, _ subject: @autoclosure () -> String, _ call: () -> Result
) throws(SystemError) -> Result {
  while true {
    let result = call()
    if result != -1 { return result }
    let code = errno
    if code != EINTR { throw SystemError(operation, subject(), code: code) }
  }
}
