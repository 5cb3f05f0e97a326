internal import FoundationEssentials
internal import Measurement
internal import Platform
internal import Reporting

/// `bench-baseline/1`. Frozen: fields may be added, never changed.
private struct BaselineSchema1: Decodable {
  struct Figure: Decodable {
    var tool: String
    var subject: String
    var setting: String
    var metric: String
    var unit: String
    var kind: String
    var value: Double
    var tolerance: Double
    var reason: String?
    var commit: String?
    var machineClass: String?
  }
  var schema: String
  var architecture: String
  var figures: [Figure]
}

extension Baseline {
  /// Whether the file holds accepted figures, and not a result.
  public static func isBaseline(_ path: String) -> Bool {
    guard let bytes = try? readDocument(path),
      let kind = try? DocumentKind(Data(bytes), path: path)
    else { return false }
    return kind.schema.hasPrefix("bench-baseline/")
  }

  /// Reads accepted figures.
  public init(path: String) throws(HistoryError) {
    let data = Data(try readDocument(path))
    let kind = try DocumentKind(data, path: path)
    guard kind.schema == "bench-baseline/1" else {
      throw HistoryError(
        .malformed, path, found: "has the schema '\(kind.schema)'", fix: "expected bench-baseline/1"
      )
    }
    let document: BaselineSchema1
    do {
      document = try JSONDecoder().decode(BaselineSchema1.self, from: data)
    } catch {
      throw HistoryError(.malformed, path, found: "is no whole baseline: \(jsonReason(error))")
    }
    var entries: [Entry] = []
    for figure in document.figures {
      guard let unit = Metric.Unit(rawValue: figure.unit),
        let kind = Metric.Kind(rawValue: figure.kind), figure.tolerance >= 0,
        figure.tolerance.isFinite, figure.value.isFinite
      else {
        throw HistoryError(
          .malformed, path,
          found: "'\(figure.metric)' has a unit, kind, value or tolerance that does not exist",
          fix: "compare its line with the others")
      }
      entries.append(
        Entry(
          series: Series(
            tool: figure.tool, subject: figure.subject, setting: figure.setting,
            metric: figure.metric, unit: unit, kind: kind),
          value: figure.value, tolerance: figure.tolerance, reason: figure.reason,
          commit: figure.commit, machineClass: figure.machineClass))
    }
    var seen: Set<Series> = []
    for entry in entries where !seen.insert(entry.series).inserted {
      throw HistoryError(
        .malformed, path,
        found: "has '\(entry.series.metric)' of '\(entry.series.place)' twice",
        fix: "keep the line that is right")
    }
    self.init(architecture: document.architecture, entries: entries)
  }

  /// The file: one line for each figure, so that a change is one line in a review.
  public func text() -> String {
    var text: [UInt8] = []
    var json = JSONWriter<Never> { bytes in text += bytes }
    json.beginObject()
    json.member("schema", "bench-baseline/1")
    json.member("architecture", architecture)
    json.member("figures")
    json.beginArray()
    for entry in entries {
      json.beginObject(.inline)
      json.member("subject", entry.series.subject)
      json.member("setting", entry.series.setting)
      json.member("metric", entry.series.metric)
      json.member("value", number: entry.value)
      json.member("unit", entry.series.unit.rawValue)
      json.member("tolerance", number: entry.tolerance)
      if let reason = entry.reason { json.member("reason", reason) }
      if let commit = entry.commit { json.member("commit", commit) }
      if let machine = entry.machineClass { json.member("machineClass", machine) }
      json.member("kind", entry.series.kind.rawValue)
      json.member("tool", entry.series.tool)
      json.endObject()
    }
    json.endArray()
    json.endObject()
    json.finish()
    return String(decoding: text, as: UTF8.self)
  }

  public func write(to path: String) throws(HistoryError) {
    do {
      try Files.replace(path, with: Array(text().utf8))
    } catch {
      throw HistoryError(.unreadable, path, found: "cannot be written: \(error.reason)")
    }
  }
}

extension JSONWriter {
  /// A number, as a whole one where it is one.
  mutating func member(_ name: String, number: Double?) throws(Failure) {
    if let number, let integer = Int(exactly: number) {
      try member(name, integer)
    } else {
      try member(name, number)
    }
  }
}
