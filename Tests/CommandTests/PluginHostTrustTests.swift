import Glibc
import Platform
import TestSupport
import Testing

@Suite("plugin-host lock, watch and search, as a user calls them")
struct PluginHostTrustTests {
  private func run(_ arguments: [String], path: String? = nil) throws -> CommandRun {
    try CommandRun(
      [PluginHostTests.command] + arguments,
      environment: processEnvironment() + (path.map { ["PLUGIN_HOST_PATH=\($0)"] } ?? []))
  }

  @Test("a directory is locked, and from then on only what it held is admitted and loaded")
  func locks() throws {
    let directory = try TemporaryDirectory()
    let good = try Fixture.wellBehavedC.copy(to: directory.path, as: "good.so")
    let lock = directory.file("plugins.lock")
    let first = try run(["lock", directory.path])
    #expect(first.status == .exited(0), "\(first.errors)")
    #expect(first.output.contains("1 added, 0 changed"), "\(first.output)")
    let line = try #require(try Files.readText(lock).split(separator: "\n").last)
    let digest = line.prefix { $0 != " " }
    #expect(first.output.contains("\(digest.prefix(16))…"), "\(first.output)")
    #expect(!first.output.contains(digest.prefix(17)), "\(first.output)")
    #expect(try run(["verify", good, "--lock", lock]).status == .exited(0))
    let loaded = try run(["load", directory.path, "--lock", lock, "--format", "json"])
    #expect(loaded.status == .exited(0), "\(loaded.output)")
    #expect(loaded.output.contains("\"unmapped\" : true"))

    let bad = try Fixture("init-fails").copy(to: directory.path, as: "bad.so")
    for subcommand in ["verify", "load"] {
      let run = try run([subcommand, bad, "--lock", lock, "--format", "json"])
      #expect(run.status == .exited(2))
      #expect(run.output.contains("\"code\" : \"not-locked\""), "\(run.output)")
    }
    #expect(!Files.exists(bad + ".ran"))
    let warned = try run(["verify", bad, "--lock", lock, "--policy", "warn", "--format", "json"])
    #expect(warned.status == .exited(0) && warned.output.contains("\"warnings\""))
    try Files.remove(good)
    let second = try run(["lock", directory.path, "--format", "json"])
    #expect(second.status == .exited(0), "\(second.errors)")
    #expect(second.output.contains("\"bad.so\"") && second.output.contains("\"good.so\""))
    #expect(second.output.contains("\"schema\" : \"plugin-host/1\""))
    _ = try Fixture("abi-too-new").copy(to: directory.path, as: "worse.so")
    #expect(try run(["lock", directory.path]).status == .exited(2))
    #expect(try !Files.readText(lock).contains("worse.so"))
  }

  @Test("what cannot be trusted is one sentence and status 1")
  func refusesTrust() throws {
    let directory = try TemporaryDirectory()
    let file = try Fixture.wellBehavedC.copy(to: directory.path)
    for arguments in [
      ["verify", file, "--lock", directory.file("nowhere")],
      ["verify", file, "--keys", directory.path], ["verify", file, "--policy", "require"],
      ["load", file, "--lock", file], ["list"], ["watch", directory.path, "--debounce", "x"],
      ["watch", directory.path, "--format", "csv"], ["lock", directory.file("nowhere")],
    ] {
      let run = try run(arguments)
      #expect(run.status == .exited(1), "\(arguments): \(run.output)")
      #expect(run.errors.split(separator: "\n").count == 1, "\(run.errors)")
    }
  }

  @Test("directories come from the environment where none is named, and what others own is refused")
  func searches() throws {
    let directory = try TemporaryDirectory()
    let path = directory.file("sub")
    try Files.makeDirectory(path)
    _ = try Fixture.wellBehavedC.copy(to: path, as: "a.so")
    #expect(try run(["list"], path: "/nowhere:\(path)").output.hasPrefix("1 admitted, 0 refused"))
    #expect(try run(["list", directory.path, "-r"]).output.hasPrefix("1 admitted, 0 refused"))
    #expect(try run(["list", path, "--pattern", "b*"]).output.hasPrefix("0 admitted, 0 refused"))
    try #require(unsafe chmod(path, 0o777) == 0)
    #expect(try run(["list", path]).output.contains("[writable-by-others]"))
    #expect(try run(["list", path, "--allow-writable"]).output.hasPrefix("1 admitted"))
    #expect(try run(["load", path]).status == .exited(2))
  }

  @Test("what others could change, inspect refuses as verify and load do, and still shows")
  func inspectsWritable() throws {
    let directory = try TemporaryDirectory()
    let path = try Fixture.wellBehavedC.copy(to: directory.path, as: "a.so")
    for open in [path, directory.path] {
      try #require(unsafe chmod(open, 0o777) == 0)
      for subcommand in ["verify", "load", "inspect"] {
        let run = try run([subcommand, path, "--format", "json"])
        #expect(run.status == .exited(2), "\(subcommand): \(run.errors)")
        #expect(run.output.contains("\"code\" : \"writable-by-others\""), "\(run.output)")
        #expect(run.output.contains("\"admitted\" : false"), "\(subcommand): \(run.output)")
        let allowed = try self.run([subcommand, path, "--allow-writable"])
        #expect(allowed.status == .exited(0), "\(subcommand): \(allowed.output)")
      }
      let text = try run(["inspect", path]).output
      #expect(text.contains("[writable-by-others]") && text.contains("An unload"), "\(text)")
      try #require(unsafe chmod(open, 0o755) == 0)
    }
    #expect(try run(["inspect", path]).status == .exited(0))
  }

  @Test("watch writes a line for each event, with the verdict on the file")
  func watches() throws {
    let directory = try TemporaryDirectory()
    _ = try Fixture("abi-too-new").copy(to: directory.path, as: "old.so")
    let existing = try run(["watch", directory.path, "--existing", "--count", "1"])
    #expect(existing.status == .exited(0), "\(existing.errors)")
    #expect(existing.output.hasPrefix("appeared \(directory.file("old.so")) (refused: abi.major"))
    let json = try run([
      "watch", directory.path, "--existing", "--count", "1", "--debounce", "1", "--format", "json",
    ]).output
    #expect(json.split(separator: "\n").count == 1)
    #expect(json.contains("\"kind\":\"appeared\"") && json.contains("\"code\":\"abi-too-new\""))
  }
}
