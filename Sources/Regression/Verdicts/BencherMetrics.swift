internal import Measurement
internal import Reporting

/// Bencher's metric format: a benchmark for each place, a measure for each metric.
///
/// Source: bencher.dev, "Bencher Metric Format". A benchmark's name has at most 1024 characters, a
/// measure's 64.
extension Assessment {
  func bencherMetrics() -> String {
    var places: [String] = []
    var measures: [String: [(metric: String, value: Double)]] = [:]
    for judgement in figures {
      guard let value = judgement.candidate, value.isFinite else { continue }
      let place = String(SafeText.line(judgement.series.place).prefix(1024))
      let metric = String(SafeText.line(judgement.series.metric).prefix(64))
      guard !place.isEmpty, !metric.isEmpty else { continue }
      if measures[place] == nil { places.append(place) }
      // What is cut to the same name cannot be told apart, and the first is the worst.
      guard measures[place]?.contains(where: { $0.metric == metric }) != true else { continue }
      measures[place, default: []].append((metric, value))
    }
    var text: [UInt8] = []
    var json = JSONWriter<Never> { bytes in text += bytes }
    json.beginObject()
    for place in places {
      json.member(place)
      json.beginObject()
      for (metric, value) in measures[place] ?? [] {
        json.member(metric)
        json.beginObject(.inline)
        json.member("value", number: value)
        json.endObject()
      }
      json.endObject()
    }
    json.endObject()
    json.finish()
    return String(decoding: text, as: UTF8.self)
  }
}
