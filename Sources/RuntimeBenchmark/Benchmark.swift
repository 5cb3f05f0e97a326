internal import Measurement
internal import Platform
public import PluginSets
internal import Regression

/// When a host loads its plugins.
public enum Activation: String, CaseIterable, Sendable {
  /// All of them when it starts.
  case eager
  /// The same; and once more from the index that the start before has left.
  case indexed
  /// Each when it is first used; the start only reads an index.
  case lazy
}

/// What is to be measured.
public struct BenchmarkConfiguration: Sendable {
  /// Ascending, without repetition; empty where only directories are measured.
  public var pluginCounts: [Int]
  public var variants: [Variant]
  public var profile: Profile
  /// How the plugins are linked that share a runtime.
  public var link: LinkRecipe
  /// Rounds that count.
  public var samples: Int
  /// Rounds before them that do not.
  public var warmUps: Int
  public var seed: UInt64
  public var isCold: Bool
  /// Processes of the same set that run at the same time; memory and faults are their sum.
  public var processes: Int
  public var activation: Activation
  /// Directories of shared objects that are opened as they are.
  public var directories: [String]
  /// Where built plugins are kept; nil for the default.
  public var cacheDirectory: String?
  /// Instructions are counted too, where valgrind is installed.
  public var countsInstructions = false
  /// One more process of each subject tells whose its heap is.
  public var tracksHeap = false

  public init(
    pluginCounts: [Int], variants: [Variant] = Variant.allCases, profile: Profile = .tiny,
    link: LinkRecipe = LinkRecipe(.compatible), samples: Int = 20, warmUps: Int = 1,
    seed: UInt64 = 1, isCold: Bool = false, processes: Int = 1, activation: Activation = .eager,
    directories: [String] = [], cacheDirectory: String? = nil
  ) {
    self.pluginCounts = pluginCounts
    self.variants = variants
    self.profile = profile
    self.link = link
    self.samples = samples
    self.warmUps = warmUps
    self.seed = seed
    self.isCold = isCold
    self.processes = processes
    self.activation = activation
    self.directories = directories
    self.cacheDirectory = cacheDirectory
  }
}

/// Builds plugin sets, measures them in rounds and compares what came out.
public struct Benchmark {
  /// The most plugins of ours that are built.
  public static let mostPlugins = 2000

  public enum Progress {
    case building(done: Int, total: Int, step: String)
    /// A negative round warms up.
    case measuring(round: Int, samples: Int, subject: String)
  }

  private let configuration: BenchmarkConfiguration
  private let executable: String
  private let environment: [String: String]
  private let progress: (Progress) -> Void

  /// - Parameters:
  ///   - executable: the path of a program in SwiftPM's build directory.
  ///   - environment: where compilers are looked for: PATH, SWIFTC, CC.
  public init(
    _ configuration: BenchmarkConfiguration, executable: String, environment: [String: String],
    progress: @escaping (Progress) -> Void = { _ in }
  ) {
    self.configuration = configuration
    self.executable = executable
    self.environment = environment
    self.progress = progress
  }

  /// Does all of it.
  ///
  /// - Returns: the result; after an interruption that of the rounds that were whole.
  /// - Throws: `BenchmarkError`; `interrupted` where there is not one whole round.
  public func run() throws(BenchmarkError) -> BenchmarkResult {
    // Before anything is built, so that the load is that of others.
    let machine = Machine.current()
    let foreign = try configuration.directories.map { directory throws(BenchmarkError) in
      (directory, try ForeignDirectory.files(in: directory))
    }
    var configuration = configuration
    if configuration.pluginCounts.isEmpty {
      configuration.pluginCounts = Set(foreign.map { min($0.1.count, Self.mostPlugins) }).sorted()
    }
    let (subjects, toolchain, heapLibrary) = try makeSubjects(configuration, foreign)
    if let signal = Interruption.signal { throw .interrupted(signal: signal) }
    try Rounds.writeIndexes(of: subjects)
    var rounds = Rounds(
      samples: configuration.samples, warmUps: configuration.warmUps,
      isCold: configuration.isCold, processes: configuration.processes,
      random: RandomSource(seed: configuration.seed)
    ) { [progress] round, subject in
      progress(.measuring(round: round, samples: configuration.samples, subject: subject.label))
    }
    let startedAt = wallMilliseconds()
    let watch = Disturbance.Watch()
    let (values, interruption) = try rounds.run(subjects)
    guard let done = values.map(\.rounds).min(), done > 0 else {
      throw .interrupted(signal: interruption ?? 2)
    }
    let disturbance = watch.finish()
    var instructions: [Int: Double] = [:]
    if configuration.countsInstructions, interruption == nil {
      for (index, subject) in subjects.enumerated() {
        instructions[index] = try InstructionCount.measure(subject)
      }
    }
    var heaps: [Int: HeapTable] = [:]
    if let heapLibrary, interruption == nil {
      for (index, subject) in subjects.enumerated() {
        heaps[index] = try HeapTable.measure(subject, library: heapLibrary)
      }
    }
    var result = BenchmarkResult(
      machine: machine, toolchain: toolchain, configuration: configuration,
      subjects: subjects.indices.map { index in
        let subject = subjects[index]
        var metrics = values[index].byMetric.merging(subject.exact.mapValues { [$0] }) { $1 }
        if let count = instructions[index] { metrics[.instructionsLoad] = [count] }
        return SubjectResult(
          name: subject.name, pluginCount: subject.pluginCount, artifacts: subject.directory,
          metrics: metrics, files: subject.shippedFiles, heap: heaps[index])
      }, interruption: interruption)
    result.startedAt = startedAt
    result.revision = Revision.current(environment: environment)
    result.disturbance = disturbance
    return result
  }

  /// Whether ``BenchmarkConfiguration/countsInstructions`` can be had here.
  public static func canCountInstructions(environment: [String: String]) -> Bool {
    InstructionCount.isAvailable(environment)
  }

  private func makeSubjects(
    _ configuration: BenchmarkConfiguration, _ foreign: [(String, [String])]
  ) throws(BenchmarkError) -> (subjects: [Subject], toolchain: Toolchain, heapLibrary: String?) {
    let (builder, sets) = try withPluginSets { () throws(PluginSetError) in
      let builder = try PluginSetBuilder(
        executable: executable, cacheDirectory: configuration.cacheDirectory,
        environment: environment, link: configuration.link)
      let (sets, _) = try builder.build(
        configuration.variants, counts: configuration.pluginCounts, profile: configuration.profile,
        width: processorCount()
      ) { [progress] done, total, step in
        progress(.building(done: done, total: total, step: step))
      }
      return (builder, sets)
    }
    let emptyHost =
      configuration.variants.contains(.builtin)
      ? try withPluginSets(builder.staticHostSize) : nil
    var subjects: [Subject] = []
    for set in sets {
      switch configuration.activation {
      case .lazy: subjects += try Subject.lazy(set)
      case .indexed: subjects += try Subject.indexed(set, hostWithoutPlugins: emptyHost)
      case .eager: subjects.append(try Subject(set, hostWithoutPlugins: emptyHost))
      }
    }
    for (index, (directory, files)) in foreign.enumerated() {
      subjects.append(
        try ForeignDirectory.subject(
          name: index == 0 ? "directory" : "directory-\(index + 1)", directory: directory,
          files: files, probe: try withPluginSets(builder.floorProbe)))
    }
    let heapLibrary =
      configuration.tracksHeap ? try withPluginSets(builder.heapTracker) : nil
    return (subjects, builder.toolchain, heapLibrary)
  }
}
