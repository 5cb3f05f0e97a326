import CProbe
import Glibc
import Platform
import TestSupport
import Testing

@testable import PluginSets

@Suite("A host whose plugins bring Swift runtimes of their own", .serialized)
struct StaticSignalsTests {
  private static let cache = try? TemporaryDirectory()

  private static func set() throws -> PluginSet {
    let builder = try PluginSetBuilder(
      executable: Path.join(TestBuild.directory, "bench-runtime"),
      cacheDirectory: try #require(cache).path, environment: environmentVariables())
    return try builder.build([.static], counts: [2], profile: .tiny, width: 2).sets[0]
  }

  /// The signals that a host has handlers for when its plugins have answered, as the kernel tells them.
  ///
  /// - Parameter plugins: nil for a host alone.
  private func caught(_ set: PluginSet, backtrace: String, alone: Bool) throws -> UInt64 {
    let report = try makePipe()
    let reading = FileDescriptor(rawValue: report.read, path: "a pipe")
    let gate = try makePipe()
    let gateEnd = FileDescriptor(rawValue: gate.read, path: "a pipe")
    let opening = FileDescriptor(rawValue: gate.write, path: "a pipe")
    let child: ChildProcess
    do {
      let writing = FileDescriptor(rawValue: report.write, path: "a pipe")
      child = try ChildProcess(
        [Path.join(set.directory, "bench-probe")]
          + [alone ? "--builtin" : Path.join(set.directory, "plugins")],
        environment: ["PATH=/usr/bin:/bin", "SWIFT_BACKTRACE=enable=" + backtrace],
        streams: [
          .null, .null, .null, .descriptor(writing.rawValue), .descriptor(gateEnd.rawValue),
        ])
    }
    defer {
      child.kill()
      _ = try? child.wait()
    }
    var told = ""
    while !told.hasSuffix("\nat.gate 1\n") {
      var byte: UInt8 = 0
      guard unsafe read(reading.rawValue, &byte, 1) == 1 else {
        throw SystemError("await the gate of", told, code: EPIPE)
      }
      told.unicodeScalars.append(UnicodeScalar(byte))
    }
    let line = try Files.readText("/proc/\(child.pid)/status").split(separator: "\n").first {
      $0.hasPrefix("SigCgt:")
    }
    _ = opening.rawValue
    return try #require(
      line.flatMap { UInt64($0.split(whereSeparator: \.isWhitespace)[1], radix: 16) })
  }

  @Test("has its own handlers and no others", arguments: ["no", "yes"])
  func keepsHandlers(backtrace: String) throws {
    let set = try Self.set()
    let before = try caught(set, backtrace: backtrace, alone: true)
    let after = try caught(set, backtrace: backtrace, alone: false)
    #expect(before == after, "\(String(before, radix: 16)), then \(String(after, radix: 16))")
    let ofCrashes = [SIGQUIT, SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSEGV, SIGTRAP]
      .reduce(UInt64(0)) { $0 | 1 << UInt64($1 - 1) }
    if backtrace == "no" { #expect(after & ofCrashes == 0) }
  }
}
