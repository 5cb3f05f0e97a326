import Measurement
import Platform
import TestSupport
import Testing

@testable import Regression

@Suite("Accepted figures")
struct BaselineTests {
  private let old = SampleRuns.run(
    at: 1, [.diskTotal: 1_000_000, .relocationsTotal: 100, .startupLoad: 7e6])

  @Test("hold what is exact, come back from their file, and gate the next result")
  func gates() throws {
    let directory = try TemporaryDirectory()
    let path = directory.file("baseline.json")
    var baseline = Baseline(architecture: "x86_64")
    #expect(baseline.accept(old, reason: "the beginning") == 2)
    try baseline.write(to: path)
    #expect(try Baseline(path: path) == baseline)
    #expect(Baseline.isBaseline(path))
    #expect(try gate(baseline, old).exitStatus == 0)
    let grown = SampleRuns.run(at: 2, [.diskTotal: 1_000_001, .relocationsTotal: 100])
    #expect(try gate(baseline, grown).exitStatus == 2)
  }

  @Test("a change is accepted with its reason beside the number, and nothing else is touched")
  func acceptsWithReason() throws {
    var baseline = Baseline(architecture: "x86_64")
    _ = baseline.accept(old, reason: "the beginning")
    #expect(baseline.entries.allSatisfy { $0.reason == "the beginning" })
    let grown = SampleRuns.run(
      at: 2, commit: "0123456789abcdef", [.diskTotal: 1_000_064, .relocationsTotal: 100])
    #expect(baseline.accept(grown, reason: "the new table") == 1)
    let line = baseline.text().split(separator: "\n").first { $0.contains("disk.total") }
    #expect(line?.contains("1000064") == true && line?.contains("\"the new table\"") == true)
    #expect(line?.contains("0123456789ab") == true)
    #expect(baseline.entries.map(\.reason) == ["the new table", "the beginning"])
    #expect(try gate(baseline, grown).exitStatus == 0)
  }

  @Test("a tolerance is kept to its last unit")
  func tolerates() throws {
    var baseline = Baseline(architecture: "x86_64")
    _ = baseline.accept(old, reason: "the beginning")
    let place = try #require(
      baseline.entries.firstIndex { $0.series.metric == "relocations.total" })
    baseline.entries[place].tolerance = 2
    for (relocations, status) in [(102.0, 0 as Int32), (103, 2), (98, 0), (97, 0)] {
      let run = SampleRuns.run(
        at: 2, [.diskTotal: 1_000_000, .relocationsTotal: relocations])
      #expect(try gate(baseline, run).exitStatus == status, "\(relocations)")
    }
  }

  @Test("a figure without an accepted value has no verdict")
  func needsBaseline() throws {
    var baseline = Baseline(architecture: "x86_64")
    _ = baseline.accept(old, reason: "the beginning", metrics: ["disk.total"])
    #expect(try gate(baseline, old).exitStatus == 3)
  }

  @Test("of another architecture is refused")
  func refusesOtherArchitecture() {
    #expect(throws: HistoryError.self) { try gate(Baseline(architecture: "aarch64"), old) }
  }

  @Test("what is gone can be removed, and what is still measured stays")
  func removesMissing() throws {
    var baseline = Baseline(architecture: "x86_64")
    _ = baseline.accept(old, reason: "the beginning")
    let less = SampleRuns.run(at: 2, [.diskTotal: 1_000_000])
    let open = try gate(baseline, less)
    #expect(open.exitStatus == 3)
    #expect(open.judgements.contains { $0.note?.contains("--remove-missing") == true })
    #expect(baseline.removeMissing(in: less, metrics: ["disk.total"]).isEmpty)
    #expect(baseline.removeMissing(in: less).map(\.metric) == ["relocations.total"])
    #expect(baseline.entries.map(\.series.metric) == ["disk.total"])
    #expect(try gate(baseline, less).exitStatus == 0)
  }

  // MARK: What is not exact

  private func faults(_ samples: [Double], machine: MachineFacts = SampleRuns.machine) -> Run {
    var run = SampleRuns.run(at: 1, machine: machine, [.diskTotal: 1])
    run.figures.append(
      Figure(
        series: SampleRuns.series(.faultsMinor), median: Statistics.median(samples)!,
        low: samples.min()!, high: samples.max()!, samples: samples))
    return run
  }

  @Test("faults are accepted where they repeat in every round, and held against what repeats too")
  func gatesFaults() throws {
    var baseline = Baseline(architecture: "x86_64")
    let steady = faults(Array(repeating: 580, count: 6))
    #expect(baseline.accept(steady, reason: "x") == 1, "only what is asked for by name")
    for samples in [[580, 580, 580, 580, 580, 581], [580, 580, 580, 580, 580]] as [[Double]] {
      #expect(baseline.accept(faults(samples), reason: "x", metrics: ["faults.minor"]) == 0)
    }
    #expect(baseline.accept(steady, reason: "x", metrics: ["faults.minor"]) == 1)
    #expect(try gate(baseline, steady).exitStatus == 0)
    #expect(try gate(baseline, faults(Array(repeating: 581, count: 6))).exitStatus == 2)
    // One that scatters is neither better nor worse.
    let scattering = try gate(baseline, faults([580, 590, 600, 610, 620, 630]))
    #expect(scattering.exitStatus == 3)
    #expect(scattering.judgements.contains { $0.note?.contains("does not repeat") == true })
  }

  @Test(
    "what is not exact holds for one class of machines: others are refused, or compared without it")
  func refusesOtherClass() throws {
    var other = SampleRuns.machine
    other.processor = "Another"
    func run(_ instructions: Double, _ machine: MachineFacts = SampleRuns.machine) -> Run {
      SampleRuns.run(at: 1, machine: machine, [.diskTotal: 1, .instructionsLoad: instructions])
    }
    var baseline = Baseline(architecture: "x86_64")
    #expect(baseline.accept(run(2e7), reason: "x") == 2)
    #expect(baseline.entries.map(\.machineClass) == [nil, SampleRuns.machine.machineClass])
    #expect(try gate(baseline, run(2.0001e7)).exitStatus == 0)
    #expect(try gate(baseline, run(2.04e7)).exitStatus == 2)
    let error = #expect(throws: HistoryError.self) { try gate(baseline, run(2e7, other)) }
    #expect(error?.code == .otherMachine)
    #expect(error?.description.contains("--allow-other-machine") == true)
    let allowed = try Assessment(
      baseline: baseline, named: "baseline", candidate: run(4e7, other), named: "run",
      allowsOtherMachine: true)
    #expect(allowed.exitStatus == 0 && allowed.judgements.map(\.series.metric) == ["disk.total"])
    #expect(allowed.notes.contains { $0.contains("1 accepted figure was left out") })
    // One of which it is not known counts as another's.
    baseline.entries[1].machineClass = nil
    #expect(throws: HistoryError.self) { try gate(baseline, run(2e7)) }
    // Accepted here, it holds here, even if it is the same.
    #expect(baseline.accept(run(2e7, other), reason: "moved") == 1)
    #expect(try gate(baseline, run(2e7, other)).exitStatus == 0)
  }

  @Test(
    "a file with what is no number, or the same figure twice, is refused in a sentence",
    arguments: [
      ("\"value\": 100", "\"value\": NaN", "is no result in JSON"),
      ("\"value\": 100", "\"value\": 1e999", "baseline.json"),
      ("\"value\": 100", "\"value\": \"100\"", "of another type"),
      ("\"tolerance\": 0", "\"tolerance\": -1", "tolerance"),
      ("\"tolerance\": 0", "\"tolerance\": 1e999", "baseline.json"),
      ("relocations.total", "disk.total", "twice"),
      ("\"unit\": \"count\"", "\"unit\": \"stones\"", "unit"),
    ])
  func refusesFiles(old text: String, new: String, words: String) throws {
    let directory = try TemporaryDirectory()
    let path = directory.file("baseline.json")
    var baseline = Baseline(architecture: "x86_64")
    _ = baseline.accept(old, reason: "the beginning")
    let whole = baseline.text()
    // Of the line of the relocations, whose unit and value are its own.
    let lines = whole.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      guard line.contains("relocations.total") else { return String(line) }
      let changed = String(line).replacing(text, with: new)
      return words == "twice" ? changed.replacing("\"count\"", with: "\"bytes\"") : changed
    }
    #expect(lines.joined(separator: "\n") != whole)
    try Files.replace(path, with: Array(lines.joined(separator: "\n").utf8))
    let error = #expect(throws: HistoryError.self) { try Baseline(path: path) }
    #expect(error?.code == .malformed)
    #expect(error?.description.contains(words) == true, "\(String(describing: error))")
  }

  private func gate(_ baseline: Baseline, _ run: Run) throws -> Assessment {
    try Assessment(baseline: baseline, named: "baseline", candidate: run, named: "run")
  }
}
