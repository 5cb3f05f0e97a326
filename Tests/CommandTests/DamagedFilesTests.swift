import Glibc
import Platform
import TestSupport
import Testing

@Suite("Commands, given files that lie")
struct DamagedFilesTests {
  /// All of them, in a directory of their own, by claim.
  private static let lies = Result { () throws -> (directory: String, paths: [String]) in
    let directory = try TemporaryDirectory.make("lies")
    return (directory, try LyingFile.all.map { try $0.write(into: directory) })
  }

  /// Runs a command that may have a gigabyte of address space.
  private func runInLittleMemory(_ command: [String]) throws -> CommandRun {
    try CommandRun(["sh", "-c", "ulimit -v 1048576; exec \"$0\" \"$@\""] + command)
  }

  @Test("'size-report' with a gigabyte of address space names each lie, or the file that has it")
  func report() throws {
    let lies = try Self.lies.get()
    let run = try runInLittleMemory([SizeReport.command, lies.directory, "--format", "json"])
    // Some of them cannot be read: a signal, or no document, would be a failure of the program.
    #expect(run.status == .exited(1), "\(run.status) \(run.errors.suffix(500))")
    let document = try SizeDocument(run.output)
    #expect(document.files.count + document.unreadable.count == lies.paths.count)
    for file in document.files { #expect(file.accountedFileSize == file.fileSize, "\(file.path)") }
    for (lie, path) in zip(LyingFile.all, lies.paths) {
      let file = document.files.first { $0.path == path }
      for expectation in lie.expectations {
        switch expectation {
        case .error(_, let field):
          let failure = document.unreadable.first { $0.path == path }
          #expect(failure?.field.hasPrefix(field) == true, "\(lie)")
          // People get a sentence.
          #expect(run.errors.contains("'\(path)': "), "\(lie)")
        case .flaw(let code, let subject):
          #expect(
            file?.flaws.contains { $0.code == code && $0.subject.hasPrefix(subject) } == true,
            "\(lie)")
        case .part(let name): #expect(file?.sections.contains { $0.name == name } == true, "\(lie)")
        case .sound: #expect(file?.flaws.isEmpty == true, "\(lie)")
        }
      }
    }
  }

  @Test("'size-report' tells people of flaws")
  func reportForPeople() throws {
    let lie = try #require(LyingFile.all.first { $0.claim == "link-to-no-section" })
    let path = try lie.write(into: try TemporaryDirectory.make("lie"))
    let run = try SizeReport.run([path, "--by", "sections"])
    #expect(run.status.isSuccess)
    #expect(run.output.contains("Flaws") && run.output.contains("✗ link"), "\(run.output)")
    let sound = try SizeReport.run([try Fixture.wellBehavedC.path(), "--by", "sections"])
    #expect(!sound.output.contains("Flaws"))
  }

  @Test("'plugin-host verify' with a gigabyte of address space has a verdict on each")
  func verify() throws {
    let lies = try Self.lies.get()
    let host = Path.join(TestBuild.directory, "plugin-host")
    let run = try runInLittleMemory([host, "verify"] + lies.paths + ["--format", "json"])
    #expect(run.status == .exited(2), "\(run.status) \(run.errors.suffix(500))")
    for path in lies.paths { #expect(run.output.contains("\"\(path)\""), "\(path)") }
  }

  @Test("a file that the user may not read is one sentence, and the rest is reported")
  func unreadable() throws {
    // Beside the build: what others can run they can also look into.
    let directory = try TemporaryDirectory(onBuildDisk: "unreadable")
    let secret = directory.file("secret.so")
    for name in ["a.so", "b.so", "secret.so"] {
      try FileEdits.copy(try Fixture.wellBehavedC.path(), to: directory.file(name))
    }
    try #require(unsafe chmod(secret, 0) == 0 && chmod(directory.path, 0o755) == 0)
    var command = [SizeReport.command, directory.path, "--format", "json"]
    // Whoever may read everything asks as somebody who may not.
    if getuid() == 0 {
      command = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] + command
      let probe = try CommandRun(Array(command.prefix(4)) + ["test", "-x", SizeReport.command])
      guard probe.status.isSuccess else {
        print("SKIPPED: nobody else can run \(SizeReport.command)")
        return
      }
    }
    let run = try CommandRun(command)
    #expect(run.status == .exited(1))
    #expect(run.errors.split(separator: "\n").count == 1, "\(run.errors)")
    #expect(run.errors.contains(secret) && run.errors.contains("Permission denied"))
    let document = try SizeDocument(run.output)
    #expect(document.files.count == 2 && document.unreadable.map(\.code) == ["unreadable"])
  }
}
