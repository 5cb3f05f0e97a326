import CPluginABI

/// Why the runtime or a plugin could not do something.
///
/// The Swift form of `plr_error`. It lives in the runtime so that a plugin that throws it needs no
/// conformance of its own.
public struct PluginError: Error, Sendable, CustomStringConvertible {
  /// One of `PLR_ERROR_…`.
  public var code: Int32
  /// What it is about: a path, a field, an interface id.
  public var subject: String
  /// What happened and what to do.
  public var message: String

  public init(code: Int32 = PLR_ERROR_PLUGIN, subject: String, message: String) {
    self.code = code
    self.subject = subject
    self.message = message
  }

  /// Reads what a function of the C interface left in `error`.
  public init(code: Int32, _ error: plr_error) {
    var error = error
    self.code = code
    self.subject = unsafe withUnsafePointer(to: &error.subject) {
      unsafe text(at: $0, capacity: Int(PLR_SUBJECT_CAPACITY))
    }
    self.message = unsafe withUnsafePointer(to: &error.message) {
      unsafe text(at: $0, capacity: Int(PLR_MESSAGE_CAPACITY))
    }
  }

  public var description: String { "\(subject): \(message)" }

  /// Fills `error`, which may be nil, and returns the code, which is never `PLR_OK`: what was thrown
  /// is a failure.
  public func write(to error: UnsafeMutablePointer<plr_error>?) -> Int32 {
    unsafe plugin_fail(error, code == PLR_OK ? PLR_ERROR_PLUGIN : code, subject, message)
  }
}

/// The text in a fixed field, whether or not its NUL is there.
private func text<T>(at field: UnsafePointer<T>, capacity: Int) -> String {
  let bytes = unsafe UnsafeRawBufferPointer(start: field, count: capacity)
  return unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
}
