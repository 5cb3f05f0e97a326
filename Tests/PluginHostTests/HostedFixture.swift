import CFixture
import CPluginABI
import Glibc
import Platform
import PluginHost
import Synchronization
import TestSupport

/// A copy of a fixture with a name and a path that no other test uses.
struct HostedFixture {
  let path: String
  /// Also the id under which the plugin registers its unit.
  let name: String

  private static let counter = Atomic<Int>(0)

  /// Where fixtures in C leave their traces by name; see `fixture_plugin.h`.
  private static let traces: String = {
    let directory = "/tmp/fixture-traces.\(getpid())"
    try? Files.makeDirectory(directory)
    atexit { try? Files.remove("/tmp/fixture-traces.\(getpid())") }
    return directory
  }()

  init(_ fixture: Fixture, in directory: String? = nil) throws {
    _ = Self.traces
    name = Self.uniqueName(fixture.name)
    path = try fixture.copy(
      to: try directory ?? TemporaryDirectory.make(fixture.name), as: name + ".so",
      manifestName: name)
  }

  /// A plugin that was built elsewhere.
  init(path: String, name: String) {
    self.path = path
    self.name = name
  }

  static func uniqueName(_ text: String) -> String {
    "\(text.prefix(40)).\(counter.add(1, ordering: .relaxed).newValue)"
  }

  /// Code of the file has run: fixtures in C leave a trace.
  var hasRun: Bool {
    Files.exists(path + ".ran") || Files.exists(Path.join(Self.traces, name + ".ran"))
  }

  /// How many mappings of the file this process has.
  var mappings: Int {
    get throws {
      try Files.readText("/proc/self/maps").split(separator: "\n")
        .count { $0.hasSuffix(" " + path) }
    }
  }
}

extension HostedFixture {
  /// Pages of its code that are in memory for this process.
  var residentCodePages: Int {
    get throws {
      var isCode = false
      var bytes = 0
      for line in try Files.readText("/proc/self/smaps").split(separator: "\n") {
        let words = line.split(separator: " ", omittingEmptySubsequences: true)
        if words[0].contains("-") {
          isCode = line.hasSuffix(" " + path) && words[1] == "r-xp"
        } else if isCode, words[0] == "Rss:" {
          bytes += (Int(words[1]) ?? 0) << 10
        }
      }
      return bytes / 4096
    }
  }
}

extension PluginHost {
  /// The plugin's unit, asked of the plugin itself.
  func unit(of plugin: PluginID) throws -> fixture_unit? {
    unsafe try interface(of: plugin, FIXTURE_UNIT_ID, revision: UInt32(FIXTURE_UNIT_REVISION))?
      .assumingMemoryBound(to: fixture_unit.self).pointee
  }

  /// How many implementations of the unit of `fixture` the registry has.
  func registrations(of fixture: HostedFixture) -> UInt32 {
    unsafe plr_registry_count(account, fixture.name, UInt32(FIXTURE_UNIT_REVISION))
  }
}

/// Collects what the plugins of one test log, and nobody else's.
final class LogCollector: Sendable {
  struct Record: Equatable, Sendable {
    var plugin: String
    var level: UInt32
    var message: String
  }

  private let names: Set<String>
  private let collected = Mutex<[Record]>([])
  private let whenLogged: @Sendable (Record) -> Void
  private let sink = Mutex<plr_log_sink>(0)

  convenience init(
    _ fixtures: HostedFixture..., whenLogged: @escaping @Sendable (Record) -> Void = { _ in }
  ) {
    self.init(names: fixtures.map(\.name), whenLogged: whenLogged)
  }

  init(names: [String], whenLogged: @escaping @Sendable (Record) -> Void = { _ in }) {
    self.names = Set(names)
    self.whenLogged = whenLogged
    let context = unsafe Unmanaged.passUnretained(self).toOpaque()
    sink.withLock { sink in
      _ = unsafe plr_log_add_callback_sink(
        { context, record in
          let record = unsafe record!.pointee
          let collector = unsafe Unmanaged<LogCollector>.fromOpaque(context!).takeUnretainedValue()
          let text = unsafe UnsafeRawBufferPointer(start: record.message, count: record.length)
          unsafe collector.receive(
            Record(
              plugin: String(cString: record.plugin), level: record.level,
              message: String(decoding: text, as: UTF8.self)))
        }, context, &sink, nil)
    }
  }

  /// Ends the collection; must be called before the collector goes away.
  func stop() { _ = sink.withLock { plr_log_remove_sink($0) } }

  var records: [Record] { collected.withLock { $0 } }

  func messages(of fixture: HostedFixture) -> [String] {
    records.filter { $0.plugin == fixture.name }.map(\.message)
  }

  private func receive(_ record: Record) {
    guard names.contains(record.plugin) else { return }
    collected.withLock { $0.append(record) }
    whenLogged(record)
  }
}
