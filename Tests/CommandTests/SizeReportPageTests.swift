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
}
