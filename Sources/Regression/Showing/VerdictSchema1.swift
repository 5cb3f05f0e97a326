internal import Measurement
internal import Reporting

/// `bench-verdicts/1`: the JSON form of an assessment. Frozen: members may be added, never changed.
extension Assessment {
  /// The document, with a newline at its end.
  public func json() -> String {
    var text: [UInt8] = []
    var json = JSONWriter<Never> { bytes in text += bytes }
    json.beginObject()
    json.member("schema", "bench-verdicts/1")
    json.member("kind", kind.rawValue)
    json.member("baseline", baseline)
    json.member("candidate", candidate)
    json.member("machineClass", machineClass)
    json.member("exitStatus", Int(exitStatus))
    json.member("verdicts")
    json.beginArray()
    for judgement in judgements { Self.write(judgement, to: &json) }
    json.endArray()
    json.member("warnings")
    json.beginArray()
    for warning in warnings { json.value(warning) }
    json.endArray()
    json.endObject()
    json.finish()
    return String(decoding: text, as: UTF8.self)
  }

  private static func write(_ judgement: Judgement, to json: inout JSONWriter<Never>) {
    json.beginObject(.inline)
    json.member("metric", judgement.series.metric)
    json.member("subject", judgement.series.subject)
    json.member("setting", judgement.series.setting)
    json.member("tool", judgement.series.tool)
    json.member("unit", judgement.series.unit.rawValue)
    json.member("kind", judgement.series.kind.rawValue)
    json.member("verdict", judgement.verdict.rawValue)
    json.member("baseline", number: judgement.baseline)
    json.member("candidate", number: judgement.candidate)
    json.member("ratio", judgement.ratio)
    json.member("low", judgement.interval?.low)
    json.member("high", judgement.interval?.high)
    json.member("spread", judgement.spread)
    json.member("basis", judgement.basis.name)
    switch judgement.basis {
    case .paired(let rounds, let confirmed):
      json.member("rounds", rounds)
      json.member("confirmed", confirmed)
    case .exact(let tolerance): json.member("tolerance", number: tolerance)
    case .changePoint(let pValue): json.member("pValue", pValue)
    case .identicalFiles, .separateRuns, .missing: break
    }
    json.member("note", judgement.note)
    if let since = judgement.since {
      json.member("since")
      json.beginObject(.inline)
      json.member("run", since.run)
      json.member("commit", since.revision.commit)
      json.member("branch", since.revision.branch)
      json.member("previousCommit", since.previousRevision?.commit)
      json.member("startedAtMilliseconds", Int(since.startedAt))
      json.member("state", since.state.rawValue)
      json.endObject()
    }
    json.endObject()
  }
}
