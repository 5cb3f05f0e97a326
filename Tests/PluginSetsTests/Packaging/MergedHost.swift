import Platform
import TestSupport
import Testing

@testable import PluginSets

/// The command `plugin-host`, linked against a runtime that holds the standard library and against
/// nothing of the toolchain's.
enum MergedHost {
  private static let cache = try? TemporaryDirectory()

  static func packager() throws -> RuntimePackager {
    try RuntimePackager(
      executable: Path.join(TestBuild.directory, "bench-runtime"),
      cacheDirectory: try #require(cache).path, environment: environmentVariables())
  }

  /// Makes host and runtime in `directory`.
  ///
  /// - Parameters:
  ///   - users: plugins that forwarding libraries are made for; none are made where it is nil.
  /// - Returns: the host.
  static func build(in directory: String, forwardingFor users: [String]? = nil) throws -> String {
    let products = try BuildProducts(executable: Path.join(TestBuild.directory, "bench-runtime"))
    let objects = try products.objects(of: "plugin-host")
    let packager = try packager()
    _ = try packager.package(
      .merged, for: objects + (users ?? []), forwards: users != nil, into: directory)
    let exports = Path.join(directory, "exports.map")
    try Files.replace(exports, with: Array("{ local: *; };\n".utf8))
    let host = Path.join(directory, "plugin-host")
    let command = packager.steps.linker.host(
      objects, ["-lelf", "-lsodium", "-Wl,--defsym=main=plugin_host_main"], runtimeIn: directory,
      exports: exports)
    try Tool.run(command.map { $0 == "OUTPUT" ? host : $0 })
    return host
  }
}

/// What became of plugins that a host was asked to load.
struct HostRun {
  let run: CommandRun
  private let plugin: String

  init(_ host: String, _ plugin: String, environment: [String: String] = [:]) throws {
    self.plugin = plugin
    run = try CommandRun(
      [host, "load", "--format", "json", plugin],
      environment: environment.map { "\($0.key)=\($0.value)" } + ["LD_DEBUG=files"])
  }

  /// All that the loader has started, in order.
  var initialized: [String] {
    run.errors.split(separator: "\n").compactMap { line in
      line.firstRange(of: "calling init: ").map { String(line[$0.upperBound...]) }
    }
  }

  /// Whether code of the file at `path` may have run. The loader knows the plugin as a file that is open.
  func hasRun(_ path: String) -> Bool {
    initialized.contains { $0 == path || (path == plugin && $0.hasPrefix("/proc/self/fd")) }
  }
}
