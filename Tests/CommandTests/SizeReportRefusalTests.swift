import Glibc
import Platform
import TestSupport
import Testing

@Suite("size-report, used wrongly or on bad files")
struct SizeReportRefusalTests {
  @Test(
    "a mistake in the arguments is one sentence that names what was probably meant",
    arguments: [
      (["--bye", "sections"], ["--bye", "did you mean '--by'"]),
      (["--by", "section"], ["--by", "did you mean 'sections'"]),
      (["--format", "jsn"], ["--format", "did you mean 'json'"]),
      (["--basline", "x"], ["--basline", "did you mean '--baseline'"]),
      (["--top", "-1"], ["--top"]), (["--top", "many"], ["--top", "many"]), ([], ["PATH"]),
    ])
  func namesMistake(arguments: [String], words: [String]) throws {
    let path = try Fixture.wellBehavedC.path()
    try SizeReport.expectRefusal((arguments.isEmpty ? [] : [path]) + arguments, words)
  }

  @Test("what is no ELF file is one sentence and status 1")
  func namesBadFile() throws {
    let directory = try TemporaryDirectory()
    let missing = directory.file("missing.so")
    let text = directory.file("text")
    try Files.replace(text, with: Array("hello".utf8))
    let fifo = directory.file("fifo")
    try FileEdits.makeFIFO(fifo)
    let cut = directory.file("cut.so")
    try FileEdits.copy(try Fixture.wellBehavedC.path(), to: cut) { $0.truncate(to: $0.count / 2) }
    try SizeReport.expectRefusal([missing], [missing, "No such file"])
    try SizeReport.expectRefusal([text], [text, "ELF"])
    try SizeReport.expectRefusal([fifo], [fifo, "special file"])
    try SizeReport.expectRefusal([cut], [cut, "end within the file's"])
    try SizeReport.expectRefusal(["/dev/null"], ["/dev/null"])
  }

  @Test("a directory without ELF files is one sentence, be it empty, of text, or with a FIFO")
  func namesEmptyDirectory() throws {
    let directory = try TemporaryDirectory()
    try SizeReport.expectRefusal([directory.path], [directory.path, "ELF file"])
    try Files.replace(directory.file("text"), with: Array("hello".utf8))
    try FileEdits.makeFIFO(directory.file("fifo"))
    try FileEdits.makeLink(directory.file("link"), to: "nowhere")
    try SizeReport.expectRefusal([directory.path], [directory.path, "ELF file"])
    let good = try Fixture.wellBehavedC.path()
    try SizeReport.expectRefusal([good, "--baseline", directory.path], [directory.path])
  }

  @Test("of a directory with a damaged file the rest is reported, with a sentence and status 1")
  func reportsTheRest() throws {
    let directory = try SizeReport.directory()
    let cut = directory.file("cut.so")
    try FileEdits.copy(directory.file("a.so"), to: cut) { $0.truncate(to: $0.count / 2) }
    try FileEdits.makeFIFO(directory.file("fifo"))
    let run = try SizeReport.run([directory.path, "--format", "json"])
    #expect(run.status == .exited(1))
    #expect(run.errors.split(separator: "\n").count == 1 && run.errors.contains(cut))
    let document = try SizeDocument(run.output)
    #expect(document.files.count == 3)
    #expect(document.unreadable.map(\.path) == [cut])
    #expect(document.unreadable.map(\.code) == ["truncated"])
  }

  @Test(
    "a baseline that cannot be read is a sentence and status 1, and nothing is called unchanged",
    arguments: ["cut", "fifo", "text"])
  func namesBadBaseline(kind: String) throws {
    let directory = try TemporaryDirectory()
    let good = try Fixture.wellBehavedC.path()
    let bad = directory.file("old.so")
    switch kind {
    case "cut": try FileEdits.copy(good, to: bad) { $0.truncate(to: $0.count / 2) }
    case "fifo": try FileEdits.makeFIFO(bad)
    default: try Files.replace(bad, with: Array("hello".utf8))
    }
    for format in ["text", "json", "csv", "markdown", "html"] {
      let run = try SizeReport.run([good, "--baseline", bad, "--format", format])
      #expect(run.status == .exited(1), "\(format)")
      #expect(run.errors.contains(bad), "\(run.errors)")
      #expect(!run.output.contains("No difference") && !run.errors.contains("No difference"))
      if format == "text" { #expect(run.output.contains("Nothing could be compared")) }
      guard format == "json" else { continue }
      #expect(try SizeDocument(run.output).unreadable.map(\.path) == [bad])
    }
  }

  @Test("of a baseline with one damaged file the others are compared, and the status is 1")
  func comparesTheRestOfABaseline() throws {
    let directory = try SizeReport.directory()
    let old = try TemporaryDirectory()
    for name in ["a.so", "b.so"] {
      try FileEdits.copy(directory.file(name), to: old.file(name)) { bytes in
        if name == "b.so" { bytes.truncate(to: bytes.count / 2) }
      }
    }
    let run = try SizeReport.run([directory.path, "--baseline", old.path])
    #expect(run.status == .exited(1) && run.errors.contains(old.file("b.so")))
    #expect(run.errors.split(separator: "\n").count == 1, "\(run.errors)")
    #expect(run.output.contains("1 pair could not be read and is in no sum"), "\(run.output)")
    #expect(run.output.contains("1 unchanged"))
  }

  @Test("a place that cannot be written to is named before anything is read")
  func namesBadOutput() throws {
    let path = try Fixture.wellBehavedC.path()
    try SizeReport.expectRefusal(
      [path, "--output", "/nowhere/report"], ["/nowhere", "No such file"])
  }

  @Test("a full device is one sentence and status 1", arguments: ["text", "json", "csv", "html"])
  func namesFullDevice(format: String) throws {
    let script = "exec \"$0\" \"$1\" --format \(format) > /dev/full"
    let run = try CommandRun([
      "/bin/sh", "-c", script, SizeReport.command, try Fixture.wellBehavedC.path(),
    ])
    #expect(run.status == .exited(1))
    #expect(run.errors.split(separator: "\n").count == 1, "\(run.errors)")
    #expect(run.errors.contains("No space left"), "\(run.errors)")
  }

  @Test("help and version are answers")
  func answersHelp() throws {
    let help = try SizeReport.run(["--help"])
    #expect(help.status.isSuccess && help.output.contains("--baseline") && help.errors.isEmpty)
    #expect(!help.output.contains("first PATH") && help.output.contains("--charges"))
    let version = try SizeReport.run(["--version"])
    #expect(version.status.isSuccess && version.output.hasPrefix("size-report "))
  }
}
