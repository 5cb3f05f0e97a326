import Platform
import TestSupport
import Testing

/// An installation, moved from where it was made, and a project outside of it.
private struct Installed {
  let prefix: String
  let project: String

  static let shared = Result {
    let directory = try TemporaryDirectory.make("installed")
    let made = Path.join(directory, "made")
    let tool = Path.join(TestBuild.root, "tools/install")
    // Twice: what is there is replaced.
    for _ in 0..<2 { try Tool.run([tool, made, "--build", TestBuild.directory]) }
    let prefix = Path.join(directory, "moved")
    try Files.rename(made, to: prefix)
    let project = Path.join(directory, "project")
    try Files.makeDirectory(project)
    let greeter = Path.join(TestBuild.root, "Examples/Greeter/Sources")
    let fixtures = Path.join(TestBuild.root, "Tests/Fixtures/installed")
    for source in try Files.list(fixtures).map({ Path.join(fixtures, $0) }) + [
      Path.join(greeter, "Terse/terse.c"),
      Path.join(greeter, "CGreeter/include/example_greeter.h"),
    ] {
      try FileEdits.copy(source, to: Path.join(project, Path.name(of: source))) { _ in }
    }
    return Installed(prefix: prefix, project: project)
  }

  func file(_ name: String) -> String { Path.join(project, name) }

  func environment() -> [String] {
    processEnvironment().filter { !$0.hasPrefix("PKG_CONFIG") && !$0.hasPrefix("LD_LIBRARY_PATH") }
      + [
        "PKG_CONFIG_PATH=\(prefix)/lib/pkgconfig", "CMAKE_PREFIX_PATH=\(prefix)",
      ]
  }

  /// Runs a shell's script in the project.
  func run(_ script: String) throws -> CommandRun {
    try CommandRun(
      ["/bin/sh", "-euc", "cd '\(project)'\n" + script], environment: environment())
  }

  func load(_ plugins: String...) throws -> CommandRun {
    try CommandRun(
      [Path.join(prefix, "bin/plugin-host"), "load"] + plugins.map(file),
      environment: ["PATH=/usr/bin:/bin"])
  }
}

@Suite("tools/install", .serialized)
struct InstallTests {
  @Test(
    "lets pkg-config build plugins in C and C++, which a host calls",
    arguments: ["gcc g++", "clang clang++"])
  func pkgConfig(_ compilers: String) throws {
    let installed = try Installed.shared.get()
    let names = compilers.split(separator: " ")
    try #require(Compiler.all.contains { $0.name == names[0] }, "\(compilers) are missing")
    let built = try installed.run(
      """
      flags="$(pkg-config --cflags plugin-runtime) -O1 -Wall -Wextra -Werror -pedantic"
      flags="$flags $(pkg-config --variable=plugin_cflags plugin-runtime)"
      link=$(pkg-config --variable=plugin_ldflags plugin-runtime)
      \(names[0]) -std=c11 $flags $link terse.c -o terse.so
      \(names[1]) -std=c++17 $flags $link breezy.cpp -o breezy.so
      \(names[1]) -std=c++17 $flags $link check.cpp -o check.so
      \(names[0]) host.c $(pkg-config --cflags --libs plugin-runtime-host) -o host
      ./host
      """)
    #expect(built.status.isSuccess && built.output == "host in C\n", "\(built.errors)")
    let run = try installed.load("terse.so", "breezy.so", "check.so")
    #expect(run.status == .exited(0), "\(run.output)\(run.errors)")
    #expect(run.output.contains("3 loaded, 0 refused."), "\(run.output)")
    // All of them can go again, and nothing of theirs is left.
    #expect(!run.output.contains("resident") && !run.output.contains("Not freed"), "\(run.output)")
    // That the check checks.
    let missing = try installed.load("breezy.so", "check.so")
    #expect(missing.status == .exited(2))
    #expect(missing.output.contains("check: 1 greeters"), "\(missing.output)")
  }

  static let hasCMake = (try? CommandRun(["cmake", "--version"]))?.status.isSuccess == true

  @Test("lets CMake do the same, and CTest test it", .enabled(if: hasCMake, "cmake is missing"))
  func cmake() throws {
    let installed = try Installed.shared.get()
    let built = try installed.run(
      "cmake -S . -B build >&2\ncmake --build build >&2\ncd build\nctest --output-on-failure")
    #expect(built.status.isSuccess, "\(built.output)\(built.errors)")
    #expect(built.output.contains("100% tests passed, 0 tests failed out of 3"))
    // Another major version is another interface; a later minor one is not there yet.
    for version in ["2.0", "1.99"] {
      let refused = try installed.run(
        "sed 's/PluginRuntime 1.0/PluginRuntime \(version)/' CMakeLists.txt >other.txt\n"
          + "mkdir -p other && mv other.txt other/CMakeLists.txt\ncmake -S other -B other/build")
      #expect(refused.status == .exited(1))
      #expect(refused.errors.contains("version: 1."), "\(refused.errors)")
    }
  }

  /// What is asked for, and the sentence that says why it is not done.
  static let refusals: [([String], String)] = [
    ([], "name the directory to install into"),
    (["--prefix"], "there is no option '--prefix'"),
    (["a", "b"], "one PREFIX, not"),
    (["/tmp/x", "--build"], "--build needs a value"),
    (["/tmp/x", "--build", "/nowhere"], "'/nowhere' holds no 'package-runtime'"),
  ]

  @Test("says what it cannot do", arguments: refusals)
  func refuses(_ arguments: [String], _ words: String) throws {
    let run = try CommandRun([Path.join(TestBuild.root, "tools/install")] + arguments)
    #expect(run.status == .exited(1))
    #expect(run.errors.contains(words), "\(run.errors)")
    let help = try CommandRun([Path.join(TestBuild.root, "tools/install"), "--help"])
    #expect(help.status.isSuccess && help.output.hasPrefix("usage: tools/install PREFIX"))
  }
}
