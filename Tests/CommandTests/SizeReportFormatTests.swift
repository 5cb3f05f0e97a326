import Foundation
import Platform
import TestSupport
import Testing

@Suite("size-report's formats")
struct SizeReportFormatTests {
  @Test("JSON is what the contract says, and its sums are the sizes of the files")
  func json() throws {
    let directory = try SizeReport.directory()
    let plugin = directory.file("a.so")
    for arguments in [[plugin], [directory.path], [plugin, directory.file("sub/libc.so")]] {
      let document = try SizeReport.document(arguments)
      #expect(document.schema == "size-report/1")
      #expect(document.unreadable.isEmpty && document.diff == nil && document.budget == nil)
      for file in document.files {
        #expect(file.fileSize == (try SizeReport.byteCount(file.path)))
        try checkSums(file)
        #expect(file.type == "shared" && file.machine == "x86_64" || file.machine != "x86_64")
        #expect(file.segments.contains { $0.type == "LOAD" && $0.flags.contains("E") })
        #expect(file.hardening != nil && (file.exports ?? 0) > 0)
        #expect(file.relocations.total >= file.relocations.relative)
      }
      #expect(document.totals.files == document.files.count)
      #expect(document.totals.fileSize == document.files.reduce(0) { $0 + $1.fileSize })
      #expect(document.totals.accountedFileSize == document.totals.fileSize)
      #expect(document.totals.owners?.sum == document.totals.fileSize)
      #expect(document.duplicates.allSatisfy { $0.files > 1 && $0.wasted < $0.bytes })
    }
    let all = try SizeReport.document([directory.path]).files.map(\.path)
    #expect(all == ["a.so", "b.so", "sub/libc.so"].map { directory.file($0) })
  }

  private func checkSums(_ file: SizeDocument.File) throws {
    #expect(file.accountedFileSize == file.fileSize)
    #expect(file.sections.reduce(0) { $0 + $1.fileSize } == file.fileSize)
    #expect(
      file.segments.filter { $0.type == "LOAD" }.reduce(0) { $0 + $1.vmSize } == file.vmSize)
    guard let symbols = file.symbols, let owners = file.owners else { return }
    let named = symbols.reduce(0) { $0 + $1.fileSize }
    #expect(named + owners.unnamed == file.fileSize)
    #expect(owners.sum == file.fileSize)
    for (owner, bytes) in [
      (SizeDocument.Symbol.Owner.own, owners.own), (.runtime, owners.runtime),
      (.stdlib, owners.stdlib), (.other, owners.other),
    ] {
      #expect(
        symbols.filter { $0.owner == owner && $0.imported != true }.reduce(0) { $0 + $1.fileSize }
          == bytes, "\(owner)")
    }
    let imports = symbols.filter { $0.imported == true }.reduce(0) { $0 + $1.fileSize }
    #expect(imports == owners.imports)
  }

  @Test("what a file's notes say to others is shown, in text and in JSON")
  func notes() throws {
    let directory = try TemporaryDirectory()
    let library = directory.file("noted.so")
    let dlopen = #"[{"soname":["libz.so.1"],"priority":"suggested"}]"#
    let source = """
      .pushsection .note.dlopen,"a",@note
      .balign 4
      .4byte 4, 2f - 1f, 0x407c0c0a
      .asciz "FDO"
      1: .asciz "\(dlopen.replacing("\"", with: "\\\""))"
      2: .balign 4
      .popsection

      """
    try Files.replace(directory.file("noted.s"), with: Array(source.utf8))
    try Tool.run(["cc", "-shared", "-Wl,--build-id", "-o", library, directory.file("noted.s")])
    let text = try SizeReport.run([library]).output
    #expect(text.contains("opens by itself") && text.contains(dlopen))
    let document = try SizeReport.document([library, "--by", "sections"])
    #expect(document.files.first?.notes == .init(dlopen: [dlopen], package: []))
    let buildID = try #require(document.files.first?.buildID)
    #expect(text.contains(buildID))
  }

  @Test("JSON of sections alone has no symbols, and no owners that nobody read")
  func jsonOfSections() throws {
    let document = try SizeReport.document([try Fixture.wellBehavedC.path(), "--by", "sections"])
    let file = try #require(document.files.first)
    #expect(file.symbols == nil && file.owners == nil && file.exports == nil)
    try checkSums(file)
  }

  @Test(
    "CSV has bloaty's columns, and each view adds up to the file",
    arguments: ["sections", "symbols", "segments", "modules", "owners"])
  func csv(view: String) throws {
    let path = try Fixture.wellBehavedC.path()
    let run = try SizeReport.run([path, "--by", view, "--format", "csv"])
    #expect(run.status == .exited(0) && run.errors.isEmpty)
    let rows = run.output.split(whereSeparator: \.isNewline).map(fields)
    #expect(rows.first?.prefix(4) == ["inputfiles", view, "vmsize", "filesize"])
    #expect(rows.allSatisfy { $0.count == rows[0].count })
    let sizes = try rows.dropFirst().map { row in
      #expect(row[0] == path)
      return try #require(UInt64(row[3]), "\(row)")
    }
    #expect(sizes.reduce(0, +) == (try SizeReport.byteCount(path)))
  }

  @Test("CSV of a directory adds up to each of its files")
  func csvOfDirectory() throws {
    let directory = try SizeReport.directory()
    let output = try SizeReport.run([directory.path, "--format", "csv"]).output
    let rows = output.split(whereSeparator: \.isNewline).map(fields).dropFirst()
    let files = Dictionary(grouping: rows) { $0[0] }
    #expect(files.count == 3)
    for (path, rows) in files {
      #expect(rows.reduce(0) { $0 + (UInt64($1[3]) ?? 0) } == (try SizeReport.byteCount(path)))
    }
  }

  /// The fields of a row, some of which are quoted.
  private func fields(_ row: Substring) -> [String] {
    var fields = [""]
    var isQuoted = false
    for character in row {
      switch character {
      case "\"": isQuoted.toggle()
      case "," where !isQuoted: fields.append("")
      default: fields[fields.count - 1].append(character)
      }
    }
    return fields
  }

  @Test("text says the size, and every view has a table", arguments: ["file", "directory"])
  func text(subject: String) throws {
    let directory = try SizeReport.directory()
    let path = subject == "file" ? directory.file("a.so") : directory.path
    let run = try SizeReport.run([path])
    #expect(run.status == .exited(0) && run.errors.isEmpty)
    for title in [
      "Owners", "Sections", "Modules", "Symbols", "Loading", "Unloading",
      "Hardening",
      "Needed libraries",
    ] {
      #expect(run.output.contains("\n\(title)\n"), "\(title)")
    }
    #expect(run.output.contains("\nFiles\n") == (subject == "directory"))
    #expect(run.output.contains("on disk") && run.output.contains("plugin_entry"))
    #expect(!run.output.contains("\u{1b}"))
    for view in ["sections", "symbols", "segments", "modules", "owners"] {
      let run = try SizeReport.run([path, "--by", view])
      #expect(run.status == .exited(0) && run.output.contains("\(view.capitalized)\n"), "\(view)")
    }
  }

  @Test("text leaves out what keeps private names apart, and CSV does not")
  func shortNames() throws {
    let path = Path.join(TestBuild.directory, "plugin-host")
    let text = try SizeReport.run([path, "--by", "symbols", "--top", "0"]).output
    let figures = try SizeReport.run([path, "--by", "symbols", "--format", "csv"]).output
    #expect(text.contains("CommandLine.Parser.(") && !text.contains("(readOption in _"))
    #expect(!text.contains(" Swift.String"))
    #expect(figures.contains("(readOption in _") && figures.contains(" Swift.String"))
  }

  @Test("tables say that they are cut where one is, and only there")
  func saysWhatIsCut() throws {
    let path = try Fixture.wellBehavedC.path()
    let words = "Tables show the first"
    #expect(try SizeReport.run([path, "--by", "symbols", "--top", "2"]).output.contains(words))
    #expect(try !SizeReport.run([path, "--by", "symbols", "--top", "0"]).output.contains(words))
    #expect(try !SizeReport.run([path, "--by", "owners", "--top", "6"]).output.contains(words))
  }

  @Test("Markdown fits into a comment, however many rows are asked for")
  func markdown() throws {
    let small = try SizeReport.run([try Fixture.wellBehavedC.path(), "--format", "markdown"])
    #expect(small.status == .exited(0) && small.output.hasPrefix("# "))
    #expect(small.output.contains("## Sections") && small.output.contains("| section |"))
    // A program of some ten thousand symbols.
    let path = Path.join(TestBuild.directory, "plugin-host")
    let large = try SizeReport.run([path, "--format", "markdown", "--top", "0"])
    #expect(large.status == .exited(0))
    #expect(large.output.utf8.count <= 60_000 && large.output.utf8.count > 30_000)
  }

  @Test("HTML is one file that needs no other", arguments: ["file", "directory"])
  func html(subject: String) throws {
    let directory = try SizeReport.directory()
    let path = subject == "file" ? directory.file("a.so") : directory.path
    let run = try SizeReport.run([path, "--format", "html"])
    #expect(run.status == .exited(0) && run.output.hasPrefix("<!DOCTYPE html>"))
    for reference in [" src=", "@import", "url(", "<link", "<iframe", "<object", "fetch("] {
      #expect(!run.output.contains(reference), "\(reference)")
    }
    // The name of SVG's vocabulary is no place to load from.
    let text = run.output.replacing("http://www.w3.org/2000/svg", with: "")
    #expect(!text.contains("href=\"http") && !text.contains("href='http"))
    #expect(run.output.contains("<svg") && run.output.contains("<table"))
  }

  @Test("a file asked for is replaced whole, and standard output stays empty")
  func output() throws {
    let directory = try TemporaryDirectory()
    let target = directory.file("report")
    try Files.replace(target, with: [UInt8](repeating: 0x78, count: 1_000_000))
    let path = try Fixture.wellBehavedC.path()
    for format in ["json", "csv", "markdown", "html", "text"] {
      let shown = try SizeReport.run([path, "--format", format])
      let run = try SizeReport.run([path, "--format", format, "--output", target])
      #expect(run.status == .exited(0) && run.output.isEmpty && run.errors.isEmpty)
      #expect(try Files.readText(target) == shown.output, "\(format)")
    }
    #expect(try Files.list(directory.path) == ["report"])
  }

  @Test("--quiet leaves the result as it is and says nothing else")
  func quiet() throws {
    let path = try Fixture.wellBehavedC.path()
    let run = try SizeReport.run([path, "--quiet"])
    #expect(run.errors.isEmpty)
    #expect(run.output == (try SizeReport.run([path]).output))
  }
}
