import Measurement
import Platform
import PluginSets
import Regression
import TestSupport
import Testing

@testable import RuntimeBenchmark

@Suite("A paired comparison of two builds", .serialized)
struct PairedComparisonTests {
  private let directory: TemporaryDirectory
  /// On a disk: what is copied to memory would be measured as private memory.
  private let cache: TemporaryDirectory

  init() throws {
    directory = try TemporaryDirectory()
    cache = try TemporaryDirectory(onBuildDisk: "compare")
  }

  /// A directory with one library that does something as it is loaded.
  private func library(_ name: String, _ constructor: String) throws -> String {
    let path = directory.file(name)
    try Files.makeDirectory(path)
    let source = """
      #include <stdlib.h>
      __attribute__((constructor)) static void begin(void) {
        volatile char *block = malloc(8 << 20);
        \(constructor)
      }
      """
    try Files.replace(Path.join(path, "a.c"), with: Array(source.utf8))
    try Tool.run([
      "cc", "-O1", "-shared", "-fPIC", Path.join(path, "a.c"), "-o", Path.join(path, "a.so"),
    ])
    return path
  }

  private func compare(
    _ old: String, _ new: String, _ change: (inout ComparisonConfiguration) -> Void = { _ in }
  ) throws -> Assessment {
    var benchmark = BenchmarkConfiguration(
      pluginCounts: [1], variants: [.floor], samples: 48, cacheDirectory: cache.path)
    benchmark.seed = 7
    var configuration = ComparisonConfiguration(
      baseline: old, candidate: new, benchmark: benchmark)
    change(&configuration)
    return try PairedComparison(
      configuration, executable: Path.join(TestBuild.directory, "bench-runtime"),
      environment: environmentVariables()
    ).run()
  }

  private func verdict(_ assessment: Assessment, _ metric: Metric) -> Judgement? {
    assessment.judgements.first { $0.series.metric == metric.name }
  }

  @Test("finds memory and time that were added, confirms both, and ends early")
  func findsWorse() throws {
    let old = try library("old", "block[0] = 1;")
    let new = try library(
      "new",
      """
      for (long i = 0; i < 1 << 20; i += 4096) block[i] = 1;
      for (volatile long i = 0; i < 30000000; i++) {}
      """)
    let result = try compare(old, new)
    #expect(result.exitStatus == 2)
    for metric in [Metric.memoryAnonymous, .startupLoad] {
      let judgement = try #require(verdict(result, metric))
      #expect(judgement.verdict == .worse)
      guard case .paired(let rounds, let confirmed) = judgement.basis else {
        Issue.record("\(metric.name) was not compared in pairs")
        continue
      }
      #expect(confirmed == true && rounds <= 48)
    }
    let back = try compare(new, old)
    #expect(verdict(back, .memoryAnonymous)?.verdict == .better)
    #expect(back.exitStatus != 2)
  }

  @Test("the same files have equal exact figures without being looked at, and equal memory")
  func findsNothing() throws {
    let old = try library("old", "block[0] = 1;")
    let same = directory.file("same")
    try Files.makeDirectory(same)
    try Files.replace(Path.join(same, "a.so"), with: try Files.read(Path.join(old, "a.so")))
    let result = try compare(old, same)
    #expect(verdict(result, .diskTotal)?.basis == .identicalFiles)
    #expect(verdict(result, .memoryAnonymous)?.verdict == .unchanged)
    #expect(result.exitStatus != 2)
  }

  @Test("sets are measured in fresh copies, of which nothing remains")
  func measuresCopies() throws {
    let builder = try PluginSetBuilder(
      executable: Path.join(TestBuild.directory, "bench-runtime"), cacheDirectory: cache.path,
      environment: environmentVariables())
    let set = try builder.build([.floor], counts: [2], profile: .tiny, width: 2).sets[0]
    // What a killed comparison leaves behind: no process has such a number.
    try Files.makeDirectory(cache.file("compare-999999999"))
    let result = try compare(set.directory, set.directory) {
      $0.benchmark.samples = 12
      $0.metrics = [Metric.memoryPSS.name, Metric.diskTotal.name]
    }
    #expect(result.judgements.count == 2)
    #expect(result.exitStatus != 2)
    #expect(try !Files.list(cache.path).contains { $0.hasPrefix("compare-") })
  }

  @Test("what is no directory of anything that can be measured is a sentence")
  func refuses() throws {
    let empty = directory.file("empty")
    try Files.makeDirectory(empty)
    let error = #expect(throws: BenchmarkError.self) { try compare(empty, empty) }
    #expect(error == .emptyDirectory(path: empty))
  }

  @Test(
    "instructions are counted, and 2 % more of them are worse",
    .enabled(
      if: Benchmark.canCountInstructions(environment: environmentVariables()),
      "valgrind is not installed"))
  func countsInstructions() throws {
    func loop(_ count: Int) -> String { "for (volatile long i = 0; i < \(count); i++) {}" }
    let (old, new) = (try library("old", loop(1_000_000)), try library("new", loop(1_030_000)))
    func instructions(_ old: String, _ new: String) throws -> Judgement? {
      verdict(
        try compare(old, new) {
          $0.countsInstructions = true
          $0.metrics = [Metric.instructionsLoad.name]
        }, .instructionsLoad)
    }
    let worse = try #require(try instructions(old, new))
    #expect(worse.verdict == .worse)
    #expect((worse.baseline ?? 0) > 1_000_000)
    // Other bytes, the same work.
    let other = try library("other", loop(1_000_000) + " block[1] = 2;")
    #expect(try instructions(old, other)?.verdict == .unchanged)
  }

  // MARK: Build directories

  @Test("a build directory against itself: its sets are built beside it, and are the same files")
  func comparesBuildDirectory() throws {
    let result = try compare(TestBuild.directory, TestBuild.directory) {
      $0.benchmark.samples = 12
      $0.metrics = [Metric.diskTotal.name, Metric.sizeSections.name, Metric.memoryAnonymous.name]
    }
    #expect(verdict(result, .diskTotal)?.basis == .identicalFiles)
    #expect(verdict(result, .sizeSections)?.verdict == .unchanged)
    let memory = try #require(verdict(result, .memoryAnonymous))
    #expect(memory.series.subject == "floor" && memory.series.setting == "1 plugin, tiny, warm")
    #expect(memory.spread != nil)
    #expect(result.exitStatus != 2)
    #expect(try Files.list(cache.path).contains("sets"), "built where it was told to")
  }

  @Test("a checkout that cannot be built is a sentence with the command to see why")
  func refusesBrokenCheckout() throws {
    let checkout = directory.file("checkout")
    try Files.makeDirectory(Path.join(checkout, "Sources/bench-probe"))
    try Files.replace(
      Path.join(checkout, "Package.swift"), with: Array("this is no package\n".utf8))
    let error = #expect(throws: BenchmarkError.self) {
      try compare(checkout, TestBuild.directory)
    }
    let words = error.map { "\($0)" } ?? ""
    #expect(words.contains("swift build -c release --package-path \(checkout)"), "\(words)")
    // The folder of a build that is not whole is no build.
    try Files.makeDirectory(Path.join(checkout, ".build/release"))
    #expect(throws: BenchmarkError.self) { try compare(TestBuild.directory, checkout) }
  }
}
