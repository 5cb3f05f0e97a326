import Measurement
import Testing

@testable import RuntimeBenchmark

@Suite("The report of a measured process")
struct ProbeReportTests {
  @Test("gives sums, means and extremes of the plugins' figures")
  func derivesMetrics() throws {
    let report = try ProbeReport(
      """
      probe 1
      plugins 2
      clock.ready 1500
      startup.load 400
      plugin.load 100
      plugin.admission 10
      plugin.host 20
      plugin.load 300
      plugin.admission 30
      plugin.host 40
      plugin.call 5
      plugin.call 7
      memory.pss 4096
      end

      """)
    let metrics = report.metrics(startedAt: 500)
    #expect(metrics[.startupReady] == 1000)
    #expect(metrics[.startupLoad] == 400)
    #expect(metrics[.startupPlugins] == 340)
    #expect(metrics[.loadPerPlugin] == 200)
    #expect(metrics[.loadSlowest] == 300)
    #expect(metrics[.callFirst] == 6)
    #expect(metrics[.admissionTime] == 40)
    #expect(metrics[.hostPerPlugin] == 30)
    #expect(metrics[.memoryPSS] == 4096)
  }

  @Test("tells what is left without the host, which is all where there is none")
  func plugins() throws {
    func metric(_ lines: String) throws -> Double? {
      try ProbeReport("probe 1\n\(lines)\nend\n").metrics(startedAt: 0)[.startupPlugins]
    }
    #expect(try metric("startup.load 90\nplugin.load 40\nplugin.load 45") == 90)
    #expect(try metric("startup.load 90\nplugin.load 40\nplugin.host 15") == 75)
    // A start that loads nothing, and figures that contradict each other.
    #expect(try metric("startup.load 90") == nil)
    #expect(try metric("startup.load 90\nplugin.load 40\nplugin.host 91") == nil)
  }

  @Test("what was not told is absent, never 0")
  func leavesAbsent() throws {
    let metrics = try ProbeReport("probe 1\nplugins 0\nend\n").metrics(startedAt: 0)
    #expect(metrics.isEmpty)
  }

  @Test(
    "a report that is cut, foreign or empty is none",
    arguments: ["", "end", "probe 1\nplugins 1\n", "probe 2\nend\n", "hello\nend\n"])
  func refusesIncomplete(text: String) {
    #expect(throws: ProbeReport.Failure.incomplete) { try ProbeReport(text) }
  }

  @Test(
    "a line that is not a name and a number is named",
    arguments: [
      "memory.pss", "memory.pss x", "memory.pss 1 2", "memory.pss -1", "a 99999999999999999999",
    ])
  func refusesMalformed(line: String) {
    #expect(throws: ProbeReport.Failure.malformed(line: line)) {
      try ProbeReport("probe 1\n\(line)\nend\n")
    }
  }

  @Test("an error that the process tells comes before everything else")
  func tellsError() {
    #expect(throws: ProbeReport.Failure.told("x.so: broken")) {
      try ProbeReport("probe 1\nplugins 1\nerror x.so: broken\n")
    }
  }
}
