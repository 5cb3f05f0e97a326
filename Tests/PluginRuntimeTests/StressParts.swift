import CPluginABI
import Glibc
import TestSupport
import Testing

/// A deferred callback sink that counts what it is given.
struct CountingSink {
  private var id = plr_log_sink()

  @safe init(_ count: Guarded<Int>) throws {
    _ = Quiet.standardErrorRemoved
    var options = unsafe plr_log_sink_options()
    unsafe options.size = UInt32(MemoryLayout<plr_log_sink_options>.size)
    unsafe options.target = PLR_LOG_TARGET_CALLBACK
    unsafe options.context = Unmanaged.passUnretained(count).toOpaque()
    unsafe options.callback = { context, record in
      guard unsafe strncmp(record!.pointee.plugin, "coming and going", 16) == 0 else { return }
      let count = unsafe Unmanaged<Guarded<Int>>.fromOpaque(context!).takeUnretainedValue()
      count.withLock { $0 += 1 }
    }
    let answer = unsafe Answer { error in unsafe plr_log_open_sink(&options, &id, error) }
    try #require(answer == .ok, "\(answer.message)")
  }

  func remove() { #expect(plr_log_remove_sink(id) == PLR_OK) }
}

extension TestAccount {
  /// Listens to `id` and counts; `count` must outlive the listener.
  func countArrivals(of id: String, _ count: Guarded<Int>) -> plr_registry_listener {
    var listener = plr_registry_listener()
    let status = unsafe plr_registry_listen(
      host, id, 1,
      { context, event in
        let count = unsafe Unmanaged<Guarded<Int>>.fromOpaque(context!).takeUnretainedValue()
        if unsafe event!.pointee.kind == PLR_REGISTRY_ARRIVED { count.withLock { $0 += 1 } }
      }, Unmanaged.passUnretained(count).toOpaque(), &listener)
    precondition(status == PLR_OK)
    return listener
  }

  /// What a snapshot says is mapped for small blocks, and what is live of this account.
  func snapshotTotals() -> (mapped: Int, live: Int) {
    var length = 0
    var bytes: [CChar] = []
    repeat {
      bytes = [CChar](repeating: 0, count: length + 4096)
    } while unsafe plr_runtime_snapshot(&bytes, bytes.count, &length) != PLR_OK
    let text = String(decoding: bytes.prefix(length).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    let head = #"{"schema":"plr-statistics/1","allocator":{"mappedBytes":"#
    let digits = text.utf8.dropFirst(head.utf8.count).prefix { (48...57).contains($0) }
    return (Int(String(Substring(digits)))!, Int(statistics.live_bytes))
  }
}
