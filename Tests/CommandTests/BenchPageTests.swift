import Platform
import TestSupport
import Testing

/// The pages and figures of real commands, made once.
private enum RealPages {
  static let directory = Result { try TemporaryDirectory() }
  static let cache = Result { try TemporaryDirectory() }

  static func bench(_ arguments: [String]) throws -> CommandRun {
    try CommandRun([BenchRuntimeTests.command] + arguments)
  }

  /// Two numbers of plugins, so that there are lines and a break-even.
  static let arguments = [
    "--plugins", "1,3", "--variants", "shared,static-tuned,builtin,floor", "--samples", "7",
    "--quiet",
  ]

  static let run = Result {
    let run = try bench(arguments + ["--cache", try cache.get().path, "--format", "html"])
    try #require(run.status.isSuccess, "\(run.errors)")
    return run.output
  }

  /// A history whose size grows, and grows back, and whose start-up becomes slower.
  static let check = Result {
    let place = try directory.get()
    let database = place.file("history.db")
    var files: [String] = []
    for run in 0..<40 {
      let size = run < 10 ? 1_000_000 : run < 30 ? 1_040_000 : 1_000_000
      let time = (run < 25 ? 7_000_000 : 7_700_000) + (run * 7919 % 101) * 1000
      let path = place.file("\(run).json")
      let samples = (0..<8).map { "\(time + $0 * 1000)" }.joined(separator: ", ")
      let text = """
        { "schema": "bench-runtime/1",
          "machine": { "architecture": "x86_64", "processor": "Test", "processors": 2,
            "memoryBytes": 4294967296, "kernel": "6.1", "system": "Debian" },
          "toolchain": { "swift": "Swift 6.3.1", "target": "x86_64", "cc": "cc" },
          "configuration": { "profile": "tiny", "cache": "warm" },
          "startedAtMilliseconds": \(1_700_000_000_000 + run * 3_600_000),
          "revision": { "commit": "\(run)c0ffee", "branch": "main", "isModified": false },
          "results": [ { "variant": "shared", "plugins": 50, "artifacts": "/set", "metrics": {
            "startup.load": { "unit": "ns", "median": \(time + 3500), "low": \(time + 1000),
              "high": \(time + 6000), "samples": [\(samples)] },
            "disk.total": { "unit": "bytes", "median": \(size), "low": \(size), "high": \(size),
              "samples": [\(size)] } } } ] }
        """
      try Files.replace(path, with: Array(text.utf8))
      files.append(path)
    }
    let imported = try bench(["history", "import"] + files + ["--history", database])
    try #require(imported.status.isSuccess, "\(imported.errors)")
    let page = place.file("steps.html")
    let check = try bench(["check", "--history", database, "--also", "html=\(page)"])
    try #require(check.status == .exited(2), "\(check.errors)")
    return try Files.readText(page)
  }
}

@Suite("Figures of a run for a README")
struct BenchFigureTests {
  private func svg(_ arguments: String...) throws -> CommandRun {
    // Everything is built by then.
    _ = try RealPages.run.get()
    return try RealPages.bench(
      RealPages.arguments + ["--cache", try RealPages.cache.get().path, "--format", "svg"]
        + arguments)
  }

  @Test(
    "each is one whole SVG, with its title, its style and what it is a figure of",
    arguments: [
      ("startup", "startup.load of 3 plugins"), ("memory", "memory.pss of 3 plugins"),
      ("startup-by-plugins", "over the number of plugins"),
      ("memory-by-plugins", "over the number of plugins"),
      ("startup-distribution", "Distribution of startup.load"), ("memory-kinds", "by kind"),
    ])
  func draws(figure: String, title: String) throws {
    let run = try svg("--figure", figure)
    #expect(run.status.isSuccess, "\(run.errors)")
    #expect(run.output.hasPrefix("<?xml") && run.output.hasSuffix("</svg>\n"))
    #expect(run.output.contains(title) && run.output.contains("prefers-color-scheme: dark"))
    #expect(run.output.contains("static-tuned") || figure == "memory-by-plugins")
  }

  @Test(
    "the first is drawn where none is named; one that is not there is a sentence with those that are"
  )
  func names() throws {
    #expect(try svg().output.contains("startup.load of 3 plugins"))
    let unknown = try svg("--figure", "startap")
    #expect(unknown.status == .exited(1) && unknown.output.isEmpty)
    let lines = unknown.errors.split(separator: "\n")
    #expect(lines.count == 1 && unknown.errors.contains("'startap'"), "\(unknown.errors)")
    #expect(unknown.errors.contains("'memory-kinds'"))
  }
}

@Suite(
  "Pages of bench-runtime in a browser",
  .enabled(
    if: Browser.path != nil,
    "SKIPPED: no Chromium here, so nothing says whether the pages work; install 'chromium'"),
  .serialized)
struct BenchPageTests {
  /// The texts of all elements that a selector names and that have an area on the screen.
  private func shown(_ selector: String, in browser: Browser) throws -> [String] {
    let texts = try browser.value(
      """
      [...document.querySelectorAll("\(selector)")].filter((element) => {
        const box = element.getBoundingClientRect();
        return box.width > 0 && box.height > 0;
      }).map((element) => element.textContent)
      """)
    return texts as? [String] ?? []
  }

  private func expectFit(
    _ page: String, in browser: Browser, _ location: SourceLocation = #_sourceLocation
  ) throws {
    for scheme in ["light", "dark"] {
      for width in [380, 1280] {
        try browser.set(scheme: scheme, width: width)
        try browser.load(page)
        #expect(
          try browser.value("document.documentElement.scrollWidth <= innerWidth") as? Bool == true,
          "\(scheme), \(width)", sourceLocation: location)
        let isDark =
          try browser.value(
            "getComputedStyle(document.body).backgroundColor.match(/\\d+/g)[0] < 128") as? Bool
        #expect(isDark == (scheme == "dark"), sourceLocation: location)
        // Nothing of a drawing lies outside of it.
        let outside = try browser.value(
          """
          [...document.querySelectorAll('figure svg')].flatMap((svg) => {
            const box = svg.getBoundingClientRect();
            return [...svg.querySelectorAll('text, circle, rect')].filter((element) => {
              const own = element.getBoundingClientRect();
              return own.width > 0 && (own.left < box.left - 1 || own.right > box.right + 1
                || own.top < box.top - 1 || own.bottom > box.bottom + 1);
            }).map((element) => element.textContent);
          }).join('|')
          """)
        #expect(outside as? String == "", "\(scheme), \(width)", sourceLocation: location)
      }
    }
    #expect(browser.complaints == [], sourceLocation: location)
  }

  @Test(
    "of a run has every part: headline, start-up, memory, over N, distribution, kinds, sizes, noise"
  )
  func showsRun() throws {
    let page = try RealPages.run.get()
    let browser = try Browser()
    try browser.set(scheme: "light", width: 1280)
    try browser.load(page)
    #expect(try shown("h1", in: browser).count == 1)
    let captions = try shown("figcaption", in: browser)
    for part in [
      "startup.load of 3 plugins", "memory.pss of 3 plugins", "startup.load over the number",
      "memory.pss over the number", "Distribution of startup.load",
      "memory.pss of 3 plugins, by kind",
      "Files by variant",
    ] {
      #expect(captions.contains { $0.contains(part) }, "\(part) in \(captions)")
    }
    let headings = try shown("h2", in: browser)
    for part in ["Figures with 3 plugins", "Break-even", "What must be shipped", "Noise"] {
      #expect(headings.contains { $0.contains(part) }, "\(part) in \(headings)")
    }
    // Samples are dots: seven for each of four variants.
    #expect(try shown("figure:first-of-type circle", in: browser).count >= 28)
    let text = try browser.value("document.body.textContent") as? String ?? ""
    #expect(text.contains("size-report /") && text.contains("Meanwhile on the machine"))
    #expect(try shown("figure svg rect", in: browser).count > 20)
    try expectFit(page, in: browser)
  }

  @Test(
    "of a check has the steps, and the figures over the runs with each step marked at its commit")
  func showsCheck() throws {
    let page = try RealPages.check.get()
    let browser = try Browser()
    try browser.set(scheme: "light", width: 1280)
    try browser.load(page)
    #expect(try shown("h2", in: browser).contains { $0.contains("Steps") })
    let captions = try shown("figcaption", in: browser)
    #expect(captions.count == 2 && captions.contains { $0.contains("startup.load of shared") })
    let marks = try shown("svg text", in: browser).filter { $0.contains(" since ") }
    #expect(marks.count == 3, "\(marks)")
    #expect(marks.contains("+4 % since 10c0ffee") && marks.contains("−3.85 % since 30c0ffee"))
    #expect(
      try browser.value("document.querySelectorAll('line.mark').length") as? Int == 3)
    #expect(try browser.value("document.querySelectorAll('line.mark.bad').length") as? Int == 2)
    #expect(try shown("figure circle", in: browser).count == 80)
    try expectFit(page, in: browser)
  }

  @Test("say the same without scripts")
  func showsWithoutScripts() throws {
    let browser = try Browser()
    try browser.setScripts(enabled: false)
    for (page, words) in [
      (try RealPages.run.get(), ["Break-even", "<circle", "Files by variant", "memory.pss"]),
      (try RealPages.check.get(), [" since 10c0ffee", "<polyline", "startup.load"]),
    ] {
      try browser.load(page)
      let document = try browser.document()
      for word in words { #expect(document.contains(word), "\(word)") }
      #expect(!document.contains("<input"))
    }
  }
}
