import Glibc
import Platform
import Reporting
import TestSupport
import Testing

@testable import RuntimeBenchmark

@Suite("What disturbs a measurement")
struct DisturbanceTests {
  @Test("is told as a sentence each, and nothing of a quiet machine")
  func tells() {
    let quiet = Disturbance(
      loadAverage: 9, otherLoad: 0.05, steal: 0, swappedPages: 0, governor: "performance",
      frequencies: .init(before: 2.8e9, after: 2.7e9), throttled: 0)
    #expect(quiet.warnings == [])
    #expect(
      quiet.summary.contains("load average 9") && quiet.summary.contains("other processes 5 %"))
    let warnings = Disturbance(
      otherLoad: 0.5, steal: 0.2, swappedPages: 3, governor: "powersave",
      frequencies: .init(before: 3.5e9, after: 2.05e9), throttled: 1
    ).warnings
    let words = [
      "50 %", "hypervisor", "3 pages were", "powersave", "3.50 GHz to 2.05 GHz", "1 time,",
    ]
    #expect(warnings.count == words.count)
    for (warning, word) in zip(warnings, words) { #expect(warning.contains(word), "\(warning)") }
    #expect(Disturbance().summary.contains("does not tell"))
  }

  // MARK: Between two looks

  private func snapshot(
    total: UInt64, busy: UInt64, steal: UInt64, own: Double = 0, swapped: UInt64? = 0,
    governors: [String] = []
  ) -> Disturbance.Snapshot {
    Disturbance.Snapshot(
      ticks: .init(total: total, busy: busy, steal: steal), ownSeconds: own, swapped: swapped,
      throttled: nil, governors: governors, frequency: nil)
  }

  @Test("other processes' time is what was busy, but for our own and our children's")
  func subtractsOwn() {
    // 10 seconds of 2 processors, in ticks of a hundredth: 12 s busy, 5 s of them ours.
    let between = Disturbance(
      from: snapshot(total: 1000, busy: 100, steal: 10),
      to: snapshot(total: 3000, busy: 1300, steal: 210, own: 5))
    #expect(abs((between.otherLoad ?? 0) - 0.35) < 1e-9)
    #expect(abs((between.steal ?? 0) - 0.1) < 1e-9)
  }

  @Test("a counter that falls tells nothing, and ends nothing")
  func survivesFallingCounters() {
    let between = Disturbance(
      from: snapshot(total: 1000, busy: 500, steal: 300, swapped: 9),
      to: snapshot(total: 3000, busy: 400, steal: 200, swapped: 3))
    #expect(between.steal == nil && between.otherLoad == nil && between.swappedPages == nil)
    let back = Disturbance(
      from: snapshot(total: 3000, busy: 1, steal: 1), to: snapshot(total: 1000, busy: 1, steal: 1))
    #expect(back.steal == nil && back.otherLoad == nil)
    #expect(back.warnings.isEmpty)
  }

  @Test("all processors' governors are told, each once, and those of either look")
  func namesGovernors() {
    let between = Disturbance(
      from: snapshot(total: 1, busy: 0, steal: 0, governors: ["performance", "performance"]),
      to: snapshot(total: 9, busy: 0, steal: 0, governors: ["performance", "powersave"]))
    #expect(between.governor == "performance', 'powersave")
    #expect(between.warnings.count == 1)
  }

  // MARK: On this machine

  /// Processor time of a process that still runs, in seconds.
  private func seconds(of pid: Int32) throws -> Double {
    let text = try Files.readText("/proc/\(pid)/stat")
    // What comes behind the name, which may hold anything: the state is the first.
    let values = text[text.index(after: text.lastIndex(of: ")")!)...].split(separator: " ")
    return (Double(values[11])! + Double(values[12])!) / 100
  }

  @Test("a process that spins meanwhile is other load, as much as it took")
  func noticesSpinning() throws {
    let watch = Disturbance.Watch()
    let begun = monotonicNanoseconds()
    let spinning = try CommandRun.start(["sh", "-c", "while :; do :; done"])
    let pid = spinning.child.pid
    // Until it has had a second of a processor, however busy the machine is; it is not one of our
    // children that have ended, so that its time is another's.
    while try seconds(of: pid) < 1 { sched_yield() }
    let disturbance = watch.finish()
    let elapsed = Double(monotonicNanoseconds() - begun) / 1e9
    spinning.child.kill()
    _ = try spinning.finish()
    let load = try #require(disturbance.otherLoad)
    // A fifth for what ticks round off, and for what other tests' children take meanwhile.
    #expect(load >= 0.8 / (elapsed * Double(processorCount())), "\(load) of \(elapsed) s")
    let share = 1 / (elapsed * Double(processorCount()))
    if share > 0.15 {
      #expect(disturbance.warnings.contains { $0.hasPrefix("other processes took") })
    }
  }
}
