internal import CBenchUnit
internal import CPluginABI
internal import CProbe
internal import Glibc
internal import PluginHost

/// The measured process: loads a plugin set through the host library, calls every plugin once, tells
/// its figures on a descriptor and dies.
///
///     bench-probe DIRECTORY      every plugin of a directory
///     bench-probe --builtin      the plugins that are linked into this executable; none is a host alone
///     bench-probe --indexed DIRECTORY INDEX
///                                the same, from an index that a start before has left
///     bench-probe --lazy DIRECTORY INDEX
///                                a start that loads nothing; everything is loaded and called after
///                                the figures were read
@main
enum BenchProbe {
  static func main() {
    probe_report_begin()
    let arguments = CommandLine.arguments
    let isLazy = arguments.count == 4 && arguments[1] == "--lazy"
    let isIndexed = arguments.count == 4 && arguments[1] == "--indexed"
    guard isLazy || isIndexed || arguments.count == 2 else {
      fail("usage: bench-probe DIRECTORY | --builtin | --indexed|--lazy DIRECTORY INDEX")
    }
    let host: PluginHost
    do {
      host = try PluginHost(name: "bench-probe")
    } catch {
      fail(error.description)
    }

    if isLazy { LazyStart(host).run(directory: arguments[2], index: arguments[3]) }
    let begin = process_clock_nanoseconds()
    let (plugins, judged) =
      isIndexed
      ? loadAll(of: arguments[2], index: arguments[3], into: host)
      : (load(arguments[1], into: host), nil)
    // No arrays: the first one of a type costs the process more than a plugin.
    let units = UnsafeMutablePointer<UnsafePointer<bench_unit>>.allocate(capacity: plugins.count)
    let callNanoseconds = UnsafeMutablePointer<UInt64>.allocate(capacity: plugins.count)
    var checksum: UInt64 = 0
    for index in 0..<plugins.count {
      let unit = unsafe unit(of: plugins[index], in: host)
      let start = process_clock_nanoseconds()
      checksum &+= unsafe unit.pointee.answer(UInt64(index))
      unsafe callNanoseconds[index] = process_clock_nanoseconds() - start
      unsafe (units + index).initialize(to: unit)
    }
    let ready = process_clock_nanoseconds()

    probe_report_heap()
    probe_wait_at_gate()
    var metrics = process_metrics()
    let code = unsafe process_metrics_read(&metrics)
    guard code == 0 else { fail("cannot read this process's figures: errno \(code)") }
    // From here on nothing is measured any more.
    var registries: Set<UnsafeRawPointer> = unsafe []
    for index in 0..<plugins.count {
      if let identity = unsafe units[index].pointee.runtime() { unsafe registries.insert(identity) }
    }
    unsafe probe_report_number("plugins", UInt64(plugins.count))
    unsafe probe_report_number("clock.ready", ready)
    unsafe probe_report_number("startup.load", ready - begin)
    unsafe probe_report_number("registries.seen", UInt64(registries.count))
    if let judged { unsafe probe_report_number("index.judged", UInt64(judged)) }
    unsafe probe_report_number("checksum", checksum)
    for plugin in host.plugins {
      unsafe probe_report_number("plugin.load", plugin.times.total)
      unsafe probe_report_number("plugin.admission", plugin.times.admission)
      unsafe probe_report_number("plugin.host", plugin.times.host)
    }
    for index in 0..<plugins.count {
      unsafe probe_report_number("plugin.call", callNanoseconds[index])
    }
    // Without destructors: the figures are out, and what plugins do at exit is not measured.
    _exit(unsafe probe_report_end(&metrics) == 0 ? 0 : 1)
  }

  /// Loads the whole set; the order is that of the directory or of the builtin table.
  private static func load(_ argument: String, into host: PluginHost) -> [PluginID] {
    do {
      if argument == "--builtin" {
        var plugins: [PluginID] = []
        for index in 0..<probe_builtin_count() {
          guard let address = unsafe probe_builtin_entry(index) else { continue }
          let entry = unsafe unsafeBitCast(address, to: plr_entry.self)
          unsafe plugins.append(try host.loadBuiltin(entry, name: "builtin-\(index)"))
        }
        return plugins
      }
      let (loaded, refused) = try host.loadDirectory(argument)
      if let first = refused.first { fail(first.description) }
      return loaded
    } catch {
      fail("\(error)")
    }
  }

  /// Loads the whole set as an index tells of it.
  ///
  /// - Returns: also how many files had to be judged.
  private static func loadAll(
    of directory: String, index path: String, into host: PluginHost
  ) -> (plugins: [PluginID], judged: Int?) {
    do {
      let index = try host.discover(directory, index: path)
      if let error = index.writeError { fail("\(error)") }
      var plugins: [PluginID] = []
      while let plugin = try host.activateNext() { plugins.append(plugin) }
      return (plugins, index.judged)
    } catch {
      fail("\(error)")
    }
  }

  static func unit(of plugin: PluginID, in host: PluginHost) -> UnsafePointer<bench_unit> {
    let table = unsafe try? host.interface(
      of: plugin, BENCH_UNIT_ID, revision: UInt32(BENCH_UNIT_REVISION))
    guard let table = unsafe table else { fail("a plugin does not offer \(BENCH_UNIT_ID)") }
    return unsafe table.assumingMemoryBound(to: bench_unit.self)
  }

  /// Ends the process with a report that says why there are no figures.
  static func fail(_ message: String) -> Never {
    unsafe probe_report_error(message)
    _exit(1)
  }
}
