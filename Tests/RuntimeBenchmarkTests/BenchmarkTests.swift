import FoundationEssentials
import Measurement
import Platform
import PluginSets
import Reporting
import TestSupport
import Testing

@testable import RuntimeBenchmark

/// One small real run, made once: three plugins, all variants, two numbers of plugins.
private enum SmallRun {
  static let cache = try? TemporaryDirectory()

  static func run(_ change: (inout BenchmarkConfiguration) -> Void = { _ in }) throws
    -> BenchmarkResult
  {
    var configuration = BenchmarkConfiguration(
      pluginCounts: [1, 3], samples: 3, cacheDirectory: try #require(cache).path)
    change(&configuration)
    return try Benchmark(
      configuration, executable: Path.join(TestBuild.directory, "bench-runtime"),
      environment: environmentVariables()
    ).run()
  }
}

@Suite("A real benchmark run", .serialized)
struct BenchmarkTests {
  @Test(
    "tells whose the heap is, plugin by plugin",
    .enabled("a sanitizer has a malloc of its own") {
      try SwiftToolchain.sanitizerOptions().isEmpty
    })
  func tracksHeap() throws {
    let variants: [Variant] = [
      .shared, .sharedMerged, .sharedTrimmed, .static, .embedded, .builtin,
    ]
    let result = try SmallRun.run {
      $0.pluginCounts = [3]
      $0.variants = variants
      $0.samples = 1
      $0.tracksHeap = true
    }
    let document = try JSONDecoder().decode(
      ResultSchema1.self, from: Data(try result.json().utf8))
    #expect(document.results.count == variants.count)
    for entry in document.results {
      let heap = try #require(entry.heap, "\(entry.variant)")
      #expect(heap.owners.reduce(0) { $0 + $1.liveBytes } == heap.liveBytes, "\(entry.variant)")
      #expect(heap.owners.reduce(0) { $0 + $1.liveBlocks } == heap.liveBlocks, "\(entry.variant)")
      // Around each block: the tracker's header, a word and what rounds it up. Beyond that, what is there
      // before the tracker and what the C library keeps for the next.
      #expect(heap.liveBytes + 24 * heap.liveBlocks <= heap.inUseBytes, "\(entry.variant)")
      #expect(
        heap.inUseBytes <= heap.liveBytes + 56 * heap.liveBlocks + 300_000, "\(entry.variant)")
      #expect(heap.owners.contains { $0.kind == "host" && $0.liveBytes > 0 }, "\(entry.variant)")
      let plugins = heap.owners.filter { $0.kind == "plugin" }
      if entry.variant == "builtin" {
        // Their code is the host's.
        #expect(plugins.isEmpty)
      } else {
        #expect(
          Set(plugins.map(\.name)) == ["bench-0001", "bench-0002", "bench-0003"],
          "\(entry.variant)")
        #expect(plugins.allSatisfy { $0.allocations > 0 }, "\(entry.variant)")
      }
    }
    let text = TextRenderer(width: 120).render(
      result.report(withIntervals: false))
    #expect(text.contains("Heap of 'shared' with 3 plugins") && text.contains("bench-0002"))
  }

  @Test("measures every metric of every variant, and the files are as large as it says")
  func measuresAll() throws {
    let result = try SmallRun.run()
    let json = try result.json()
    let document = try JSONDecoder().decode(ResultSchema1.self, from: Data(json.utf8))
    #expect(document.schema == "bench-runtime/1")
    #expect(Set(document.results.map(\.variant)) == Set(Variant.allCases.map(\.rawValue)))
    #expect(document.results.count == 2 * Variant.allCases.count)

    for entry in document.results {
      // Bare C has no host and no runtime; builtin plugins have no files to admit.
      let lazyOnly: Set<Metric> = [.startupDeferred, .objectsOpened]
      let absent: Set<Metric> =
        switch entry.variant {
        case "floor": lazyOnly.union([.admissionTime, .hostPerPlugin, .registriesSeen])
        case "builtin": lazyOnly.union([.admissionTime])
        default: lazyOnly
        }
      #expect(
        Set(entry.metrics.keys)
          == Set(
            Metric.all.filter { !absent.contains($0) && $0 != .instructionsLoad }.map(\.name)),
        "\(entry.variant) with \(entry.plugins)")
      for (name, value) in entry.metrics {
        #expect(value.low <= value.median && value.median <= value.high, "\(name)")
        #expect(value.samples.count == (value.samples.count == 1 ? 1 : 3))
      }
      let set = try files(below: entry.artifacts)
      #expect(entry.metrics["disk.total"]?.median == Double(set.reduce(0) { $0 + $1.size }))
      let libraries = set.filter { Path.name(of: $0.path).hasPrefix("lib") }
      #expect(entry.metrics["disk.runtime"]?.median == Double(libraries.reduce(0) { $0 + $1.size }))
      let plugins = set.filter { $0.path.contains("/plugins/") }
      #expect(plugins.count == (entry.variant == "builtin" ? 0 : entry.plugins))
      if entry.variant != "builtin" {
        #expect(
          entry.metrics["disk.perPlugin"]?.median
            == Double(plugins.reduce(0) { $0 + $1.size }) / Double(entry.plugins))
      }
      let registries = entry.metrics["registries.seen"]?.median
      switch entry.variant {
      case "floor": #expect(registries == nil)
      case "static", "static-tuned": #expect(registries == Double(entry.plugins))
      default: #expect(registries == 1)
      }
    }
  }

  @Test("of a lazy start opens nothing, computes the same later, and stands beside the host alone")
  func measuresLazyStart() throws {
    let result = try SmallRun.run {
      $0.pluginCounts = [3]
      $0.variants = [.floor, .shared, .builtin]
      $0.activation = .lazy
    }
    #expect(result.subjects.map(\.name) == ["shared", "shared-host"])
    let lazy = result.subjects[0]
    #expect(lazy.estimate(.objectsOpened)?.interval.high == 0)
    #expect(lazy.estimate(.startupDeferred) != nil && lazy.estimate(.startupLoad) != nil)
    #expect(lazy.metrics[.loadPerPlugin] == nil && lazy.metrics[.callFirst] == nil)
    #expect(
      result.comparisons.contains { $0.metric == .startupReady && $0.baseline == "shared-host" })
    #expect(try result.json().contains("\"activation\" : \"lazy\""))
    #expect(result.report(withIntervals: false).notes.contains { $0.contains("A lazy start") })
  }

  @Test("of a start from an index judges nothing, and loads and computes the same")
  func measuresIndexedStart() throws {
    let result = try SmallRun.run {
      $0.pluginCounts = [3]
      $0.variants = [.floor, .shared, .builtin]
      $0.activation = .indexed
    }
    #expect(result.subjects.map(\.name) == ["floor", "shared", "shared-indexed", "builtin"])
    let indexed = result.subjects[2]
    #expect(indexed.estimate(.startupLoad) != nil && indexed.estimate(.loadPerPlugin) != nil)
    #expect(
      result.comparisons.contains { $0.metric == .startupLoad && $0.baseline == "shared-indexed" })
    #expect(result.comparisons.allSatisfy { $0.candidate == "shared" })
    #expect(try result.json().contains("\"activation\" : \"indexed\""))
  }

  @Test("every format for people says what disturbed, how far rounds scatter, and what is shipped")
  func tellsNoise() throws {
    var result = try SmallRun.run {
      $0.variants = [.floor, .shared]
      $0.samples = 6
    }
    result.disturbance = Disturbance(otherLoad: 0.5, swappedPages: 7)
    let report = result.report(withIntervals: false)
    let noise = try #require(report.sections.first { $0.key == "noise" })
    #expect(noise.table?.columns.map(\.title) == ["metric", "floor", "shared"])
    #expect(noise.table?.rows.count == 5, "\(noise)")
    var short = result
    for index in short.subjects.indices {
      short.subjects[index].metrics = short.subjects[index].metrics.mapValues {
        Array($0.prefix(3))
      }
    }
    let untold = short.report(withIntervals: false).sections.first { $0.key == "noise" }
    #expect(untold?.table == nil && untold?.paragraphs.last?.contains("six do") == true)
    #expect(try result.json().contains("\"spread\"") && !short.json().contains("\"spread\""))
    let renderers: [any ReportRenderer] = [TextRenderer(), MarkdownRenderer(), HTMLRenderer()]
    for renderer in renderers {
      let text = renderer.render(report).split(whereSeparator: \.isWhitespace)
        .joined(separator: " ")
      #expect(text.contains("other processes 50 %, 7 pages swapped"))
      #expect(text.contains("Warning: other processes took 50 % of the processors"))
      #expect(text.contains("Warning: 7 pages were swapped"))
    }
    let sizes = try #require(report.sections.first { $0.key == "sizes" })
    let shipped = result.subjects.first { $0.name == "shared" && $0.pluginCount == 3 }!
    #expect(
      Double(shipped.files.reduce(0) { $0 + $1.bytes }) == shipped.estimate(.diskTotal)?.median)
    #expect(sizes.table?.rows.count == 2 && sizes.treemap?.nodes.count == 2)
  }

  @Test("several processes of a set share what they can, and take what they cannot as often")
  func severalProcesses() throws {
    func run(_ processes: Int) throws -> [String: SubjectResult] {
      let result = try SmallRun.run {
        $0.pluginCounts = [3]
        $0.variants = [.shared, .floor]
        $0.processes = processes
      }
      return Dictionary(uniqueKeysWithValues: result.subjects.map { ($0.name, $0) })
    }
    func median(_ metric: Metric, _ subject: SubjectResult?) throws -> Double {
      try #require(subject?.estimate(metric)).median
    }
    let (one, four) = (try run(1), try run(4))
    for name in ["shared", "floor"] {
      let anonymous = try median(.memoryAnonymous, four[name]) / median(.memoryAnonymous, one[name])
      #expect((3.8...4.2).contains(anonymous), "\(name)")
      #expect(
        try median(.memoryPSS, four[name]) < 3.5 * median(.memoryPSS, one[name]), "\(name)")
      #expect(try median(.registriesSeen, four["shared"]) == 1)
    }
  }

  @Test("what one of several processes did not tell they did not tell together")
  func joining() {
    let joined = Rounds.joined([
      [.memoryPSS: 1, .startupLoad: 10, .callFirst: 5], [.memoryPSS: 3, .startupLoad: 20],
    ])
    #expect(joined == [.memoryPSS: 4, .startupLoad: 15])
  }

  @Test("a second run builds nothing and finds the same files")
  func buildsOnce() throws {
    _ = try SmallRun.run()
    let builder = try PluginSetBuilder(
      executable: Path.join(TestBuild.directory, "bench-runtime"),
      cacheDirectory: try #require(SmallRun.cache).path, environment: environmentVariables())
    let (sets, stepsRun) = try builder.build(
      Variant.allCases, counts: [1, 3], profile: .tiny, width: 2)
    #expect(stepsRun == 0)
    #expect(sets.count == 2 * Variant.allCases.count)
    #expect(try Files.list(Path.join(builder.cacheDirectory, "work")).isEmpty)
  }

  @Test("no host or plugin of a set with a shared runtime defines a plr_ symbol")
  func definesNoRuntime() throws {
    let result = try SmallRun.run { $0.variants = [.shared, .sharedMerged, .sharedTrimmed] }
    for subject in result.subjects {
      for file in try files(below: subject.artifacts)
      where !Path.name(of: file.path).hasPrefix("lib") {
        for arguments in [["nm", "-D", "--defined-only"], ["nm", "--defined-only"]] {
          let symbols = try CommandRun(arguments + [file.path]).output
            .split(separator: "\n").compactMap { $0.split(separator: " ").last }
          #expect(!symbols.contains { $0.hasPrefix("plr_") }, "\(file.path)")
        }
      }
    }
  }

  @Test("plugins in Embedded Swift compute what those in C and in Swift compute")
  func computesTheSame() throws {
    // A run whose variants do not agree is none.
    let result = try SmallRun.run {
      $0.variants = [.floor, .shared, .embedded]
      $0.profile = .typical
      $0.pluginCounts = [2]
      $0.samples = 1
    }
    #expect(result.subjects.map(\.name) == ["floor", "shared", "embedded"])
  }

  @Test("says by which recipe the plugins were linked, and links them by it")
  func recordsPreset() throws {
    func run(_ preset: LinkPreset) throws -> ResultSchema1 {
      try SmallRun.run {
        $0.variants = [.sharedTrimmed]
        $0.link = LinkRecipe(preset)
        $0.samples = 1
      }.schema1
    }
    let documents = try LinkPreset.allCases.map(run)
    #expect(documents.map(\.configuration.preset) == ["compatible", "small", "smallest"])
    let pages = documents.map { $0.results.last?.metrics["relocations.dirtyPages"]?.median ?? 0 }
    // Three plugins with one page less each.
    #expect(pages[2] == pages[0] - 3)
  }

  @Test("the anonymous memory repeats within 2 %", arguments: [Variant.shared, .static])
  func repeatsMemory(variant: Variant) throws {
    let medians = try (0..<2).map { _ in
      let result = try SmallRun.run {
        $0.variants = [variant]
        $0.samples = 7
      }
      return try #require(result.subjects.last?.estimate(.memoryAnonymous)?.median)
    }
    #expect(abs(medians[0] / medians[1] - 1) <= 0.02)
  }

  @Test("compares with a directory that somebody else has built")
  func measuresForeignDirectory() throws {
    let directory = try TemporaryDirectory()
    for index in 0..<3 {
      let source = directory.file("\(index).c")
      try Files.replace(source, with: Array("int f\(index)(void) { return \(index); }\n".utf8))
      let build = try CommandRun(
        ["cc", "-shared", "-fPIC", source, "-o", directory.file("f\(index).so")])
      #expect(build.status.isSuccess, "\(build.errors)")
    }
    let result = try SmallRun.run {
      $0.pluginCounts = []
      $0.variants = [.floor]
      $0.directories = [directory.path]
    }
    #expect(result.subjects.map(\.name) == ["floor", "directory"])
    #expect(result.subjects.allSatisfy { $0.pluginCount == 3 })
    #expect(result.comparisons.contains { $0.metric == .startupLoad && $0.baseline == "floor" })
    #expect(result.subjects[1].metrics[.callFirst] == nil)
  }

  @Test("drops the files from memory before a cold sample")
  func measuresCold() throws {
    let cache = try TemporaryDirectory(onBuildDisk: "cold")
    let result = try SmallRun.run {
      $0.cacheDirectory = cache.path
      $0.pluginCounts = [1]
      $0.variants = [.static]
      $0.isCold = true
    }
    let faults = try #require(result.subjects.last?.estimate(.faultsMajor)?.median)
    #expect(faults > 0)
  }

  @Test("a file that is no shared object is named")
  func namesForeignFile() throws {
    let directory = try TemporaryDirectory()
    try Files.replace(directory.file("note.so"), with: Array("hello".utf8))
    let error = #expect(throws: BenchmarkError.self) {
      try SmallRun.run {
        $0.pluginCounts = []
        $0.directories = [directory.path]
      }
    }
    #expect(error?.description.contains("note.so") == true)
  }

  @Test("every report format holds every variant and no unmeasured zero")
  func rendersAll() throws {
    let result = try SmallRun.run()
    let report = result.report(withIntervals: true)
    let texts = [
      TextRenderer().render(report), MarkdownRenderer().render(report),
      HTMLRenderer().render(report), CSVRenderer().render(result.figureTable()),
    ]
    for text in texts {
      for variant in Variant.allCases { #expect(text.contains(variant.rawValue)) }
    }
    // The floor has no registry: a dash for people, no row for spreadsheets.
    #expect(!texts[3].contains("floor,registries.seen"))
  }

  private func files(below directory: String) throws -> [(path: String, size: Int)] {
    try Files.list(directory).flatMap { name in
      let path = Path.join(directory, name)
      let status = try #require(try Files.status(path))
      return status.isDirectory ? try files(below: path) : [(path, status.byteCount)]
    }
  }
}
