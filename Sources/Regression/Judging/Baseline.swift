internal import FoundationEssentials
internal import Measurement
internal import Platform
internal import Reporting

/// Accepted figures, kept in the repository beside what they are figures of.
///
/// Only what is exact is in it: such a figure changes when somebody changes it, and the change is
/// accepted with a reason that stands beside the number.
public struct Baseline: Equatable, Sendable {
  public struct Entry: Equatable, Sendable {
    public var series: Series
    public var value: Double
    /// By how much the figure may differ, in its unit.
    public var tolerance: Double
    /// Why this value was accepted; nil of one that was there from the beginning.
    public var reason: String?
    /// The commit that it was accepted at.
    public var commit: String?

    public init(
      series: Series, value: Double, tolerance: Double = 0, reason: String? = nil,
      commit: String? = nil
    ) {
      self.series = series
      self.value = value
      self.tolerance = tolerance
      self.reason = reason
      self.commit = commit
    }
  }

  /// What the files were made for; their figures do not compare with those of another one.
  public var architecture: String
  public var entries: [Entry]

  public init(architecture: String, entries: [Entry] = []) {
    self.architecture = architecture
    self.entries = entries
  }
}

// MARK: Judging and accepting

extension Assessment {
  /// Holds a run against accepted figures.
  ///
  /// - Throws: `HistoryError` of code `otherMachine` where the architecture is another.
  public init(
    baseline: Baseline, named baselineName: String, candidate: Run, named candidateName: String,
    metrics: Set<String>? = nil
  ) throws(HistoryError) {
    guard baseline.architecture == candidate.machine.architecture else {
      throw HistoryError(
        .otherMachine, candidateName,
        found: "is of \(candidate.machine.architecture), and '\(baselineName)' of "
          + baseline.architecture, fix: "keep a baseline for each architecture")
    }
    let old = Dictionary(
      baseline.entries.map { ($0.series, $0) }, uniquingKeysWith: { first, _ in first })
    var rest = Set(old.keys)
    var judgements: [Judgement] = []
    for figure in candidate.figures
    where (figure.series.kind != .noisy || old[figure.series] != nil)
      && (metrics?.contains(figure.series.metric) ?? true)
    {
      rest.remove(figure.series)
      guard let entry = old[figure.series] else {
        judgements.append(
          Judgement(
            series: figure.series, baseline: nil, candidate: figure.median, verdict: .inconclusive,
            basis: .missing, note: "it has no accepted value; see bench-runtime accept"))
        continue
      }
      judgements.append(
        Judgement(
          exact: figure.series, baseline: entry.value, candidate: figure.median,
          tolerance: entry.tolerance, note: entry.reason.map { "accepted: \($0)" }))
    }
    for series in rest where metrics?.contains(series.metric) ?? true {
      judgements.append(
        Judgement(
          series: series, baseline: old[series]?.value, candidate: nil, verdict: .inconclusive,
          basis: .missing, note: "it was not measured"))
    }
    self.init(
      kind: .gate, baseline: baselineName, candidate: candidateName,
      machineClass: candidate.machine.architecture,
      judgements: judgements.sorted { Series.areInOrder($0.series, $1.series) })
  }
}

extension Baseline {
  /// Takes the figures of a run in place of those that differ, and those that are new.
  ///
  /// - Parameters:
  ///   - reason: stands beside each value that was changed or added to others; not beside the first.
  ///   - metrics: names of those to take, which may be faults where these repeat in every round; nil for
  ///     all that is exact or counted.
  /// - Returns: how many entries were changed or added.
  public mutating func accept(
    _ run: Run, reason: String, metrics: Set<String>? = nil
  ) -> Int {
    var changed = 0
    let isFirst = entries.isEmpty
    for figure in run.figures
    where metrics?.contains(figure.series.metric) ?? (figure.series.kind != .noisy) {
      let repeats = figure.samples.count >= 6 && Set(figure.samples).count == 1
      guard figure.series.kind != .noisy || repeats else { continue }
      let tolerance =
        figure.series.kind == .repeating
        ? (figure.median * Metric.Kind.repeating.effectFloor).rounded() : 0
      let place = entries.firstIndex { $0.series == figure.series }
      if let place {
        let entry = entries[place]
        guard abs(entry.value - figure.median) > entry.tolerance else { continue }
        entries[place].value = figure.median
        entries[place].reason = reason
        entries[place].commit = run.revision.shortCommit
      } else {
        entries.append(
          Entry(
            series: figure.series, value: figure.median, tolerance: tolerance,
            reason: isFirst ? nil : reason, commit: run.revision.shortCommit))
      }
      changed += 1
    }
    entries.sort { Series.areInOrder($0.series, $1.series) }
    return changed
  }
}

// MARK: The file

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
        let kind = Metric.Kind(rawValue: figure.kind), figure.tolerance >= 0
      else {
        throw HistoryError(
          .malformed, path,
          found: "'\(figure.metric)' has a unit, kind or tolerance that does not exist")
      }
      entries.append(
        Entry(
          series: Series(
            tool: figure.tool, subject: figure.subject, setting: figure.setting,
            metric: figure.metric, unit: unit, kind: kind),
          value: figure.value, tolerance: figure.tolerance, reason: figure.reason,
          commit: figure.commit))
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
