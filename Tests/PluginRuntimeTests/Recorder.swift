internal import CPluginABI
internal import Synchronization
internal import TestSupport
internal import Testing

/// A callback sink that keeps the records of one plugin.
final class Recorder: Sendable {
  struct Record: Equatable, Sendable {
    var level: plr_log_level
    var wallNanoseconds: Int64
    var thread: UInt64
    var category: String
    var message: [UInt8]

    var text: String { String(decoding: message, as: UTF8.self) }
  }

  private let plugin: String
  private let sink = Atomic<plr_log_sink>(0)
  private let state = Guarded<[Record]>([])
  private let onRecord: @Sendable (Record, Recorder) -> Void

  var records: [Record] { state.withLock { $0 } }
  var id: plr_log_sink { sink.load(ordering: .acquiring) }

  /// - Parameter onRecord: called in the callback, once the record is kept.
  init(
    of account: TestAccount,
    onRecord: @escaping @Sendable (Record, Recorder) -> Void = { _, _ in }
  ) {
    _ = Quiet.standardErrorRemoved
    plugin = account.name
    self.onRecord = onRecord
    var id = plr_log_sink()
    let context = unsafe Unmanaged.passUnretained(self).toOpaque()
    let answer = unsafe Answer { error in
      unsafe plr_log_add_callback_sink(
        { context, record in
          let recorder = unsafe Unmanaged<Recorder>.fromOpaque(context!).takeUnretainedValue()
          unsafe recorder.take(record!.pointee)
        }, context, &id, error)
    }
    precondition(answer == .ok, answer.message)
    sink.store(id, ordering: .releasing)
  }

  private func take(_ record: plr_log_record) {
    guard unsafe String(cString: record.plugin) == plugin else { return }
    precondition(unsafe record.size == UInt32(MemoryLayout<plr_log_record>.size))
    let message = unsafe UnsafeRawBufferPointer(start: record.message, count: record.length)
    let kept = unsafe Record(
      level: record.level, wallNanoseconds: record.wall_nanoseconds, thread: record.thread,
      category: String(cString: record.category), message: Array(message))
    state.withLock { $0.append(kept) }
    onRecord(kept, self)
  }

  /// Must be called before the recorder goes away.
  func remove() {
    let status = plr_log_remove_sink(id)
    #expect(status == PLR_OK)
  }
}

/// Keeps the lines of these tests off the terminal; what standard error gets is tested with a host
/// of its own, in ``CHostTests``.
enum Quiet {
  static let standardErrorRemoved: Bool =
    plr_log_remove_sink(PLR_LOG_SINK_STANDARD_ERROR) == PLR_OK
}
