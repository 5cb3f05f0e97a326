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
    let dlopen = #"[{"soname":["libno.so.9","libc.so.6"],"priority":"suggested","feature":"zip"}]"#
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
    let file = try #require(document.files.first)
    let opened = SizeDocument.File.Opened(
      sonames: ["libno.so.9", "libc.so.6"], priority: "suggested", feature: "zip",
      description: nil, found: "libc.so.6")
    #expect(file.opens == [opened])
    // What a file can do without is not missing.
    let tree = try #require(file.neededTree)
    #expect(tree.missing.isEmpty && tree.complete)
    let requests = tree.objects[0].requests.filter { $0.kind == "opened" }
    #expect(requests.map(\.name) == ["libno.so.9", "libc.so.6"])
    #expect(requests.first?.found == "missing")
    #expect(text.contains("suggested (zip): libno.so.9 or libc.so.6, of which libc.so.6 is here"))
  }

  @Test("what is needed and not there is named, of one file and of each of a directory")
  func missingLibraries() throws {
    let directory = try TemporaryDirectory()
    let needy = directory.file("needy.so")
    try FileEdits.copy(try Fixture.missingLibrary.path(), to: needy)
    let name = "libfixture-missing-library.so"
    for path in [needy, directory.path] {
      let document = try SizeReport.document([path])
      let missing = try #require(document.files.first?.neededTree).missing
      #expect(missing.map(\.name) == [name] && missing.map(\.by) == [needy])
      #expect(try SizeReport.run([path]).output.contains(name))
      if path == directory.path { try FileEdits.copy(needy, to: directory.file("other.so")) }
    }
    try FileEdits.copy(needy, to: directory.file("other.so"))
    let text = try SizeReport.run([directory.path]).output
    #expect(text.contains("\(name) cannot be found, for 2 files"), "\(text)")
    #expect(!text.contains("among these files"))
    // Where it lies nobody looks, but a host may load it first.
    let library = Path.join(Path.parent(of: try Fixture.missingLibrary.path()), "lib/\(name)")
    try Files.makeDirectory(directory.file("lib"))
    try FileEdits.copy(library, to: directory.file("lib/\(name)"))
    #expect(try SizeReport.run([directory.path]).output.contains("among these files"))
    let files = try SizeReport.document([directory.path]).files
    #expect(files.flatMap { $0.neededTree?.missing ?? [] }.map(\.given) == [true, true])
  }

  @Test("a plugin's name, version and class are shown as its manifest has them")
  func manifest() throws {
    let path = try Fixture.wellBehavedC.path()
    let file = try #require(try SizeReport.document([path]).files.first)
    #expect(
      file.manifest == .init(name: "well-behaved-c", version: "1.2.3", class: "unloadable"))
    let text = try SizeReport.run([path]).output
    let row = text.split(separator: "\n").first { $0.contains("1.2.3") }
    #expect(row?.contains("well-behaved-c") == true && row?.contains("unloadable") == true)
    #expect(try SizeReport.document([try SizeReport.versions().new]).files.first?.manifest == nil)
  }

  @Test("JSON says how a file is hardened, and of a file that says nothing of its stack not nx")
  func hardening() throws {
    let directory = try TemporaryDirectory()
    let silent = directory.file("silent.so")
    try FileEdits.copy(try Fixture.wellBehavedC.path(), to: silent) { bytes in
      // PT_GNU_STACK becomes PT_NULL.
      for offset in bytes.offsets(of: [0x51, 0xe5, 0x74, 0x64]) where offset < 1024 {
        bytes.overwrite(at: offset, with: [0, 0, 0, 0])
      }
    }
    func hardening(_ path: String) throws -> SizeDocument.Hardening {
      try #require(
        try SizeReport.document([path, "--by", "sections"]).files.first?.hardening)
    }
    let (whole, without) = (try hardening(Fixture.wellBehavedC.path()), try hardening(silent))
    #expect(whole.nx && !without.nx)
    #expect(whole.kind == "sharedLibrary" && whole.pie == nil)
    #expect(whole.writableExecutableSegments.isEmpty && whole.bti == nil && whole.ibt != nil)
    #expect(["found", "noneFound"].contains(whole.stackProtector))
    let source = directory.file("program.c")
    try Files.replace(source, with: Array("int main(void) { return 0; }".utf8))
    for (flags, isPIE) in [(["-fPIE", "-pie"], true), (["-no-pie"], false)] {
      try Tool.run(["gcc", source, "-o", directory.file("program")] + flags)
      #expect(try hardening(directory.file("program")).pie == isPIE)
    }
  }

  @Test("what exists for symbols is shown by its kinds where that is asked for")
  func charges() throws {
    let path = try SizeReport.versions().new
    let plain = try SizeReport.run([path, "--by", "symbols"]).output
    let run = try SizeReport.run([path, "--by", "symbols", "--charges"])
    #expect(run.status == .exited(0))
    let head = try #require(run.output.split(separator: "\n").first { $0.contains("  linkage  ") })
    for word in ["tables", "names", "relocations", "unwind", "exceptions", "linkage"] {
      #expect(head.contains(word) && !plain.contains("  \(word)  "), "\(word)")
    }
    let page = try SizeReport.run([path, "--by", "symbols", "--charges", "--format", "html"])
    #expect(page.output.contains("exceptions") && page.output.contains("linkage"))
  }

  @Test("exports that nobody imports are named, in JSON, CSV and text; of a file alone none is")
  func unusedExports() throws {
    let directory = try TemporaryDirectory()
    for (name, text) in [
      ("user", "int used(void); int uses(void) { return used(); }"),
      ("library", "int used(void) { return 1; } int idle(void) { return 2; }"),
    ] {
      try Files.replace(directory.file(name + ".c"), with: Array(text.utf8))
      try Tool.run(
        ["cc", "-shared", "-fPIC", "-nostdlib", directory.file(name + ".c")]
          + ["-o", directory.file(name + ".so")])
    }
    let files = try SizeReport.document([directory.path]).files
    #expect(files.map { $0.unusedExports?.sorted() } == [["idle"], ["uses"]])
    #expect(
      try SizeReport.document([directory.file("user.so")]).files.first?.unusedExports == nil)
    let csv = try SizeReport.run([directory.path, "--by", "symbols", "--format", "csv"]).output
    let rows = csv.split(whereSeparator: \.isNewline).map(fields)
    let (name, export) = (
      try #require(rows[0].firstIndex(of: "name")), try #require(rows[0].firstIndex(of: "export"))
    )
    func state(_ symbol: String) -> Set<String> {
      Set(rows.filter { $0[name] == symbol }.map { $0[export] })
    }
    #expect(state("idle") == ["unused"] && state("used") == ["used", ""])
    let text = try SizeReport.run([directory.path]).output
    #expect(text.contains("\nUnused exports\n") && text.contains("idle"))
  }

  @Test("CSV of symbols names the Swift type")
  func typesInCSV() throws {
    let path = Path.join(TestBuild.directory, "plugin-host")
    let csv = try SizeReport.run([path, "--by", "symbols", "--format", "csv", "--top", "3000"])
    let rows = csv.output.split(whereSeparator: \.isNewline).map(fields)
    let (module, type) = (
      try #require(rows[0].firstIndex(of: "module")), try #require(rows[0].firstIndex(of: "type"))
    )
    #expect(rows.contains { $0[module] == "CommandLine" && $0[type].hasPrefix("Parser") })
  }

  @Test("what a file imports is held by the same in every table")
  func importsInEveryTable() throws {
    let path = try Fixture("offers-its-unit").path()
    let csv = try SizeReport.run([path, "--by", "symbols", "--format", "csv"]).output
    let rows = csv.split(whereSeparator: \.isNewline).map(fields)
    let owner = try #require(rows[0].firstIndex(of: "owner"))
    let symbol = try #require(rows.first { $0[1] == "strcmp" })
    #expect(symbol[owner] == "imports")
    let text = try SizeReport.run([path, "--by", "symbols", "--top", "1000"]).output
    let line = try #require(text.split(separator: "\n").first { $0.contains("strcmp") })
    #expect(line.contains("imports"), "\(line)")
    let document = try SizeReport.document([path])
    #expect(document.files[0].symbols?.first { $0.name == "strcmp" }?.imported == true)
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
    #expect(run.output.contains("on disk") && run.output.contains("fixture_table"))
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
