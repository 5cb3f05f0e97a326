import CSodium
import Foundation
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
        content="default-src 'none'; style-src 'unsafe-inline'; \
        script-src '\(HTMLScript.hash)'">
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
        <tr><th scope="row">shared</th><td class="n s" data-v="3900000.0">3.9 ms</td>\
        <td class="n" data-v="7400000">7.4 MB</td>\
        <td class="n" data-v="321">321</td><td class="n g" data-v="0.1625">0.163×</td></tr>
        <tr><th scope="row">static</th><td class="n" data-v="24000000.0">24 ms</td>\
        <td class="n" data-v="127000000.0">127 MB</td>\
        <td class="n" data-v="14699">14\u{202F}699</td><td class="n" data-v="1.0">1×</td></tr>
        <tr><th scope="row" class="d">static-tuned</th>\
        <td class="n" data-v="30500000.0">30.5 ms</td>\
        <td class="n d">–</td><td class="n d">–</td><td class="n b" data-v="1.27">1.27×</td></tr>
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
        <script>\(HTMLScript.text)</script>
        </body>
        </html>

        """)
  }

  @Test("fetches nothing")
  func selfContained() {
    let page = HTMLRenderer().render(.sample)
    for forbidden in ["http:", "https:", "url(", "@import", "src=", "href=", "onclick"] {
      #expect(!page.contains(forbidden))
    }
  }

  @Test("runs one script, which its content policy names, and none where nothing can be sorted")
  func script() {
    let page = HTMLRenderer().render(.sample)
    #expect(page.components(separatedBy: "<script").count == 2)
    #expect(page.contains("script-src '\(HTMLScript.hash)'\">"))
    let plain = HTMLRenderer().render(.words(["one"]))
    #expect(!plain.contains("script"))
  }

  @Test("has a script that stays inside its element")
  func scriptText() {
    for forbidden in ["</", "<!--", "innerHTML", "eval", "\r"] {
      #expect(!HTMLScript.text.contains(forbidden))
    }
  }

  @Test("names the script by its SHA-256; after a change, take the hash from here")
  func scriptHash() {
    #expect(HTMLScript.hash == "sha256-\(base64OfSHA256(HTMLScript.text))")
  }

  @Test("keeps exact values for sorting, as JavaScript reads them")
  func exactValues() {
    let table = Report.Table(
      columns: [.number("n")],
      rows: [
        [.count(1_234_567)], [.ratio(1e-7)], [.ratio(.infinity)], [.ratio(-.infinity)], [.absent],
        [Report.Cell("?", value: .number(.nan))], ["name"],
      ])
    let page = HTMLRenderer().render(
      Report(title: "", headline: "", sections: [.init("", table: table)]))
    for exact in ["1234567", "1e-07", "Infinity", "-Infinity"] {
      #expect(page.contains(" data-v=\"\(exact)\">"))
    }
    #expect(page.components(separatedBy: " data-v=").count == 5)
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
    #expect(HTMLText.escaped(raw) == html)
  }

  @Test("shows tones by signs or weight as well as by colour", arguments: ["g", "b"])
  func signs(tone: String) {
    #expect(HTMLStyle.css.contains(".\(tone)::before { content: "))
  }

  private func base64OfSHA256(_ text: String) -> String {
    let bytes = Array(text.utf8)
    var digest = [UInt8](repeating: 0, count: Int(crypto_hash_sha256_BYTES))
    // Safe: the digest has the size that the function asks for; both outlive the call.
    _ = unsafe crypto_hash_sha256(&digest, bytes, UInt64(bytes.count))
    return Data(digest).base64EncodedString()
  }
}
