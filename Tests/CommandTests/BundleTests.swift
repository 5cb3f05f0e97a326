import Platform
import TestSupport
import Testing

/// Bundles of `plugin-host` and plugins by plain SwiftPM, one of each packaging, built once.
private enum Bundles {
  static let cache = try? TemporaryDirectory()
  static let plugins = Result {
    let directory = try TemporaryDirectory.make("plugins")
    _ = try Fixture.wellBehavedSwift.copy(to: directory, manifestName: "one")
    _ = try Fixture.wellBehavedC.copy(to: directory, manifestName: "two")
    return directory
  }
  static let made = ["toolchain", "merged", "trimmed"].map { packaging in
    Result { try make(packaging, in: try TemporaryDirectory.make(packaging)) }
  }

  static func command(_ arguments: [String]) throws -> [String] {
    [Path.join(TestBuild.directory, "package-runtime"), "--cache", try #require(cache).path]
      + arguments
  }

  static func run(_ arguments: [String]) throws -> CommandRun { try CommandRun(command(arguments)) }

  /// Makes a bundle and moves it.
  static func make(_ packaging: String, in directory: String) throws -> String {
    let place = Path.join(directory, "made")
    let run = try run([
      "--bundle", place, "--packaging", packaging, "--host",
      Path.join(TestBuild.directory, "plugin-host"), "--plugin", try plugins.get(),
    ])
    #expect(run.status.isSuccess, "\(run.errors)")
    #expect(run.output.hasPrefix("\(place): \(packaging), "))
    let moved = Path.join(directory, "moved to another place")
    try Files.rename(place, to: moved)
    return moved
  }

  static func bundle(_ packaging: String) throws -> String {
    try made[try #require(["toolchain", "merged", "trimmed"].firstIndex(of: packaging))].get()
  }
}

@Suite("A bundle", .serialized)
struct BundleTests {
  @Test(
    "runs from another directory, with no toolchain and no build there, under an empty environment",
    .enabled(if: PrivateMounts.areAllowed), arguments: ["toolchain", "merged", "trimmed"])
  func runs(_ packaging: String) throws {
    let bundle = try Bundles.bundle(packaging)
    let libraries = try SwiftToolchain.runtimeLibraryPath()
    let hidden = [Path.parent(of: libraries), TestBuild.directory, try Bundles.plugins.get()]
    // That they are hidden: what was built is gone.
    let without = try PrivateMounts.run(
      ["/bin/sh", "-c", "ls \"$0\" \"$1\" | grep -c '\\.so$'", TestBuild.directory, libraries],
      hiding: hidden, environment: ["PATH=/usr/bin:/bin"])
    #expect(without.output == "0\n", "\(without.output)\(without.errors)")
    let run = try PrivateMounts.run(
      [
        Path.join(bundle, "bin/plugin-host"), "load", "--format", "json",
        Path.join(bundle, "lib/plugins"),
      ], hiding: hidden, environment: [])
    #expect(run.status.isSuccess, "\(run.status) \(run.errors)")
    for name in ["one", "two"] {
      #expect(run.output.contains("\"name\" : \"\(name)\""), "\(run.output)")
    }
  }

  @Test(
    "tries plugins in another process, and tells what they lack by demangled names",
    .enabled(if: PrivateMounts.areAllowed), arguments: ["toolchain", "merged", "trimmed"])
  func triesPlugins(_ packaging: String) throws {
    let bundle = try Bundles.bundle(packaging)
    let directory = try TemporaryDirectory()
    let culprit = try Fixture("misbehaves", flags: ["-DHOW=crash_in_init"])
      .copy(to: directory.path, as: "culprit.so")
    let lacking = try Fixture("missing-mangled-symbols").copy(to: directory.path, as: "lacking.so")
    let libraries = try SwiftToolchain.runtimeLibraryPath()
    let run = try PrivateMounts.run(
      [
        Path.join(bundle, "bin/plugin-host"), "load", "--probe", "--quarantine",
        directory.file("quarantine"), Path.join(bundle, "lib/plugins"), culprit, lacking,
      ], hiding: [Path.parent(of: libraries), TestBuild.directory], environment: [])
    #expect(run.status == .exited(2), "\(run.errors)")
    #expect(run.output.hasPrefix("2 loaded, 2 refused."), "\(run.output)")
    #expect(run.output.contains("[quarantined]"), "\(run.output)")
    #expect(
      run.output.contains("elsewhere.tally(of: Swift.Int) -> Swift.Int"), "\(run.output)")
    let manifest = try Files.readText(Path.join(bundle, "bundle.json"))
    #expect(manifest.contains("\"path\" : \"bin/plugin-probe\""), "\(manifest)")
  }

  @Test(
    "has nothing unresolved, and takes of the system what it says it does",
    arguments: ["toolchain", "merged", "trimmed"])
  func isWhole(_ packaging: String) throws {
    let bundle = try Bundles.bundle(packaging)
    let report = try CommandRun([
      Path.join(TestBuild.directory, "size-report"), Path.join(bundle, "bin"),
      Path.join(bundle, "lib"), "--by", "segments",
    ])
    #expect(report.status.isSuccess, "\(report.errors)")
    #expect(!report.output.contains("not found") && !report.output.contains("missing"))
    let manifest = try Files.readText(Path.join(bundle, "bundle.json"))
    #expect(manifest.contains("\"schema\" : \"package-runtime/1\""))
    #expect(manifest.contains("\"packaging\" : \"\(packaging)\""))
    #expect(manifest.contains("\"name\" : \"libc.so.6\""))
    // It moves with the bundle.
    #expect(!manifest.contains("\"directory\""))
    for line in try CommandRun(
      ["ldd", Path.join(bundle, "bin/plugin-host")], environment: ["PATH=/usr/bin:/bin"]
    ).output.split(separator: "\n") {
      guard let path = line.split(separator: ">").dropFirst().first?.dropFirst() else { continue }
      let name = line.drop { $0 == "\t" }.prefix { $0 != " " }
      #expect(
        path.hasPrefix(bundle) || manifest.contains("\"name\" : \"\(name)\""), "\(line)")
    }
    #expect(Files.exists(Path.join(bundle, "lib/libswiftCore.so")))
    #expect(
      Files.exists(Path.join(bundle, "lib/libPluginRuntime.imports")) == (packaging == "trimmed"))
  }

  @Test("says of every file how long it is, what its hash is and who needs it; no file is left out")
  func tellsFiles() throws {
    let bundle = try Bundles.bundle("merged")
    let manifest = try Files.readText(Path.join(bundle, "bundle.json"))
    let listed = Set(
      manifest.split(separator: "\n").compactMap { line -> String? in
        guard let range = line.firstRange(of: "\"path\" : \"") else { return nil }
        return String(line[range.upperBound...].prefix { $0 != "\"" })
      })
    let found = try CommandRun(["/bin/sh", "-c", "cd \"$0\" && find . -type f", bundle]).output
      .split(separator: "\n").map { String($0.dropFirst(2)) }
      // Fixtures in C leave a trace where they ran.
      .filter { !$0.hasSuffix(".ran") }
    #expect(Set(found).subtracting(["bundle.json"]) == listed)
    for path in listed {
      let sum = try Tool.run(["sha256sum", Path.join(bundle, path)]).prefix(64)
      #expect(manifest.contains("\"sha256\" : \"\(sum)\""), "\(path)")
    }
  }

  @Test("ships no byte for debuggers in what is loaded, and all of them beside it, by build id")
  func separatesDebugFiles() throws {
    let bundle = try Bundles.bundle("merged")
    for path in ["bin/plugin-host", "lib/libPluginRuntime.so"] {
      let file = Path.join(bundle, path)
      let sections = try Tool.run(["readelf", "-SW", file])
      #expect(!sections.contains(".symtab") && !sections.contains(".debug_"), "\(path)")
      #expect(sections.contains(".gnu_debuglink"), "\(path)")
      let notes = try Tool.run(["readelf", "-nW", file])
      let mark = try #require(notes.firstRange(of: "Build ID: "), "\(path)")
      let id = notes[mark.upperBound...].prefix { $0 != "\n" }
      let debug = Path.join(bundle, "debug/.build-id/\(id.prefix(2))/\(id.dropFirst(2)).debug")
      #expect(try Tool.run(["readelf", "-nW", debug]).contains(id), "\(path)")
      #expect(try Tool.run(["nm", debug]).contains(" T "), "\(path)")
    }
    let host = Path.join(TestBuild.directory, "plugin-host")
    let id = try Tool.run(["readelf", "-nW", host]).split(separator: "\n")
      .first { $0.contains("Build ID") }
    #expect(
      try Tool.run(["readelf", "-nW", Path.join(bundle, "bin/plugin-host")])
        .contains(try #require(id)))
  }

  @Test("looks for libraries beside its own files and nowhere else")
  func hasSearchPaths() throws {
    let bundle = try Bundles.bundle("toolchain")
    for (path, expected) in [
      ("bin/plugin-host", "[$ORIGIN/../lib]"), ("lib/libPluginRuntime.so", "[$ORIGIN]"),
      ("lib/libelf.so.1", "[$ORIGIN]"), ("lib/libswiftCore.so", "[$ORIGIN]"),
      ("lib/plugins/well-behaved-swift.so", "[$ORIGIN/..]"),
    ] {
      let dynamic = try Tool.run(["readelf", "-dW", Path.join(bundle, path)])
      #expect(dynamic.contains("(RUNPATH)            Library runpath: \(expected)"), "\(dynamic)")
    }
  }

  @Test("brings the licences of what was not built here")
  func bringsLicenses() throws {
    let bundle = try Bundles.bundle("toolchain")
    let names = try Files.list(Path.join(bundle, "licenses"))
    #expect(names.contains("swift.txt"), "\(names)")
    let text = try Files.readText(Path.join(bundle, "licenses/swift.txt"))
    #expect(text.contains("Apache License") && text.contains("Runtime Library Exception"))
  }

  @Test("is described as JSON, with the place where it lies")
  func tellsJSON() throws {
    let directory = try TemporaryDirectory()
    let arguments = [
      "--bundle", directory.file("bundle"), "--packaging", "toolchain", "--host",
      Path.join(TestBuild.directory, "plugin-host"),
    ]
    let run = try Bundles.run(arguments + ["--format", "json"])
    #expect(run.status.isSuccess, "\(run.errors)")
    #expect(run.output.contains("\"directory\" : \"\(directory.file("bundle"))\""))
    #expect(run.output.contains("\"schema\" : \"package-runtime/1\""))
    // A second time in place of the first, without a word.
    let again = try Bundles.run(arguments + ["--quiet"])
    #expect(again.status.isSuccess && again.output.isEmpty && again.errors.isEmpty)
    #expect(try Files.list(directory.path) == ["bundle"])
  }

  @Test(
    "on a medium that can only be read is refused with one sentence, like a library alone",
    .enabled(if: PrivateMounts.areAllowed))
  func refusesReadOnly() throws {
    let directory = try TemporaryDirectory()
    let host = Path.join(TestBuild.directory, "plugin-host")
    for arguments in [
      ["--bundle", directory.file("bundle"), "--packaging", "toolchain", "--host", host],
      ["--output", directory.file("runtime")],
    ] {
      let run = try PrivateMounts.run(
        try Bundles.command(arguments), readOnly: directory.path)
      #expect(run.status == .exited(1), "\(run.errors)")
      #expect(run.errors.split(separator: "\n").count == 1, "\(run.errors)")
      #expect(run.errors.contains("Read-only file system"), "\(run.errors)")
      #expect(run.errors.contains(directory.path), "\(run.errors)")
    }
  }

  @Test("is not asked for with what belongs to a library alone, and the other way round")
  func refusesMixedOptions() throws {
    let host = ["--host", Path.join(TestBuild.directory, "plugin-host")]
    for (arguments, word) in [
      ([], "--bundle"), (["--output", "a", "--bundle", "b"], "no --bundle beside it"),
      (["--bundle", "b"], "--host"), (["--bundle", "b", "--for", "c"] + host, "--for"),
      (["--bundle", "b", "--widen"] + host, "--widen"),
      (["--bundle", "b", "--forwarding"] + host, "--forwarding"),
      (["--output", "a"] + host, "--host"), (["--output", "a", "--plugin", "c"], "--plugin"),
      (["--output", "a", "--ship", "c"], "--ship"),
      (["--output", "a", "--packaging", "toolchain"], "--packaging toolchain"),
      (["--output", "a", "--format", "jsn"], "json"),
    ] {
      let run = try Bundles.run(arguments)
      #expect(run.status == .exited(1), "\(arguments)")
      #expect(run.errors.split(separator: "\n").count == 1, "\(run.errors)")
      #expect(run.errors.contains(word), "\(run.errors)")
    }
  }
}
