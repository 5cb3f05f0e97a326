internal import FoundationEssentials
internal import Measurement
public import Reporting

/// Runs in a list.
public struct RunList: Sendable {
  private let runs: [History.Summary]
  private let count: Int
  private let name: String

  /// - Parameter count: how many runs there are, of which these are the newest.
  public init(_ runs: [History.Summary], count: Int, of name: String) {
    self.runs = runs
    self.count = count
    self.name = name
  }

  /// For people.
  public var report: Report {
    var table = Report.Table(columns: [
      .text("run"), .text("started"), .text("commit"), .text("branch"), .text("machine"),
    ])
    for run in runs {
      table.append([
        .text(String(run.id.prefix(12))), .text(Self.time(run.startedAt)),
        .text(run.revision.shortCommit), .text(run.revision.branch), .text(run.machineClass),
      ])
    }
    return Report(
      title: "History in '\(name)'",
      headline: "\(count) run\(count == 1 ? "" : "s")"
        + (runs.count < count ? ", the newest \(runs.count) of them:" : "."),
      sections: [Report.Section("Runs", key: "runs", table: table)])
  }

  /// `bench-runs/1`: frozen; members may be added, never changed.
  public func json() -> String {
    var text: [UInt8] = []
    var json = JSONWriter<Never> { bytes in text += bytes }
    json.beginObject()
    json.member("schema", "bench-runs/1")
    json.member("count", count)
    json.member("runs")
    json.beginArray()
    for run in runs {
      json.beginObject(.inline)
      json.member("id", run.id)
      json.member("startedAtMilliseconds", Int(run.startedAt))
      json.member("commit", run.revision.commit)
      json.member("branch", run.revision.branch)
      json.member("isModified", run.revision.isModified)
      json.member("machineClass", run.machineClass)
      json.endObject()
    }
    json.endArray()
    json.endObject()
    json.finish()
    return String(decoding: text, as: UTF8.self)
  }

  static func time(_ milliseconds: Int64) -> String {
    Date(timeIntervalSince1970: Double(milliseconds) / 1000).formatted(
      .iso8601.year().month().day().dateTimeSeparator(.space).time(
        includingFractionalSeconds: false))
  }
}

extension Run {
  /// All its figures, for people.
  public func report() throws(HistoryError) -> Report {
    var table = Report.Table(columns: [
      .name("place"), .text("metric"), .number("median"), .number("low"), .number("high"),
      .number("samples"),
    ])
    for figure in figures {
      func cell(_ value: Double) -> Report.Cell {
        switch figure.series.unit {
        case .bytes: .bytes(value)
        case .nanoseconds: .nanoseconds(value)
        case .count: .count(value)
        }
      }
      let hasInterval = figure.low < figure.high
      table.append([
        .text(figure.series.place), .text(figure.series.metric), cell(figure.median),
        hasInterval ? cell(figure.low) : .absent, hasInterval ? cell(figure.high) : .absent,
        .count(figure.samples.count),
      ])
    }
    let commit = revision.shortCommit.map { ", commit \($0)" } ?? ""
    let branch = revision.branch.map { " on \($0)" } ?? ""
    return Report(
      title: "Run \(try id)",
      headline: "\(RunList.time(startedAt))\(commit)\(branch), \(machine.machineClass).",
      sections: [Report.Section("Figures", key: "figures", table: table)],
      notes: (toolchain.isEmpty
        ? [] : [toolchain.split(separator: "\n").joined(separator: "; ")])
        + warnings.map { "Warning: \($0)." })
  }
}
