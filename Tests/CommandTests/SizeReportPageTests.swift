import Platform
import TestSupport
import Testing

@Suite(
  "size-report's page in a browser",
  .enabled(
    if: Browser.path != nil,
    "SKIPPED: no Chromium here, so nothing says whether the page works; install 'chromium'"),
  .serialized)
struct SizeReportPageTests {
  private func page() throws -> String {
    let directory = try SizeReport.directory()
    return try SizeReport.run([directory.path, "--format", "html"]).output
  }

  /// How many elements that a selector names have an area on the screen.
  private func visible(_ selector: String, in browser: Browser) throws -> Int {
    try browser.value(
      """
      [...document.querySelectorAll("\(selector)")].filter((element) => {
        const box = element.getBoundingClientRect();
        return box.width > 0 && box.height > 0;
      }).length
      """) as? Int ?? 0
  }

  @Test("shows the areas and all tables, and nothing complains")
  func shows() throws {
    let browser = try Browser()
    try browser.load(try page())
    #expect(try visible("svg rect", in: browser) > 10)
    #expect(try visible("table", in: browser) >= 8)
    #expect(try visible("h2", in: browser) >= 8)
    #expect(browser.complaints == [])
  }

  @Test("shows the same without scripts")
  func showsWithoutScripts() throws {
    let browser = try Browser()
    try browser.setScripts(enabled: false)
    try browser.load(try page())
    let document = try browser.document()
    #expect(document.contains("plugin_entry") && document.contains("Hardening"))
    #expect(document.contains("<rect") && document.contains("<title>"))
    #expect(!document.contains("<input"))
  }

  @Test("of a comparison shows what grew and what shrank")
  func showsChanges() throws {
    let (old, new) = try SizeReport.versions()
    let browser = try Browser()
    try browser.load(
      try SizeReport.run([new, "--baseline", old, "--format", "html"]).output)
    #expect(try visible("svg rect", in: browser) > 0)
    #expect(
      try browser.value("document.body.textContent.includes('Changed symbols')") as? Bool == true)
    #expect(browser.complaints == [])
  }

  /// The pages that people are sent: of a directory with long names, of a comparison, of a budget.
  private func pages() throws -> [(name: String, html: String)] {
    let directory = try SizeReport.directory()
    let (old, new) = try SizeReport.versions()
    // Names as long as Swift's are.
    let library = Path.join(TestBuild.directory, "libPluginRuntime.so")
    try FileEdits.makeLink(directory.file("runtime.so"), to: library)
    let budget = directory.file("budget")
    let text = "[*.so]\nfile-size <= 1 B override 2 B because \"until the library is split\"\n"
    try Files.replace(budget, with: Array(text.utf8))
    return try [
      ("directory", [directory.path, "--budget", budget, "--top", "40"]),
      ("symbols", [library, "--by", "symbols", "--charges", "--top", "60"]),
      ("comparison", [new, "--baseline", old]),
    ].map { name, arguments in
      (name, try SizeReport.run(arguments + ["--format", "html"]).output)
    }
  }

  @Test("fits a telephone and a desk, in light and dark, with scripts and without")
  func fits() throws {
    let pages = try pages()
    // Whoever wants to look at them says where to.
    let folder = environmentVariables()["SIZE_REPORT_SCREENSHOTS"]
    var pictures: Set<[UInt8]> = []
    for hasScripts in [true, false] {
      let browser = try Browser()
      try browser.setScripts(enabled: hasScripts)
      let readers = [("light", 380), ("dark", 1280), ("dark", 380), ("light", 1280)]
      for (scheme, width) in readers.prefix(hasScripts ? 4 : 2) {
        for page in pages {
          let what = "\(page.name)-\(scheme)-\(width)\(hasScripts ? "" : "-without-scripts")"
          try browser.set(scheme: scheme, width: width)
          try browser.load(page.html)
          #expect(
            try browser.value("document.documentElement.scrollWidth - innerWidth") as? Int ?? 1
              <= 0,
            "\(what)")
          #expect(try visible("table", in: browser) > 0 && visible("h2", in: browser) > 0)
          let background = try browser.value("getComputedStyle(document.body).backgroundColor")
          #expect(
            background as? String == (scheme == "dark" ? "rgb(21, 23, 26)" : "rgb(255, 255, 255)"))
          // What is cut off at the edge of its cell could not be read.
          #expect(try cutOff(in: browser) == "", "\(what)")
          let picture = try browser.screenshot(height: 900)
          #expect(picture.starts(with: [0x89, 0x50, 0x4e, 0x47]) && picture.count > 5_000)
          pictures.insert(picture)
          if let folder {
            try Files.makeDirectory(folder)
            try Files.replace(Path.join(folder, what + ".png"), with: try browser.screenshot())
          }
        }
      }
      #expect(browser.complaints == [])
    }
    // No two schemes and widths look the same.
    #expect(pictures.count >= 4 * pages.count)
  }

  /// Headings and paragraphs that reach out of the window.
  private func cutOff(in browser: Browser) throws -> String? {
    try browser.value(
      """
      [...document.querySelectorAll("h1, h2, p, figure, .scroll")].filter((element) => {
        const box = element.getBoundingClientRect();
        return box.right > innerWidth + 1 || box.left < -1;
      }).map((element) => element.textContent.slice(0, 40)).join("; ")
      """) as? String
  }

  @Test("of a comparison says without scripts what grew, by how much, and from what")
  func changesWithoutScripts() throws {
    let (old, new) = try SizeReport.versions()
    let browser = try Browser()
    try browser.setScripts(enabled: false)
    try browser.load(try SizeReport.run([new, "--baseline", old, "--format", "html"]).output)
    let document = try browser.document()
    for word in ["Changed symbols", "grows", "comes", "goes", "added", "removed", "<rect"] {
      #expect(document.contains(word), "\(word)")
    }
    #expect(try visible("svg rect", in: browser) > 0 && visible("table", in: browser) >= 3)
    #expect(!document.contains("<input"))
  }
}
