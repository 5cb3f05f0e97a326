import Glibc
import Platform
import TestSupport
import Testing

@Suite("bench-runtime, used wrongly or in a bad place")
struct BenchRuntimeTests {
  static let command = Path.join(TestBuild.directory, "bench-runtime")

  private func run(_ arguments: [String], environment: [String]? = nil) throws -> CommandRun {
    try CommandRun([Self.command] + arguments, environment: environment)
  }

  /// One sentence on standard error that holds `words`, nothing on standard output, status 1.
  private func expectRefusal(
    _ run: CommandRun, _ words: [String], _ location: SourceLocation = #_sourceLocation
  ) {
    #expect(run.status == .exited(1), sourceLocation: location)
    #expect(run.output.isEmpty, sourceLocation: location)
    let lines = run.errors.split(separator: "\n")
    #expect(lines.count == 1, "\(run.errors)", sourceLocation: location)
    for word in words {
      #expect(run.errors.contains(word), "\(run.errors)", sourceLocation: location)
    }
  }

  @Test(
    "an option out of range is named with its range",
    arguments: [
      (["--plugins", "0"], ["--plugins", "1 to 2000", "0"]),
      (["--plugins", "5000"], ["--plugins", "1 to 2000", "5000"]),
      (["--plugins", "1,,2"], ["--plugins"]),
      (["--plugins", "many"], ["--plugins", "many"]),
      (["--plugins", "99999999999999999999"], ["--plugins"]),
      (["--samples", "0"], ["--samples"]),
      (["--seed", "-1"], ["--seed"]),
      (["--variants", "shard"], ["--variants", "did you mean 'shared'"]),
      (["--variants", "shared,shared"], ["--variants", "twice"]),
      (["--profile", "hugh"], ["--profile"]),
      (["--preset", "tiny"], ["--preset", "compatible", "smallest"]),
      (["--preset", "small+warp"], ["--preset", "'warp'", "norelro"]),
      (["--format", "jsn"], ["--format", "did you mean 'json'"]),
      (["--plugns", "3"], ["--plugns", "did you mean '--plugins'"]),
      (["--activation", "lasy"], ["--activation", "did you mean 'lazy'"]),
      (["--activation", "lazy", "--variants", "shared,floor"], ["--variants", "lazy", "floor"]),
      (["--activation", "lazy", "--plugin-dir", "/"], ["--plugin-dir", "lazy"]),
      (["--track", "heaps"], ["--track", "did you mean 'heap'"]),
      (["extra"], ["extra"]),
    ])
  func namesBadOption(arguments: [String], words: [String]) throws {
    expectRefusal(try run(arguments), words)
  }

  @Test("help and version are answers, not errors")
  func answersHelp() throws {
    let help = try run(["--help"])
    #expect(help.status.isSuccess && help.output.contains("--plugins"))
    let version = try run(["--version"])
    #expect(version.status.isSuccess && version.output.hasPrefix("bench-runtime "))
  }

  @Test("no compiler is one sentence")
  func namesMissingCompiler() throws {
    let cache = try TemporaryDirectory()
    expectRefusal(
      try run(["--plugins", "1", "--cache", cache.path], environment: ["PATH=/nonexistent"]),
      ["no compiler", "swiftc", "PATH"])
    expectRefusal(
      try run(
        ["--plugins", "1", "--cache", cache.path],
        environment: processEnvironment() + ["SWIFTC=/nonexistent/swiftc"]),
      ["no compiler", "/nonexistent/swiftc"])
  }

  @Test("a compiler that is none is one sentence")
  func namesBrokenCompiler() throws {
    let cache = try TemporaryDirectory()
    expectRefusal(
      try run(
        ["--plugins", "1", "--cache", cache.path],
        environment: processEnvironment() + ["SWIFTC=/bin/true"]), ["/bin/true", "does not work"])
  }

  @Test(
    "a cache in a place that cannot be written is one sentence",
    arguments: ["/proc/nowhere", "/dev/null/x"])
  func namesUnwritableCache(path: String) throws {
    expectRefusal(
      try run(["--plugins", "1", "--variants", "floor", "--cache", path]), [path, "--cache"])
  }

  @Test(
    "a read-only or full file system is one sentence",
    .enabled(if: canMount, "mounting in a namespace of one's own is not permitted here"),
    arguments: [
      ("mount -t tmpfs -o ro none \"$0\"", ["Read-only file system", "--cache"]),
      ("mount -t tmpfs -o size=64k none \"$0\"", ["MB free", "--cache"]),
    ])
  func namesBadFileSystem(mount: String, words: [String]) throws {
    let directory = try TemporaryDirectory()
    let script = mount + " && exec \"$1\" --plugins 4 --variants floor --cache \"$0/cache\""
    expectRefusal(
      try CommandRun(["unshare", "-rm", "/bin/sh", "-c", script, directory.path, Self.command]),
      words)
  }

  static let canMount: Bool = {
    let run = try? CommandRun(["unshare", "-rm", "mount", "-t", "tmpfs", "none", "/mnt"])
    return run?.status.isSuccess == true
  }()

  @Test("a directory of plugins that is missing, empty or a file is one sentence")
  func namesBadDirectory() throws {
    let directory = try TemporaryDirectory()
    let file = directory.file("file")
    try Files.replace(file, with: [])
    try Files.makeDirectory(directory.file("empty"))
    expectRefusal(
      try run(["--plugin-dir", directory.file("missing")]), ["missing", "No such file"])
    expectRefusal(try run(["--plugin-dir", directory.file("empty")]), ["empty", ".so"])
    expectRefusal(try run(["--plugin-dir", file]), [file, "no directory"])
  }

  @Test("paths may hold blanks, quotes and any word that means something elsewhere")
  func acceptsAnyPath() throws {
    let directory = try TemporaryDirectory()
    let cache = directory.file("a b'c/plugins/NETWORK/STORE")
    // A link to the compiler lies elsewhere than the tools that come with it.
    let compiler = try #require(
      environmentVariables()["PATH"]?.split(separator: ":").map { Path.join(String($0), "swiftc") }
        .first(where: Files.exists))
    #expect(unsafe symlink(compiler, directory.file("swiftc")) == 0)
    let run = try run(
      [
        "--plugins", "1", "--variants", "shared,builtin", "--samples", "1", "--quiet", "--cache",
        cache, "--format", "csv",
      ], environment: ["SWIFTC=" + directory.file("swiftc")] + processEnvironment())
    #expect(run.status == .exited(0), "\(run.errors)")
    #expect(run.output.contains("1,shared,disk.runtime,bytes,"))
    #expect(!run.output.contains("1,shared,disk.runtime,bytes,0"), "\(run.output)")
  }

  @Test("too few rounds to judge are said to be so")
  func admitsDoubt() throws {
    let cache = try TemporaryDirectory()
    let run = try run(
      ["--plugins", "1", "--variants", "shared,floor", "--samples", "3", "--cache", cache.path])
    #expect(run.output.contains("too few rounds"), "\(run.output)")
    #expect(!run.output.contains("wins in any metric"))
  }

  @Test("control characters of a path do not reach the terminal")
  func escapesPaths() throws {
    let run = try run(["--plugin-dir", "/nonexistent/\u{1b}[31m\nx"])
    #expect(run.status == .exited(1))
    #expect(!run.errors.contains("\u{1b}"))
    #expect(run.errors.split(separator: "\n").count == 1)
  }

  @Test("an output that cannot be written is one sentence")
  func namesUnwritableOutput() throws {
    let cache = try TemporaryDirectory()
    let arguments = [
      "--plugins", "1", "--variants", "floor", "--samples", "1", "--quiet", "--cache", cache.path,
      "--output",
    ]
    expectRefusal(try run(arguments + ["/nonexistent/result"]), ["/nonexistent/result"])
    #expect(try Files.list(cache.path).isEmpty, "it is known before anything is built")
    expectRefusal(try run(arguments + ["/dev/full"]), ["/dev/full", "No space left"])
    #expect(try run(arguments + [cache.file("result")]).status.isSuccess)
    #expect(try Files.readText(cache.file("result")).contains("startup.load"))
  }

  @Test(
    "an interruption ends it cleanly, with nothing half-built left behind",
    arguments: [SIGINT, SIGTERM])
  func endsOnSignal(signal: Int32) throws {
    let cache = try TemporaryDirectory()
    let running = try CommandRun.start(
      [Self.command, "--plugins", "40", "--variants", "static", "--cache", cache.path])
    let work = cache.file("work")
    let pid = running.child.pid
    // The first working folder shows that compilers run.
    while (try? Files.list(work))?.isEmpty ?? true {
      try #require(kill(pid, 0) == 0, "it ended before it could be interrupted")
      sched_yield()
    }
    kill(pid, signal)
    let run = try running.finish()
    #expect(run.status == .exited(128 + signal))
    #expect(run.errors.contains("interrupted"))
    #expect(try Files.list(work).isEmpty)
  }
}
