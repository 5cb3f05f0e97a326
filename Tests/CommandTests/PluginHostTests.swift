import Glibc
import Platform
import TestSupport
import Testing

@Suite("plugin-host, as a user calls it")
struct PluginHostTests {
  static let command = Path.join(TestBuild.directory, "plugin-host")

  private func run(_ arguments: [String]) throws -> CommandRun {
    try CommandRun([Self.command] + arguments)
  }

  @Test(
    "a plugin that must not be loaded is refused from its file, with its code and status 2",
    arguments: [
      ("abi-too-new", "abi-too-new"), ("abi-minor-too-new", "abi-too-new"),
      ("abi-too-old", "abi-too-old"), ("without-manifest", "manifest-missing"),
      ("two-manifests", "manifest-several"), ("manifest-malformed", "manifest-malformed"),
      ("feature-unknown", "feature-unknown"), ("toolchain-mismatch", "toolchain-mismatch"),
      ("without-entry", "entry-missing"),
    ])
  func refusesFile(fixture: String, code: String) throws {
    let path = try Fixture(fixture).path()
    for subcommand in ["verify", "load"] {
      let run = try run([subcommand, path, "--format", "json"])
      #expect(run.status == .exited(2), "\(subcommand): \(run.errors)")
      #expect(run.output.contains("\"code\" : \"\(code)\""), "\(run.output)")
      #expect(!run.errors.contains("init"), "nothing of it may run")
    }
  }

  @Test(
    "a plugin that cannot be loaded is refused when it is, with its code and status 2",
    arguments: [
      ("missing-symbol", "symbol-missing"), ("entry-null", "entry-failed"),
      ("entry-error", "entry-failed"), ("table-too-short", "table-malformed"),
      ("table-missing-function", "table-malformed"), ("init-fails", "init-failed"),
    ])
  func refusesLoading(fixture: String, code: String) throws {
    let run = try run(["load", try Fixture(fixture).path(), "--format", "json"])
    #expect(run.status == .exited(2))
    #expect(run.output.contains("\"code\" : \"\(code)\""), "\(run.output)")
  }

  @Test("missing symbols are told by their demangled names, to scripts by both")
  func demanglesSymbols() throws {
    let path = try Fixture("missing-mangled-symbols").copy(to: try TemporaryDirectory.make())
    let (mangled, demangled) = (
      "$s9elsewhere5tally2ofS2i_tF", "elsewhere.tally(of: Swift.Int) -> Swift.Int"
    )
    for subcommand in ["verify", "load", "inspect"] {
      let text = try run([subcommand, path])
      #expect(text.status == .exited(2), "\(subcommand): \(text.errors)")
      // Sentences are wrapped.
      let words = text.output.split { $0 == "\n" || $0 == " " }.joined(separator: " ")
      #expect(words.contains(demangled), "\(subcommand): \(text.output)")
      #expect(words.contains("elsewhere::tally(unsigned long)"), "\(text.output)")
      #expect(!text.output.contains(mangled), "\(subcommand): \(text.output)")
      let json = try run([subcommand, path, "--format", "json"])
      for words in ["\"name\" : \"\(mangled)\"", "\"demangled\" : \"\(demangled)\""] {
        #expect(json.output.contains(words), "\(subcommand): \(json.output)")
      }
    }
  }

  @Test("a file that is no plugin is refused with its code")
  func refusesOtherFiles() throws {
    let directory = try TemporaryDirectory()
    let good = try Fixture("well-behaved-c").path()
    let bytes = try Files.read(good)
    var foreign = bytes
    // e_machine, at offset 18: 183 is AArch64, 62 x86-64.
    foreign[18] = foreign[18] == 183 ? 62 : 183
    let cases: [(name: String, bytes: [UInt8], code: String)] = [
      ("text", Array("hello".utf8), "not-elf"), ("empty", [], "not-elf"),
      ("cut", Array(bytes[..<(bytes.count / 2)]), "truncated"),
      ("foreign", foreign, "wrong-machine"),
    ]
    for (name, bytes, code) in cases {
      let path = directory.file(name + ".so")
      try Files.replace(path, with: bytes)
      let run = try run(["verify", path, "--format", "json"])
      #expect(run.status == .exited(2))
      #expect(run.output.contains("\"code\" : \"\(code)\""), "\(name): \(run.output)")
    }
  }

  @Test("one bad plugin does not stop the others of its directory")
  func loadsTheOthers() throws {
    let directory = try TemporaryDirectory()
    _ = try Fixture("abi-too-new").copy(to: directory.path, as: "a.so")
    _ = try Fixture("well-behaved-c").copy(to: directory.path, as: "b.so")
    _ = try Fixture("init-fails").copy(to: directory.path, as: "c.so")
    let run = try run(["load", directory.path])
    #expect(run.status == .exited(2))
    #expect(run.output.hasPrefix("1 loaded, 2 refused."))
  }

  @Test("a good plugin is loaded and taken down with status 0")
  func loadsGood() throws {
    let run = try run(["load", try Fixture("well-behaved-c").path(), "--format", "json"])
    #expect(run.status == .exited(0))
    #expect(run.output.contains("\"unmapped\" : true"))
    #expect(run.output.contains("\"class\" : \"unloadable\""))
  }

  @Test("what plugins have done and have is told to people and to scripts")
  func statistics() throws {
    let path = try Fixture("starts-a-thread").path()
    let text = try run(["load", path, "--stats"])
    #expect(text.status == .exited(0), "\(text.errors)")
    #expect(text.output.contains("time inside") && text.output.contains("anonymous"))
    let json = try run(["load", path, "--stats", "--format", "json"])
    #expect(json.status == .exited(0))
    for text in [
      "\"schema\" : \"plugin-host/1\"", "\"schema\" : \"plr-statistics/1\"",
      "\"liveBlocks\" : 1", "\"threadsStarted\" : 1", "\"logRecords\" : 1",
      "\"insideNanoseconds\" : 0", "\"mappedBytes\"", "\"anonymousBytes\"",
    ] { #expect(json.output.contains(text), "\(text): \(json.output)") }
    #expect(try !run(["load", path, "--format", "json"]).output.contains("threadsStarted"))
  }

  @Test("a directory that is missing or empty is one sentence and status 1")
  func namesBadDirectory() throws {
    let directory = try TemporaryDirectory()
    for (arguments, words) in [
      (["load", directory.path], "holds no file whose name ends in .so"),
      (["list", directory.file("missing")], "No such file or directory"),
      (["verify"], "FILE"),
    ] {
      let run = try run(arguments)
      #expect(run.status == .exited(1))
      #expect(run.output.isEmpty)
      #expect(run.errors.contains(words), "\(run.errors)")
      #expect(run.errors.split(separator: "\n").count == 1)
    }
  }

  @Test("a file that cannot be read is not counted as refused: one sentence and status 1")
  func tellsUnreadable() throws {
    let directory = try TemporaryDirectory()
    let missing = directory.file("missing")
    for subcommand in ["verify", "load", "inspect"] {
      let run = try run([subcommand, missing])
      #expect(run.status == .exited(1), "\(subcommand)")
      #expect(run.errors.contains("cannot read '\(missing)': No such file"), "\(run.errors)")
      #expect(run.errors.split(separator: "\n").count == 1, "\(run.errors)")
      #expect(run.output.contains("0 refused, 1 not to be read."), "\(run.output)")
    }
  }

  @Test("the index of a directory is shown, rebuilt and removed, and nothing of a plugin runs")
  func keepsIndexes() throws {
    let directory = try TemporaryDirectory()
    let offering = try Fixture("offers-its-unit").copy(
      to: directory.path, manifestName: "offers.it")
    let refused = try Fixture("abi-too-new").copy(to: directory.path)
    let before = try run(["cache", "show", directory.path])
    #expect(before.status == .exited(0))
    #expect(before.output.contains("there was none"), "\(before.output)")
    #expect(try Files.list(directory.path).count == 2, "showing writes nothing")

    let rebuilt = try run(["cache", "rebuild", directory.path, "--format", "json"])
    #expect(rebuilt.status == .exited(0), "\(rebuilt.errors)")
    for text in [
      "\"schema\" : \"plugin-host/1\"", "\"id\" : \"offers.it\"", "\"code\" : \"abi-too-new\"",
      "\"judged\" : 2", "\"changedNanoseconds\"",
    ] { #expect(rebuilt.output.contains(text), "\(rebuilt.output)") }
    #expect(Files.exists(directory.file(".plugin-index")))
    let again = try run(["cache", "rebuild", directory.path])
    #expect(again.output.hasPrefix("1 index rebuilt, 2 plugins."), "\(again.output)")
    let after = try run(["cache", "show", directory.path])
    #expect(after.output.contains("is as it should be"), "\(after.output)")
    #expect(after.output.contains("offers.it/1") && after.output.contains("abi-too-new"))

    #expect(try run(["cache", "clear", directory.path]).status == .exited(0))
    #expect(!Files.exists(directory.file(".plugin-index")))
    #expect(!Files.exists(offering + ".ran") && !Files.exists(refused + ".ran"))
  }

  @Test("an index that cannot be kept is one sentence")
  func refusesIndexes() throws {
    let directory = try TemporaryDirectory()
    for arguments in [
      ["rebuild", directory.path, "--index", "/proc/plugin-index"],
      ["show", directory.file("nowhere")],
      ["show", directory.path, directory.path, "--index", directory.file("one")],
      ["clear", directory.file("nowhere")],
    ] {
      let run = try run(["cache"] + arguments)
      #expect(run.status == .exited(1), "\(arguments): \(run.output)")
      #expect(run.errors.split(separator: "\n").count == 1, "\(run.errors)")
    }
  }

  @Test("the manifest it prints says what the plugin offers")
  func printsOffers() throws {
    let offers = ["--offers", "text.count/1", "--offers", "text.sort/2"]
    let text = try run(["manifest", "a", "1", "--language", "c"] + offers).output
    #expect(text.contains("PLR_OFFERS(\"text.count\", 1);\nPLR_OFFERS(\"text.sort\", 2);"))
    for bad in ["text.count", "/1", "a/-1", "a b/1"] {
      #expect(try run(["manifest", "a", "1", "--offers", bad]).status == .exited(1), "\(bad)")
    }
  }

  @Test("the manifest it prints in Swift is one that a plugin can be built with")
  func printsManifest() throws {
    let directory = try TemporaryDirectory()
    let manifest = try run([
      "manifest", "word-count", "1.2.3", "--output", directory.file("m.swift"),
    ])
    #expect(manifest.status == .exited(0))
    let build = try CommandRun([
      "swiftc", "-emit-library", "-parse-as-library", directory.file("m.swift"), "-o",
      directory.file("m.so"),
    ])
    #expect(build.status.isSuccess, "\(build.errors)")
    let list = try run(["list", directory.path, "--format", "csv"])
    #expect(list.output.contains("word-count,1.2.3"), "\(list.output)")
    #expect(try run(["manifest", "two words", "1"]).status == .exited(1))
  }
}
