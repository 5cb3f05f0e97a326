import CPluginABI
import CRuntimeSupport
import Glibc

/// A sink behind the writer, which alone uses it between its opening and its closing.
@safe final class DeferredSink: @unchecked Sendable {
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
  /// Where the records of the batch end in the buffer, from `firstWaiting` on.
  private let ends: UnsafeMutablePointer<UInt32>
  private var firstWaiting = 0
  private var endOfWaiting = 0

  /// Whether the journal did not take the last record in time: until it takes one, none waits for it.
  private var isBehind = false

  /// Whatever a record is, it is not held back for more than this.
  private static let bufferCapacity = 256 << 10

  init?(id: plr_log_sink, threshold: plr_log_level, format: LogFormat, target: Target) {
    guard
      let ends = unsafe Memory.allocate(LogBatch.capacity * MemoryLayout<UInt32>.stride)
    else { return nil }
    guard let buffer = LogBuffer(capacity: Self.bufferCapacity) else {
      unsafe free(ends)
      return nil
    }
    unsafe self.ends = ends.bindMemory(to: UInt32.self, capacity: LogBatch.capacity)
    self.buffer = buffer
    self.id = id
    self.threshold = threshold
    self.format = format
    self.target = target
  }

  deinit { unsafe free(ends) }

  /// Whether the buffer can take the record as it is; else all sinks write out first.
  func hasRoom(for record: borrowing LogRecord) -> Bool {
    if buffer.count == 0 { return true }
    return buffer.capacity - buffer.count >= record.maximalLength
  }

  /// Takes the youngest record of `batch`.
  ///
  /// - Parameter skipsCallbacks: a callback logged it, and must not be shown it for ever; or it is one that
  ///   has just crashed.
  @inline(__always)
  func take(_ record: borrowing LogRecord, of batch: LogBatch, skipsCallbacks: Bool) {
    let place = batch.count - 1
    if record.level >= threshold { append(record, place, batch, skipsCallbacks) }
    unsafe ends[place] = UInt32(truncatingIfNeeded: buffer.count)
    endOfWaiting = place + 1
  }

  private func append(
    _ record: borrowing LogRecord, _ place: Int, _ batch: LogBatch, _ skipsCallbacks: Bool
  ) {
    if case .callback(let callback, let context) = target {
      if !skipsCallbacks, unsafe !LogCallback.call(callback, context, record) { batch.lose(place) }
      return
    }
    let before = buffer.count
    guard buffer.append(record, as: format, &clock) else { return batch.lose(place) }
    switch target {
    case .file(let file) where file.isFull(with: buffer.count, since: before):
      // What came before belongs into the old file, and only that.
      let length = buffer.count - before
      unsafe settle(file.write(UnsafeRawBufferPointer(rebasing: buffer.bytes[..<before])), batch)
      file.rotate()
      unsafe memmove(buffer.start, buffer.start + before, length)
      buffer.count = length
    case .journal(let socket, let path):
      let failure = unsafe runtime_send_to_socket(
        socket, path, buffer.start, buffer.count, !isBehind)
      isBehind = failure == EAGAIN
      if failure != 0 { batch.lose(place) }
      buffer.count = 0
    default: break
    }
  }

  /// The first `byteCount` bytes of the buffer are with the kernel; what is behind them is lost.
  private func settle(_ byteCount: Int, _ batch: LogBatch) {
    var begin: UInt32 = 0
    for place in firstWaiting..<endOfWaiting {
      let end = unsafe ends[place]
      // A record that this sink did not want is not lost here.
      if end > byteCount && end > begin { batch.lose(place) }
      begin = end
    }
    firstWaiting = endOfWaiting
  }

  /// Gives the kernel what is there.
  func writeOut(_ batch: LogBatch) {
    if buffer.count > 0 {
      switch target {
      case .descriptor(let descriptor):
        unsafe settle(LogFile.write(buffer.bytes, to: descriptor), batch)
      case .file(let file): unsafe settle(file.write(buffer.bytes), batch)
      case .journal, .callback: break
      }
      buffer.count = 0
    }
    firstWaiting = 0
    endOfWaiting = 0
  }

  /// After the last batch.
  func close() { Self.discard(target) }

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
