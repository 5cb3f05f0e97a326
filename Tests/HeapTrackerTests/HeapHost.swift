import Platform
import Synchronization
import TestSupport

/// The program of `Tests/Fixtures/heap-tracking` and its plugins, built once.
struct HeapHost {
  let directory: String
  var library: String { Path.join(directory, "libPluginHeap.so") }

  /// How the plugins in C are compiled: what is on the stack must be found either way.
  enum Frames: String, CaseIterable {
    case kept = "-fno-omit-frame-pointer"
    case omitted = "-fomit-frame-pointer"
  }

  private static let built = Mutex<[Frames: String]>([:])

  init(_ frames: Frames) throws {
    directory = try Self.built.withLock { built in
      if let directory = built[frames] { return directory }
      let directory = try Self.build(frames)
      built[frames] = directory
      return directory
    }
  }

  /// Runs a scenario with the tracker preloaded.
  func run(_ scenario: String, environment: [String] = ["PLR_TRACK=heap"]) throws -> CommandRun {
    try CommandRun(
      [Path.join(directory, "host"), directory, scenario],
      environment: ["LD_PRELOAD=\(library)", "SWIFT_BACKTRACE=enable=no"] + environment)
  }

  private static func build(_ frames: Frames) throws -> String {
    let sources = Path.join(TestBuild.root, "Tests/Fixtures/heap-tracking")
    let directory = try TemporaryDirectory.make("heap-tracking")
    let tracker = Path.join(TestBuild.root, "Sources/Runtime/CHeapTracker")
    let options =
      ["-std=gnu11", "-Wall", "-Wextra", "-Werror"]
      + ["-I", Compiler.headers, "-I", Path.join(tracker, "include")]
    func source(_ name: String) -> String { Path.join(sources, name) }
    func output(_ name: String) -> String { Path.join(directory, name) }

    // What is undefined ends the process with a signal, in every test.
    try Tool.run(
      [Path.join(tracker, "build"), output("libPluginHeap.so")]
        + ["-fsanitize=undefined", "-fsanitize-undefined-trap-on-error"])
    try Tool.run(
      ["cc"] + options
        + [source("linked.c"), "-L", directory, "-lPluginHeap", "-Wl,-rpath,\(directory)"]
        + ["-o", output("linked")])
    try Tool.run(
      ["cc", "-O1"] + options
        + ["host.c", "calls.c", "blocks.c", "threads.c", "limits.c"].map(source)
        + ["-ldl", "-lpthread", "-o", output("host")])
    for name in ["first", "second", "third"] {
      try Tool.run(
        ["cc", "-O2", frames.rawValue, "-fPIC", "-shared", "-DPLUGIN_NAME=\"\(name)\""] + options
          + [source("plugin.c"), "-o", output(name + ".so")])
    }
    try Tool.run(["cc", "-fPIC", "-c"] + options + [source("tasks.c"), "-o", output("tasks.o")])
    try Tool.run(
      ["swiftc", "-O", "-emit-library", "-parse-as-library", "-module-name", "Tasks"]
        + [source("tasks.swift"), output("tasks.o"), "-o", output("tasks.so")])
    return directory
  }
}

extension HeapHost.Frames: CustomStringConvertible {
  var description: String { rawValue }
}
