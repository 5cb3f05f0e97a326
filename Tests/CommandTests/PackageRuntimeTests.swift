import ELFInspection
import Platform
import TestSupport
import Testing

@Suite("package-runtime", .serialized)
struct PackageRuntimeTests {
  static let command = Path.join(TestBuild.directory, "package-runtime")
  /// What was built once serves every test.
  static let cache = try? TemporaryDirectory()
  let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  private func run(_ arguments: [String], environment: [String]? = nil) throws -> CommandRun {
    try CommandRun(
      [Self.command, "--cache", try #require(Self.cache).path] + arguments,
      environment: environment)
  }

  /// One sentence on standard error that holds `words`, nothing on standard output, status 1.
  private func expectRefusal(
    _ run: CommandRun, _ words: [String], _ location: SourceLocation = #_sourceLocation
  ) {
    #expect(run.status == .exited(1), sourceLocation: location)
    #expect(run.output.isEmpty, sourceLocation: location)
    #expect(
      run.errors.split(separator: "\n").count == 1, "\(run.errors)", sourceLocation: location)
    for word in words {
      #expect(run.errors.contains(word), "\(run.errors)", sourceLocation: location)
    }
  }

  /// A plugin's object that prints, and so needs the standard library.
  private func compilePlugin(
    _ body: String = "print(\"answer\", 6 * 7)", _ declarations: String = ""
  ) throws -> String {
    let source = directory.file("plugin.swift")
    try Files.replace(
      source,
      with: Array(
        """
        \(declarations)
        @c(plugin_entry) public func entry() -> UnsafeRawPointer? { \(body); return nil }

        """.utf8))
    let object = directory.file("plugin.o")
    let build = try CommandRun([
      "swiftc", "-c", "-O", "-parse-as-library", "-module-name", "Plugin", source, "-o", object,
    ])
    #expect(build.status.isSuccess, "\(build.errors)")
    return object
  }

  /// Links `object` as the command has said.
  private func link(_ object: String, _ said: String) throws -> String {
    let words = try #require(said.split(separator: "\n").first { $0.contains("clang++") })
    let exports = directory.file("exports.map")
    try Files.replace(exports, with: Array("{ global: plugin_entry; local: *; };\n".utf8))
    let plugin = directory.file("plugin.so")
    let command =
      words.replacing("PLUGIN.so", with: plugin).replacing("PLUGIN.o", with: object)
      .replacing("EXPORTS.map", with: exports)
    let link = try CommandRun(["/bin/sh", "-c", String(command)])
    #expect(link.status.isSuccess, "\(link.errors)")
    return plugin
  }

  /// What a C host prints that opens `plugin` and calls it, with the library in `folder`.
  private func answer(of plugin: String, on folder: String) throws -> CommandRun {
    let source = directory.file("host.c")
    try Files.replace(
      source,
      with: Array(
        """
        #include <dlfcn.h>
        #include <stdio.h>
        int main(int count, char **words) {
          void *file = dlopen(words[1], RTLD_NOW);
          if (!file) { puts(dlerror()); return 1; }
          ((void *(*)(void))dlsym(file, "plugin_entry"))();
          return 0;
        }
        """.utf8))
    let host = directory.file("host")
    let build = try CommandRun(["cc", source, "-o", host, "-ldl"])
    #expect(build.status.isSuccess, "\(build.errors)")
    return try CommandRun([host, plugin], environment: ["LD_LIBRARY_PATH=" + folder])
  }

  @Test("a plugin runs on a library with everything, and on one trimmed for it alone")
  func packages() throws {
    let object = try compilePlugin()
    for packaging in ["merged", "trimmed"] {
      let folder = directory.file(packaging)
      let run = try run(["--packaging", packaging, "--for", object, "--output", folder])
      #expect(run.status.isSuccess, "\(run.errors)")
      #expect(run.output.hasPrefix(Path.join(folder, "libPluginRuntime.so") + ": \(packaging), "))
      let plugin = try link(object, run.output)
      let answer = try answer(of: plugin, on: folder)
      #expect(answer.output == "answer 42\n" && answer.status.isSuccess, "\(answer.output)")
      #expect(
        try Files.list(folder)
          == (packaging == "merged"
            ? ["libPluginRuntime.so"] : ["libPluginRuntime.imports", "libPluginRuntime.so"]))
    }
  }

  @Test("a trimmed library is widened for one plugin more, and serves the first as before")
  func widens() throws {
    let object = try compilePlugin()
    let folder = directory.file("out")
    let first = try run(["--packaging", "trimmed", "--for", object, "--output", folder])
    let plugin = try link(object, first.output)
    let before = try Files.readText(Path.join(folder, "libPluginRuntime.imports"))
    let other = try compilePlugin("print([3, 1, 2].sorted(), \"b\".uppercased())")
    let second = try run([
      "--packaging", "trimmed", "--widen", "--for", other, "--output", folder,
    ])
    #expect(second.status.isSuccess, "\(second.errors)")
    let after = try Files.readText(Path.join(folder, "libPluginRuntime.imports"))
    let names = { (text: String) in Set(text.split(separator: "\n").filter { $0.first != "#" }) }
    #expect(names(before).isStrictSubset(of: names(after)))
    #expect(try answer(of: plugin, on: folder).output == "answer 42\n")
    #expect(
      try answer(of: try link(other, second.output), on: folder).output == "[1, 2, 3] B\n")
  }

  @Test(
    "a task of a plugin runs on a library with _Concurrency, and a pattern on one with _StringProcessing"
  )
  func runsModules() throws {
    let folder = directory.file("modules")
    let made = try run([
      "--with", "_Concurrency", "--with", "_StringProcessing", "--output", folder,
    ])
    try #require(made.status.isSuccess, "\(made.errors)")
    let concurrent = try compilePlugin(
      """
      unsafe sem_init(&semaphore, 0, 0)
      Task { print("answer", await Doubler().double(21)); unsafe sem_post(&semaphore) }
      unsafe sem_wait(&semaphore)
      """,
      """
      import Glibc
      nonisolated(unsafe) var semaphore = unsafe sem_t()
      actor Doubler { func double(_ number: Int) -> Int { 2 * number } }
      """)
    let plugin = try link(concurrent, made.output)
    let answer = try answer(of: plugin, on: folder)
    #expect(answer.output == "answer 42\n" && answer.status.isSuccess, "\(answer.output)")
    let matching = try compilePlugin(
      "print(\"a1b22c\".matches(of: try! Regex(\"[0-9]+\")).map { String($0.output[0].substring!) })"
    )
    #expect(
      try self.answer(of: try link(matching, made.output), on: folder).output == "[\"1\", \"22\"]\n"
    )
    // Neither is there unless asked for.
    let bare = directory.file("bare")
    #expect(try run(["--output", bare]).status.isSuccess)
    let refused = try self.answer(of: plugin, on: bare)
    #expect(refused.status == .exited(1) && refused.output.contains("undefined symbol"))
  }

  @Test(
    "without unwinding a trimmed library is smaller, serves as before, and says what it gives up")
  func dropsUnwinding() throws {
    let object = try compilePlugin()
    var sizes: [Int] = []
    for (number, flags) in [[], ["--drop-unwinding"]].enumerated() {
      let folder = directory.file("unwinding-\(number)")
      let made = try run(
        ["--packaging", "trimmed", "--for", object, "--output", folder] + flags)
      try #require(made.status.isSuccess, "\(made.errors)")
      #expect(try answer(of: try link(object, made.output), on: folder).output == "answer 42\n")
      let file = try ELFFile(path: Path.join(folder, "libPluginRuntime.so"))
      sizes.append(file.fileSize)
    }
    #expect(sizes[1] + 300_000 < sizes[0], "\(sizes)")
    #expect(try run(["--help"]).output.contains("Gives up:"))
    expectRefusal(
      try run(["--drop-unwinding", "--output", directory.file("none")]),
      ["--drop-unwinding", "--packaging trimmed"])
  }

  @Test("a library with everything exports nothing of C++'s own libraries")
  func hidesLibstdcxx() throws {
    let folder = directory.file("exports")
    let made = try run(["--output", folder])
    try #require(made.status.isSuccess, "\(made.errors)")
    let file = try ELFFile(path: Path.join(folder, "libPluginRuntime.so"))
    let names = file.definedDynamicSymbols()
    #expect(names.contains("swift_retain"))
    let foreign = names.filter {
      ["__cxa_", "_Unwind_", "_ZSt", "_ZTISt", "_ZTVSt", "_ZNSt", "__gxx_", "__dynamic_cast"]
        .contains(where: $0.hasPrefix)
    }
    // Templates that the Swift runtime itself has made of what is in headers remain: they are its own.
    let toolchain = try ELFFile(
      path: Path.join(try SwiftToolchain.runtimeLibraryPath(), "libswiftCore.so"))
    let known = Set(toolchain.definedDynamicSymbols())
    #expect(foreign.filter { !known.contains($0) } == [])
  }

  @Test(
    "on a disk that is full at the second file, what was there is as it was",
    .enabled(if: PrivateMounts.areAllowed))
  func survivesFullDisk() throws {
    let object = try compilePlugin()
    let arguments = ["--packaging", "trimmed", "--for", object, "--output"]
    let folder = directory.file("full")
    let made = try run(arguments + [folder])
    try #require(made.status.isSuccess, "\(made.errors)")
    let sizes = try Files.list(folder).map {
      try #require(try Files.status(Path.join(folder, $0))).byteCount
    }
    func pages(_ bytes: Int) -> Int { (bytes + 4095) / 4096 }
    let (record, library) = (pages(sizes[0]), pages(sizes[1]))
    let script = """
      printf old >"$1/libPluginRuntime.so"
      shift
      "$@" --quiet
      status=$?
      shift $(($# - 1))
      ls -A "$1"; cat "$1/libPluginRuntime.so"
      exit $status
      """
    let command =
      [
        "/bin/sh", "-c", script, "sh", folder, Self.command, "--cache",
        try #require(Self.cache).path,
      ]
      + arguments + [folder]
    // Room for the new library beside the old one, and for all but a page of its record.
    let short = try PrivateMounts.run(
      command, withSpace: (1 + library + record - 1) * 4096, at: folder)
    #expect(short.status == .exited(1))
    #expect(short.output == "libPluginRuntime.so\nold", "\(short.output)")
    #expect(short.errors.contains("No space left"), "\(short.errors)")
    let enough = try PrivateMounts.run(
      command, withSpace: (1 + library + record + 8) * 4096, at: folder)
    #expect(enough.status == .exited(0), "\(enough.errors)")
    #expect(enough.output.hasPrefix("libPluginRuntime.imports\nlibPluginRuntime.so\n"))
  }

  @Test("what cannot be done is one sentence, and nothing is written")
  func refuses() throws {
    let folder = directory.file("none")
    let output = ["--output", folder]
    expectRefusal(try run([]), ["--output"])
    expectRefusal(try run(output + ["--packaging", "trimed"]), ["did you mean 'trimmed'"])
    expectRefusal(try run(output + ["--packaging", "trimmed"]), ["--for"])
    expectRefusal(try run(output + ["--widen"]), ["--widen", "--packaging trimmed"])
    expectRefusal(try run(output + ["--with", "Nonsense"]), ["'Nonsense'", "Synchronization"])
    expectRefusal(try run(output + ["--for", "/nonexistent.so"]), ["/nonexistent.so"])
    expectRefusal(
      try run(output + ["--packaging", "trimmed", "--widen"]), ["libPluginRuntime.imports"])
    expectRefusal(
      try run(output, environment: ["PATH=/nonexistent"]), ["'swiftc'"])
    #expect(!Files.exists(folder))
  }

  @Test("a plugin that was linked against the toolchain's own libraries is named")
  func namesForeign() throws {
    let object = try compilePlugin()
    let plugin = directory.file("plugin.so")
    let link = try CommandRun(["swiftc", "-emit-library", object, "-o", plugin])
    #expect(link.status.isSuccess, "\(link.errors)")
    expectRefusal(
      try run(["--for", plugin, "--output", directory.file("none")]),
      [plugin, "libswiftCore.so", "a process must have one"])
  }

  @Test("help and version are answers, not errors")
  func answersHelp() throws {
    let help = try run(["--help"])
    #expect(help.status.isSuccess && help.output.contains("--packaging"))
    #expect(try run(["--version"]).output.hasPrefix("package-runtime "))
  }
}
