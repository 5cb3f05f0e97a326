internal import CSodium
internal import Measurement
internal import Reporting

/// SARIF 2.1.0 of what became worse or is open.
///
/// A rule is a metric, a result a figure. Readers that list problems list every result, so that what is
/// unchanged or better is none. A result keeps its fingerprint as long as it is about the same figure,
/// whatever the numbers are. Source: OASIS, Static Analysis Results Interchange Format 2.1.0.
extension Assessment {
  func sarif() -> String {
    let results = judgements.filter { $0.outcome != .fine }
    let metrics = results.map(\.series.metric).uniqued()
    let rules = Dictionary(
      metrics.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    var text: [UInt8] = []
    var json = JSONWriter<Never> { bytes in text += bytes }
    json.beginObject()
    json.member("$schema", "https://json.schemastore.org/sarif-2.1.0.json")
    json.member("version", "2.1.0")
    json.member("runs")
    json.beginArray()
    json.beginObject()
    json.member("tool")
    json.beginObject()
    json.member("driver")
    json.beginObject()
    json.member("name", "bench-runtime")
    json.member("rules")
    json.beginArray()
    for metric in metrics { Self.writeRule(metric, to: &json) }
    json.endArray()
    json.endObject()
    json.endObject()
    json.member("automationDetails")
    json.beginObject(.inline)
    json.member("id", "bench-runtime/\(kind.rawValue)/")
    json.endObject()
    json.member("columnKind", "utf16CodeUnits")
    json.member("results")
    json.beginArray()
    for judgement in results { write(judgement, rule: rules[judgement.series.metric]!, to: &json) }
    json.endArray()
    json.endObject()
    json.endArray()
    json.endObject()
    json.finish()
    return String(decoding: text, as: UTF8.self)
  }

  private static func writeRule(_ metric: String, to json: inout JSONWriter<Never>) {
    json.beginObject(.inline)
    json.member("id", SafeText.line(metric))
    json.member("shortDescription")
    json.beginObject(.inline)
    json.member("text", "\(SafeText.line(metric)) became worse")
    json.endObject()
    json.member("fullDescription")
    json.beginObject(.inline)
    json.member(
      "text",
      "The figure is compared with what it was before; docs/measuring.md says how, and what it means."
    )
    json.endObject()
    json.endObject()
  }

  private func write(_ judgement: Judgement, rule: Int, to json: inout JSONWriter<Never>) {
    json.beginObject()
    json.member("ruleId", SafeText.line(judgement.series.metric))
    json.member("ruleIndex", rule)
    json.member("level", judgement.outcome == .worse ? "error" : "note")
    json.member("message")
    json.beginObject(.inline)
    // Brackets would make a link, braces a placeholder.
    json.member("text", Self.plain(judgement.sentence))
    json.endObject()
    json.member("locations")
    json.beginArray()
    json.beginObject()
    json.member("physicalLocation")
    json.beginObject(.inline)
    json.member("artifactLocation")
    json.beginObject(.inline)
    json.member("uri", Self.uri(source(of: judgement).path))
    json.endObject()
    json.member("region")
    json.beginObject(.inline)
    json.member("startLine", source(of: judgement).line ?? 1)
    json.endObject()
    json.endObject()
    json.member("logicalLocations")
    json.beginArray(.inline)
    json.beginObject(.inline)
    json.member("fullyQualifiedName", judgement.name)
    json.endObject()
    json.endArray()
    json.endObject()
    json.endArray()
    json.member("partialFingerprints")
    json.beginObject(.inline)
    json.member("benchFigure/v1", judgement.digest)
    json.endObject()
    json.endObject()
  }

  private static func plain(_ text: String) -> String {
    var plain = ""
    for character in SafeText.line(text).unicodeScalars {
      switch character {
      case "[", "]", "\\": plain += "\\\(character)"
      case "{", "}": plain += "\(character)\(character)"
      default: plain.unicodeScalars.append(character)
      }
    }
    return plain
  }

  /// A path as a URI reference: relative ones stay relative to the checkout. Source: RFC 3986, §2.3.
  static func uri(_ path: String) -> String {
    let digits = Array("0123456789ABCDEF".utf8)
    var uri = path.hasPrefix("/") ? Array("file://".utf8) : []
    for byte in path.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
        UInt8(ascii: "_"), UInt8(ascii: "~"), UInt8(ascii: "/"):
        uri.append(byte)
      default: uri += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      }
    }
    return String(decoding: uri, as: UTF8.self)
  }
}

extension Judgement {
  /// The fingerprint as 32 hexadecimal digits.
  var digest: String {
    let bytes = Array(fingerprint.utf8)
    var digest = [UInt8](repeating: 0, count: 16)
    // Safe: both buffers outlive the call, and have the lengths that are told.
    let code = unsafe crypto_generichash(
      &digest, digest.count, bytes, UInt64(bytes.count), nil, 0)
    precondition(code == 0, "BLAKE2b takes any input and 16 bytes of output")
    let digits = Array("0123456789abcdef".utf8)
    return String(
      decoding: digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }
}

extension Sequence where Element: Hashable {
  /// Each element once, in the order of their first places.
  func uniqued() -> [Element] {
    var seen: Set<Element> = []
    return filter { seen.insert($0).inserted }
  }
}
