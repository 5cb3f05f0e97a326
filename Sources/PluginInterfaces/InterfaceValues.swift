public import CPluginABI
public import PluginRuntime

// How values cross in calls of interfaces: see `plugin_values.h`. What `@PluginInterface` writes uses
// these; adapters written by hand can too.

extension PluginError {
  /// Room for a failure that a call may fill.
  @inlinable
  public static func room() -> plr_error {
    var error = plr_error()
    error.size = UInt32(MemoryLayout<plr_error>.size)
    return error
  }

  #if hasFeature(Embedded)
    /// What a function can throw there.
    public init(_ error: PluginError) { self = error }
  #else
    /// `error` as what crosses: itself, or its description as the plugin's own failure.
    public init(_ error: any Error) {
      if let error = error as? PluginError {
        self = error
      } else {
        self.init(subject: "\(type(of: error))", message: "\(error)")
      }
    }
  #endif

  /// What has arrived is no case of the enum with this id.
  public static func unknownCase(_ id: StaticString, _ value: String) -> PluginError {
    PluginError(
      code: PLR_ERROR_INVALID_ARGUMENT, subject: "\(id)",
      message: "\(value) is none of its cases: build both sides against one declaration")
  }

  fileprivate static var notUTF8: PluginError {
    PluginError(
      code: PLR_ERROR_INVALID_ARGUMENT, subject: "text",
      message: "the text is not UTF-8: encode it so")
  }

  static func noMemory(_ byteCount: Int) -> PluginError {
    PluginError(
      code: PLR_ERROR_OUT_OF_MEMORY, subject: "result",
      message: "no memory for \(byteCount) bytes")
  }
}

extension String {
  /// The text in UTF-8, for as long as `body` runs. Allocates nothing for a native string.
  @inlinable
  public func lend<Result>(_ body: (plr_text) -> Result) -> Result {
    var copy = self
    return copy.withUTF8 { bytes in
      unsafe bytes.withMemoryRebound(to: CChar.self) { bytes in
        unsafe body(plr_text(bytes: bytes.baseAddress, length: bytes.count))
      }
    }
  }

  /// A copy of what was lent.
  ///
  /// - Throws: `PLR_ERROR_INVALID_ARGUMENT` where it is not UTF-8.
  public init(lent text: plr_text) throws(PluginError) {
    guard let string = unsafe String(validating: text.buffer, as: UTF8.self) else { throw .notUTF8 }
    self = string
  }

  /// A copy of what was lent; what is not UTF-8 becomes U+FFFD.
  public init(repairing text: plr_text) {
    self = unsafe String(decoding: text.buffer, as: UTF8.self)
  }

  /// Takes over a result: copies it and frees its memory. What is not UTF-8 becomes U+FFFD.
  public init(taking text: plr_owned_text, _ account: UnsafePointer<plr_host>) {
    self = unsafe String(repairing: plr_text(bytes: text.bytes, length: text.length))
    unsafe plr_deallocate(account, text.bytes)
  }

  /// Gives the text away in memory that is charged to `account` until the receiver frees it; nothing where
  /// nobody wants it.
  ///
  /// - Throws: `PLR_ERROR_OUT_OF_MEMORY`.
  public func give(
    to result: UnsafeMutablePointer<plr_owned_text>?, _ account: UnsafePointer<plr_host>
  ) throws(PluginError) {
    guard let result = unsafe result else { return }
    var copy = self
    let given: UnsafeMutableRawBufferPointer? = copy.withUTF8 {
      unsafe givenCopy(UnsafeRawBufferPointer($0), account)
    }
    guard let given = unsafe given else { throw .noMemory(utf8.count) }
    unsafe result.pointee = plr_owned_text(
      bytes: given.baseAddress?.assumingMemoryBound(to: CChar.self), length: given.count)
  }
}

extension [UInt8] {
  /// The bytes, for as long as `body` runs. Allocates nothing.
  @inlinable
  public func lend<Result>(_ body: (plr_bytes) -> Result) -> Result {
    unsafe withUnsafeBufferPointer {
      unsafe body(plr_bytes(bytes: $0.baseAddress, length: $0.count))
    }
  }

  /// A copy of what was lent.
  public init(lent bytes: plr_bytes) {
    unsafe self.init(bytes.buffer)
  }

  /// Takes over a result: copies it and frees its memory.
  public init(taking bytes: plr_owned_bytes, _ account: UnsafePointer<plr_host>) {
    unsafe self.init(lent: plr_bytes(bytes: bytes.bytes, length: bytes.length))
    unsafe plr_deallocate(account, bytes.bytes)
  }

  /// Gives the bytes away in memory that is charged to `account` until the receiver frees it; nothing where
  /// nobody wants it.
  ///
  /// - Throws: `PLR_ERROR_OUT_OF_MEMORY`.
  public func give(
    to result: UnsafeMutablePointer<plr_owned_bytes>?, _ account: UnsafePointer<plr_host>
  ) throws(PluginError) {
    guard let result = unsafe result else { return }
    let given: UnsafeMutableRawBufferPointer? = unsafe withUnsafeBytes {
      unsafe givenCopy($0, account)
    }
    guard let given = unsafe given else { throw .noMemory(count) }
    unsafe result.pointee = plr_owned_bytes(
      bytes: given.baseAddress?.assumingMemoryBound(to: UInt8.self), length: given.count)
  }
}

extension plr_text {
  /// What it points to; nothing where that is NULL.
  @inlinable
  public var buffer: UnsafeBufferPointer<UInt8> {
    guard let bytes = unsafe bytes else { return unsafe UnsafeBufferPointer(start: nil, count: 0) }
    return unsafe UnsafeBufferPointer(
      start: UnsafeRawPointer(bytes).assumingMemoryBound(to: UInt8.self), count: length)
  }

  /// - Throws: `PLR_ERROR_INVALID_ARGUMENT` where it is not UTF-8.
  public func checkUTF8() throws(PluginError) {
    let buffer = unsafe buffer
    do {
      _ = unsafe try UTF8Span(validating: buffer.span)
    } catch {
      throw .notUTF8
    }
  }

  /// Hands the text to `body`, and a repaired copy where it is not UTF-8.
  @inlinable
  public func withRepairedSpan<Result>(_ body: (UTF8Span) -> Result) -> Result {
    let buffer = unsafe buffer
    if let span = unsafe try? UTF8Span(validating: buffer.span) { return body(span) }
    return unsafe withRepairedCopy(body)
  }

  @usableFromInline @inline(never)
  func withRepairedCopy<Result>(_ body: (UTF8Span) -> Result) -> Result {
    let repaired = unsafe String(repairing: self)
    return body(repaired.utf8Span)
  }
}

extension plr_bytes {
  /// What it points to; nothing where that is NULL.
  public var buffer: UnsafeBufferPointer<UInt8> {
    unsafe UnsafeBufferPointer(start: bytes, count: bytes == nil ? 0 : length)
  }
}

/// A copy in memory of the runtime; without memory where there is nothing to copy, nil where there is none
/// to be had.
private func givenCopy(
  _ bytes: UnsafeRawBufferPointer, _ account: UnsafePointer<plr_host>
) -> UnsafeMutableRawBufferPointer? {
  guard bytes.count > 0 else { return unsafe UnsafeMutableRawBufferPointer(start: nil, count: 0) }
  guard let block = unsafe plr_allocate(account, bytes.count, 1) else { return nil }
  let copy = unsafe UnsafeMutableRawBufferPointer(start: block, count: bytes.count)
  unsafe copy.copyMemory(from: bytes)
  return unsafe copy
}
