internal import Measurement
internal import Platform
internal import PluginSets

/// One side of a comparison: what is measured, wherever it was built.
struct Side {
  /// As the user named it.
  var name: String
  /// By variant and number of plugins; foreign files have one.
  var subjects: [Subject]
  /// How much is in a plugin; nil of what was built by somebody else.
  var profile: String?

  /// The label by which a subject finds its counterpart on the other side.
  static func key(_ subject: Subject) -> String {
    subject.hasAnswer ? subject.label : "directory"
  }

  /// Finds out what lies at `path`: a plugin set, a checkout, a build directory of SwiftPM, or a
  /// directory of shared objects; builds what must be built.
  init(
    _ path: String, _ configuration: BenchmarkConfiguration, executable: String,
    environment: [String: String], progress: @escaping (Benchmark.Progress) -> Void
  ) throws(BenchmarkError) {
    name = path
    let resolved = try withSystem { () throws(SystemError) in try Files.resolve(path) }
    guard
      try withSystem({ () throws(SystemError) in try Files.status(resolved) })?.isDirectory == true
    else { throw .notADirectory(path: path) }
    if let set = try withPluginSets({ () throws(PluginSetError) in
      try PluginSet(directory: resolved)
    }) {
      subjects = [try Subject(set, hostWithoutPlugins: nil)]
    } else if let build = try Self.buildDirectory(resolved, environment, progress) {
      subjects = try Self.sets(
        of: build, configuration, environment: environment, progress: progress)
      profile = configuration.profile.rawValue
    } else {
      let files = try ForeignDirectory.files(in: resolved)
      let probe = try withPluginSets { () throws(PluginSetError) in
        try PluginSetBuilder(
          executable: executable, cacheDirectory: configuration.cacheDirectory,
          environment: environment
        ).floorProbe()
      }
      subjects = [
        try ForeignDirectory.subject(
          name: "directory", directory: resolved, files: files, probe: probe)
      ]
    }
  }

  /// SwiftPM's directory for one configuration: `path` itself, or that of the checkout at `path`.
  private static func buildDirectory(
    _ path: String, _ environment: [String: String], _ progress: (Benchmark.Progress) -> Void
  ) throws(BenchmarkError) -> String? {
    let list = "bench-probe.product/Objects.LinkFileList"
    if Files.exists(Path.join(path, list)) { return path }
    guard Files.exists(Path.join(path, "Sources/bench-probe")) else { return nil }
    progress(.building(done: 0, total: 1, step: "the checkout '\(path)'"))
    let child = try withSystem { () throws(SystemError) in
      try ChildProcess(
        ["swift", "build", "-c", "release", "--package-path", path],
        environment: processEnvironment(), streams: [.null, .null, .null])
    }
    let status = try withSystem(child.wait)
    if let signal = Interruption.signal { throw .interrupted(signal: signal) }
    guard status.isSuccess, Files.exists(Path.join(path, ".build/release/" + list)) else {
      throw .plugins(
        .buildFailed(
          step: "the checkout '\(path)'",
          reason: "swift build ended with \(status); run: swift build -c release --package-path "
            + path))
    }
    return try withSystem { () throws(SystemError) in
      try Files.resolve(Path.join(path, ".build/release"))
    }
  }

  /// The sets that are linked from the objects in a build directory, beside which they are kept.
  private static func sets(
    of build: String, _ configuration: BenchmarkConfiguration, environment: [String: String],
    progress: @escaping (Benchmark.Progress) -> Void
  ) throws(BenchmarkError) -> [Subject] {
    let (sets, emptyHost) = try withPluginSets { () throws(PluginSetError) in
      let builder = try PluginSetBuilder(
        executable: Path.join(build, "bench-runtime"),
        cacheDirectory: configuration.cacheDirectory, environment: environment)
      let sets = try builder.build(
        configuration.variants, counts: configuration.pluginCounts, profile: configuration.profile,
        width: processorCount()
      ) { done, total, step in progress(.building(done: done, total: total, step: step)) }.sets
      return (
        sets, configuration.variants.contains(.builtin) ? try builder.staticHostSize() : nil
      )
    }
    var subjects: [Subject] = []
    for set in sets { subjects.append(try Subject(set, hostWithoutPlugins: emptyHost)) }
    return subjects
  }
}

/// A thing and its counterpart.
struct SubjectPair {
  var baseline: Subject
  var candidate: Subject
  /// Both consist of the same files, byte for byte.
  var isIdentical: Bool
  /// As of the sides.
  var profile: String?

  init(
    _ baseline: Subject, _ candidate: Subject, profile: String?
  ) throws(BenchmarkError) {
    self.profile = profile
    self.baseline = baseline
    self.candidate = candidate
    do {
      isIdentical = try Self.areSame(baseline, candidate)
    } catch {
      throw .system(error)
    }
  }

  private static func areSame(_ left: Subject, _ right: Subject) throws(SystemError) -> Bool {
    guard left.files.count == right.files.count else { return false }
    for (first, second) in zip(left.files, right.files) {
      guard Path.name(of: first) == Path.name(of: second) else { return false }
      if first == second { continue }
      guard let one = try Files.status(first), let other = try Files.status(second),
        one.byteCount == other.byteCount
      else { return false }
      if one.isSameFile(as: other) { continue }
      guard try Files.read(first) == Files.read(second) else { return false }
    }
    return true
  }
}
