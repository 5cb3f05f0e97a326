import Platform
import TestSupport
import Testing

@testable import PluginSets

@Suite("The store of built files")
struct BuildRunnerTests {
  let directory: TemporaryDirectory
  let runner: BuildRunner

  init() throws {
    directory = try TemporaryDirectory()
    runner = BuildRunner(store: ArtifactStore(directory: directory.path), width: 2) { _, _, _ in }
  }

  private func step(_ name: String, _ commands: [[String]], size: UInt64 = 0) -> BuildStep {
    BuildStep(
      label: name, key: ContentKey([name]), file: "artefact", commands: commands,
      estimatedSize: size)
  }

  private func leftovers() throws -> [String] { try Files.list(directory.file("work")) }

  @Test("builds each key once, and nothing that is there already")
  func buildsOnce() throws {
    let log = directory.file("log")
    let steps = (0..<3).map { index in
      step("s\(index)", [["/bin/sh", "-c", "echo x >> \(log); echo \(index) > \"$0\"", "OUTPUT"]])
    }
    #expect(try runner.run(steps + steps).count == 3)
    #expect(try runner.run(steps).isEmpty)
    #expect(try Files.readText(log) == "x\nx\nx\n")
    #expect(try Files.readText(runner.store.path(steps[2].key, "artefact")) == "2\n")
    #expect(try leftovers().isEmpty)
  }

  @Test("runs the commands of a step in their order and keeps only the artefact")
  func runsCommandsInOrder() throws {
    let two = step(
      "two",
      [
        ["/bin/sh", "-c", "echo one > \"$0\"", BuildStep.work + "part"],
        [
          "/bin/sh", "-c", "cat \"$0\" > \"$1\"; echo two >> \"$1\"", BuildStep.work + "part",
          "OUTPUT",
        ],
      ])
    try runner.run([two])
    #expect(try Files.readText(runner.store.path(two.key, "artefact")) == "one\ntwo\n")
    #expect(try Files.list(Path.parent(of: runner.store.path(two.key, "artefact"))) == ["artefact"])
  }

  @Test("a tool that fails is told in its own words, and nothing half-written stays")
  func tellsFailure() throws {
    let bad = step(
      "bad",
      [["/bin/sh", "-c", "echo half > \"$0\"; echo 'x: error: no such type'; exit 3", "OUTPUT"]])
    let slow = step(
      "slow", [["/bin/sh", "-c", "echo half > \"$0\"; exec tail -f /dev/null", "OUTPUT"]])
    #expect(throws: PluginSetError.buildFailed(step: "bad", reason: "x: error: no such type")) {
      try runner.run([slow, bad])
    }
    #expect(try leftovers().isEmpty)
    #expect(!Files.exists(runner.store.path(bad.key, "artefact")))
    #expect(!Files.exists(runner.store.path(slow.key, "artefact")))
  }

  @Test("a full disk is named")
  func namesFullDisk() throws {
    let source = directory.file("empty.c")
    try Files.replace(source, with: [])
    let full = step("full", [["cc", "-shared", "-o", "/dev/full", source]])
    let error = #expect(throws: PluginSetError.self) { try runner.run([full]) }
    #expect(error?.description.contains("No space left on device") == true)
    #expect(try leftovers().isEmpty)
  }

  @Test("a working folder is empty, even where a process of the same number died")
  func emptiesWorkFolder() throws {
    let folder = try runner.store.makeWorkFolder(serial: 5)
    try Files.replace(Path.join(folder, "stray"), with: [1])
    #expect(try runner.store.makeWorkFolder(serial: 5) == folder)
    #expect(try Files.list(folder).isEmpty)
  }

  @Test("two that build in one cache at the same time do not meet")
  func worksApart() throws {
    let other = ArtifactStore(directory: runner.store.directory)
    let folders = try (0..<8).map { try ($0 % 2 == 0 ? other : runner.store).makeWorkFolder() }
    #expect(Set(folders).count == 8)
  }

  @Test("placeholders are replaced once, and paths are never searched for them")
  func resolvesOnce() {
    let store = ArtifactStore(directory: "/STORE/WORK")
    let text = BuildStep.store + "k/f " + BuildStep.work + "x WORK/y"
    #expect(
      store.resolve(text, workFolder: "/STORE/w") == "/STORE/WORK/store/k/f /STORE/w/x WORK/y")
  }

  @Test("more than the disk can hold is refused before anything is built")
  func refusesTooMuch() throws {
    let huge = step("huge", [["/bin/false"]], size: 1 << 60)
    let error = #expect(throws: PluginSetError.self) { try runner.run([huge]) }
    #expect(error?.description.contains("--cache") == true)
  }

  @Test("what a dead process has left is removed")
  func removesLeftovers() throws {
    try runner.store.prepare()
    let dead = try CommandRun(["/bin/sh", "-c", "echo $$"])
    let pid = dead.output.dropLast()
    try Files.makeDirectory(directory.file("work/\(pid)-7/deep"))
    try runner.run([step("any", [["/bin/sh", "-c", ": > \"$0\"", "OUTPUT"]])])
    #expect(try leftovers().isEmpty)
  }

  @Test(
    "a cache that cannot be written is a sentence with the way out",
    arguments: ["/proc/self/plugin-sets", "/dev/null/plugin-sets"])
  func namesUnwritableCache(path: String) throws {
    let runner = BuildRunner(store: ArtifactStore(directory: path), width: 1) { _, _, _ in }
    let error = #expect(throws: PluginSetError.self) {
      try runner.run([step("any", [["/bin/true"]])])
    }
    #expect(error?.description.contains(path) == true)
    #expect(error?.description.contains("--cache") == true)
  }
}
