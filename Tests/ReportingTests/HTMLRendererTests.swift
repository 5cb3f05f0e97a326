import Testing

@testable import Reporting

@Suite("A report as a page")
struct HTMLRendererTests {
  @Test("is one document with headings, captions, scopes and marks")
  func whole() {
    #expect(
      HTMLRenderer().render(.sample) == """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <meta http-equiv="Content-Security-Policy" \
        content="default-src 'none'; style-src 'unsafe-inline'">
        <title>Start-up of 50 plugins</title>
        <style>
        \(HTMLStyle.css)
        </style>
        </head>
        <body>
        <main>
        <header>
        <p>Start-up of 50 plugins</p>
        <h1>One shared runtime starts them 6.2× faster.</h1>
        </header>
        <section>
        <h2>Variants</h2>
        <p>Medians of 20 rounds, paired by round.</p>
        <div class="scroll" role="region" tabindex="0" aria-label="Variants">
        <table>
        <caption>Variants</caption>
        <thead>
        <tr><th scope="col">Variant</th><th scope="col" class="n">Load</th>\
        <th scope="col" class="n">PSS</th>\
        <th scope="col" class="n">Relocations <span class="unit">each</span></th>\
        <th scope="col" class="n">Ratio</th></tr>
        </thead>
        <tbody>
        <tr><th scope="row">shared</th><td class="n s">3.9 ms</td><td class="n">7.4 MB</td>\
        <td class="n">321</td><td class="n g">0.163×</td></tr>
        <tr><th scope="row">static</th><td class="n">24 ms</td><td class="n">127 MB</td>\
        <td class="n">14\u{202F}699</td><td class="n">1×</td></tr>
        <tr><th scope="row" class="d">static-tuned</th><td class="n">30.5 ms</td>\
        <td class="n d">–</td><td class="n d">–</td><td class="n b">1.27×</td></tr>
        </tbody>
        </table>
        </div>
        </section>
        <section>
        <h2>Refused</h2>
        <p class="none">(none)</p>
        </section>
        <section class="notes">
        <h2>Notes</h2>
        <ul>
        <li>Page tables were not measured.</li>
        </ul>
        </section>
        </main>
        </body>
        </html>

        """)
  }

  @Test("fetches nothing and runs nothing")
  func selfContained() {
    let page = HTMLRenderer().render(.sample)
    for forbidden in ["<script", "http:", "https:", "url(", "@import", "src=", "href=", "onclick"] {
      #expect(!page.contains(forbidden))
    }
  }

  @Test("takes the title for its heading where there is no result")
  func noHeadline() {
    let page = HTMLRenderer().render(Report(title: "Sizes", headline: ""))
    #expect(page.contains("<header>\n<h1>Sizes</h1>\n</header>"))
  }

  @Test("lets words wrap only in columns with long ones")
  func longWords() {
    #expect(!HTMLRenderer().render(.words(["short"])).contains("class=\"w\""))
    let long = String(repeating: "word ", count: 20)
    #expect(HTMLRenderer().render(.words([long])).contains("<th scope=\"row\" class=\"w\">word "))
  }

  @Test(
    "escapes what HTML would act on",
    arguments: [
      ("<b>", "&lt;b&gt;"), ("a & b", "a &amp; b"), ("\" onclick=\"x", "&quot; onclick=&quot;x"),
      ("it's", "it&#39;s"), ("&lt;", "&amp;lt;"), ("e\u{301}", "e\u{301}"),
    ])
  func escaped(raw: String, html: String) {
    #expect(HTMLRenderer.escaped(raw) == html)
  }

  @Test("shows tones by signs or weight as well as by colour", arguments: ["g", "b"])
  func signs(tone: String) {
    #expect(HTMLStyle.css.contains(".\(tone)::before { content: "))
  }
}
