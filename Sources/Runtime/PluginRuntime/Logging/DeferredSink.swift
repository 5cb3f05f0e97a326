import CPluginABI
import CRuntimeSupport
import Glibc

/// A sink behind the writer, which alone uses it between its opening and its closing.
final class DeferredSink: @unchecked Sendable {
  @safe enum Target {
    case descriptor(Int32)
    case file(LogFile)
    case journal(socket: Int32, path: UnsafeMutablePointer<CChar>)
    case callback(plr_log_callback, UnsafeMutableRawPointer?)
  }

  let id: plr_log_sink
  let threshold: plr_log_level
  private let format: LogFormat
  private let target: Target
  private var buffer: LogBuffer
  private var clock = LogClock()

  /// Whatever a record is, it is not held back for more than this.
  private static let bufferCapacity = 256 << 10

  init?(id: plr_log_sink, threshold: plr_log_level, format: LogFormat, target: Target) {
    guard let buffer = LogBuffer(capacity: Self.bufferCapacity) else { return nil }
    self.buffer = buffer
    self.id = id
    self.threshold = threshold
    self.format = format
    self.target = target
  }

  /// Takes one record; false where there is no memory for it.
  ///
  /// - Parameter isFromCallback: a callback logged it, and must not be shown it for ever.
  @inline(__always)
  func take(_ record: borrowing LogRecord, isFromCallback: Bool) -> Bool {
    if record.level < threshold { return true }
    if case .callback(let callback, let context) = target {
      if isFromCallback { return true }
      return unsafe LogCallback.call(callback, context, record)
    }
    if buffer.capacity - buffer.count < record.maximalLength { writeOut() }
    let before = buffer.count
    guard buffer.append(record, as: format, &clock) else { return false }
    switch target {
    case .file(let file) where file.isFull(with: buffer.count, since: before):
      // What came before belongs into the old file, and only that.
      let length = buffer.count - before
      unsafe file.write(UnsafeRawBufferPointer(rebasing: buffer.bytes[..<before]))
      file.rotate()
      unsafe memmove(buffer.start, buffer.start + before, length)
      buffer.count = length
    case .journal(let socket, let path):
      // The writer has nobody to tell that it cannot write.
      _ = unsafe runtime_send_to_socket(socket, path, buffer.start, buffer.count)
      buffer.count = 0
    default: break
    }
    return true
  }

  /// Gives the kernel what is there.
  func writeOut() {
    guard buffer.count > 0 else { return }
    switch target {
    case .descriptor(let descriptor): unsafe LogFile.write(buffer.bytes, to: descriptor)
    case .file(let file): unsafe file.write(buffer.bytes)
    case .journal, .callback: break
    }
    buffer.count = 0
  }

  func close() {
    writeOut()
    Self.discard(target)
  }

  /// Closes what a sink would have written to.
  static func discard(_ target: Target) {
    switch target {
    case .file(let file): file.close()
    case .journal(let socket, let path):
      Glibc.close(socket)
      unsafe free(path)
    case .descriptor, .callback: break
    }
  }
}

/// A file that is put aside when it has become too large or too old.
@safe final class LogFile {
  private var descriptor: Int32
  private let path: UnsafeMutablePointer<CChar>
  private let maximalBytes: UInt64
  private let maximalNanoseconds: UInt64
  private let keptFiles: Int
  private var byteCount: UInt64 = 0
  private var opened: UInt64 = 0

  static let flags = O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC

  /// - Parameter path: a copy that the file owns.
  init(
    _ descriptor: Int32, path: UnsafeMutablePointer<CChar>, maximalBytes: UInt64,
    maximalNanoseconds: UInt64, keptFiles: Int
  ) {
    self.descriptor = descriptor
    unsafe self.path = unsafe path
    self.maximalBytes = maximalBytes
    self.maximalNanoseconds = maximalNanoseconds
    self.keptFiles = keptFiles
    begin()
  }

  private func begin() {
    var status = stat()
    byteCount = unsafe fstat(descriptor, &status) == 0 ? UInt64(max(status.st_size, 0)) : 0
    opened = runtime_monotonic_nanoseconds()
  }

  /// Whether the file should be put aside before the record that begins at `before` of the `count` bytes
  /// that wait.
  @inline(__always)
  func isFull(with count: Int, since before: Int) -> Bool {
    if maximalBytes > 0, byteCount + UInt64(count) > maximalBytes,
      byteCount + UInt64(before) > 0
    {
      return true
    }
    return maximalNanoseconds > 0
      && runtime_monotonic_nanoseconds() - opened > maximalNanoseconds
  }

  func write(_ bytes: UnsafeRawBufferPointer) {
    byteCount += UInt64(bytes.count)
    unsafe Self.write(bytes, to: descriptor)
  }

  /// PATH.1 becomes PATH.2 and so on, PATH becomes PATH.1 and a new one begins. Where the system
  /// refuses, the old file goes on.
  func rotate() {
    for number in (0..<keptFiles).reversed() {
      let from =
        unsafe number == 0 ? String(cString: path) : unsafe "\(String(cString: path)).\(number)"
      unsafe rename(from, unsafe "\(String(cString: path)).\(number + 1)")
    }
    let new = unsafe open(path, Self.flags, 0o644)
    if new >= 0 {
      Glibc.close(descriptor)
      descriptor = new
    }
    begin()
  }

  func close() {
    Glibc.close(descriptor)
    unsafe free(path)
  }

  /// A log has nobody to tell that it cannot write, and the caller must go on.
  static func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) {
    var offset = 0
    while offset < bytes.count {
      let written = unsafe Glibc.write(
        descriptor, bytes.baseAddress! + offset, bytes.count - offset)
      if written == 0 || (written < 0 && errno != EINTR) { return }
      offset += max(written, 0)
    }
  }
}

/// How a record is shown to a callback of the host.
enum LogCallback {
  /// False where there is no memory to show it.
  static func call(
    _ callback: plr_log_callback, _ context: UnsafeMutableRawPointer?,
    _ record: borrowing LogRecord
  ) -> Bool {
    let category = unsafe record.category
    let message = unsafe record.message
    let fieldsLength = unsafe record.fields.bytes.count
    let size = unsafe MemoryLayout<plr_log_field>.stride
    // Keys and the category end with NUL there.
    guard
      var texts = LogBuffer(
        capacity: 3 * category.count + 3 * message.count + fieldsLength + record.fieldCount + 2),
      let fields = unsafe Memory.allocate(size * max(record.fieldCount, 1))
    else { return false }
    defer { unsafe free(fields) }
    let list = unsafe fields.assumingMemoryBound(to: plr_log_field.self)
    unsafe texts.append(repairing: category)
    texts.append(0)
    let messageStart = texts.count
    unsafe texts.append(repairing: message)
    let messageEnd = texts.count
    var count = 0
    for field in record.fields {
      unsafe list[count].key = unsafe UnsafePointer(
        (texts.start + texts.count).assumingMemoryBound(to: CChar.self))
      unsafe texts.append(field.key)
      texts.append(0)
      unsafe list[count].kind = field.kind
      unsafe list[count].length = unsafe UInt32(field.value.count)
      if field.kind == PLR_LOG_FIELD_TEXT {
        unsafe list[count].value.text = unsafe field.value.baseAddress?.assumingMemoryBound(
          to: CChar.self)
      } else {
        unsafe list[count].value.unsigned_number = field.bits
      }
      count += 1
    }
    let start = unsafe texts.start.assumingMemoryBound(to: CChar.self)
    var view = unsafe plr_log_record(
      size: UInt32(MemoryLayout<plr_log_record>.size), level: record.level,
      wall_nanoseconds: record.wallNanoseconds, thread: record.thread,
      plugin: record.account.cName, category: start, message: start + messageStart,
      length: messageEnd - messageStart, monotonic_nanoseconds: record.monotonicNanoseconds,
      fields: count > 0 ? UnsafePointer(list) : nil, field_count: count)
    unsafe callback(context, &view)
    return true
  }
}
