internal import Measurement
internal import Reporting

/// `customSmallerIsBetter` of github-action-benchmark: a list of `name`, `unit`, `value`, `extra`.
extension Assessment {
  func benchmarkAction() -> String {
    var text: [UInt8] = []
    var json = JSONWriter<Never> { bytes in text += bytes }
    json.beginArray()
    for judgement in figures {
      guard let value = judgement.candidate, value.isFinite else { continue }
      json.beginObject(.inline)
      json.member("name", judgement.name)
      json.member("unit", judgement.series.unit.rawValue)
      json.member("value", number: value)
      json.member("extra", SafeText.line(judgement.sentence))
      json.endObject()
    }
    json.endArray()
    json.finish()
    return String(decoding: text, as: UTF8.self)
  }
}
