internal import CBenchUnit
internal import CPluginABI
internal import CProbe
internal import Glibc
internal import PluginHost

/// A start from an index, measured until the host knows its plugins; then, as a figure of its own, what
/// was put off.
struct LazyStart {
  private let host: PluginHost

  init(_ host: PluginHost) { self.host = host }

  func run(directory: String, index path: String) -> Never {
    let objects = probe_loaded_objects()
    let begin = process_clock_nanoseconds()
    let index: PluginIndex
    do {
      index = try host.discover(directory, index: path)
    } catch {
      BenchProbe.fail(error.description)
    }
    let ready = process_clock_nanoseconds()

    probe_report_heap()
    probe_wait_at_gate()
    var metrics = process_metrics()
    let code = unsafe process_metrics_read(&metrics)
    guard code == 0 else { BenchProbe.fail("cannot read this process's figures: errno \(code)") }
    // From here on only what was put off is measured.
    let opened = probe_loaded_objects() - objects
    if let error = index.writeError { BenchProbe.fail("\(error)") }
    if let first = index.refused.first { BenchProbe.fail(first.description) }
    let ids = host.waitingPlugins.map(\.id)

    let deferredBegin = process_clock_nanoseconds()
    var reference = unsafe plr_reference()
    // The first look-up loads everything: all plugins of a set offer the same interface.
    guard
      unsafe plr_registry_acquire(
        host.account, BENCH_UNIT_ID, UInt32(BENCH_UNIT_REVISION), 0, &reference) == PLR_OK
        || ids.isEmpty
    else { BenchProbe.fail("nobody offers \(BENCH_UNIT_ID)") }
    if let first = host.refusedOnDemand.first { BenchProbe.fail(first.description) }
    var checksum: UInt64 = 0
    for (number, id) in ids.enumerated() {
      checksum &+= unsafe BenchProbe.unit(of: id, in: host).pointee.answer(UInt64(number))
    }
    let deferred = process_clock_nanoseconds() - deferredBegin

    unsafe probe_report_number("plugins", UInt64(index.count))
    unsafe probe_report_number("clock.ready", ready)
    unsafe probe_report_number("startup.load", ready - begin)
    unsafe probe_report_number("startup.deferred", deferred)
    unsafe probe_report_number("objects.opened", opened)
    unsafe probe_report_number("index.judged", UInt64(index.judged))
    unsafe probe_report_number("checksum", checksum)
    _exit(unsafe probe_report_end(&metrics) == 0 ? 0 : 1)
  }
}
