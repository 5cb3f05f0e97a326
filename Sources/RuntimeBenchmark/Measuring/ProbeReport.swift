internal import Measurement

/// What a measured process has told: see `probe_report.h`.
struct ProbeReport: Equatable {
  /// Every number by its name, in the order told; a name may come more than once.
  private(set) var numbers: [String: [UInt64]] = [:]
  /// Whose the heap is, where that was tracked.
  private(set) var heapRows: [HeapTable.Row] = []

  enum Failure: Error, Equatable {
    /// The process says why it has no figures.
    case told(String)
    /// No report, or one without its end.
    case incomplete
    case malformed(line: String)
  }

  init(_ text: String) throws(Failure) {
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    if lines.last == "" { lines.removeLast() }
    if let error = lines.first(where: { $0.hasPrefix("error ") }) {
      throw .told(String(error.dropFirst(6)))
    }
    guard lines.first == "probe 1", lines.last == "end" else { throw .incomplete }
    for line in lines.dropFirst().dropLast() {
      if let row = HeapTable.Row(line: line) {
        heapRows.append(row)
        continue
      }
      let parts = line.split(separator: " ")
      guard parts.count == 2, let value = UInt64(parts[1]) else { throw .malformed(line: line) }
      numbers[String(parts[0]), default: []].append(value)
    }
  }

  /// The one number of that name, nil where the process did not tell it.
  func number(_ name: String) -> UInt64? { numbers[name]?.first }

  private func value(_ name: String) -> Double? { number(name).map { Double($0) } }

  private func mean(_ name: String) -> Double? {
    guard let values = numbers[name], !values.isEmpty else { return nil }
    return values.reduce(0) { $0 + Double($1) } / Double(values.count)
  }

  /// The metrics that follow from the report, given when the process was started. What the process
  /// did not tell is absent.
  func metrics(startedAt start: UInt64) -> [Metric: Double] {
    var metrics: [Metric: Double] = [:]
    if let ready = numbers["clock.ready"]?.first, ready > start {
      metrics[.startupReady] = Double(ready - start)
    }
    metrics[.startupLoad] = value("startup.load")
    // Only of a process that has loaded plugins, and whose figures fit together.
    if let whole = value("startup.load"), numbers["plugin.load"] != nil,
      case let host = (numbers["plugin.host"] ?? []).reduce(0, { $0 + Double($1) }), host <= whole
    {
      metrics[.startupPlugins] = whole - host
    }
    metrics[.loadPerPlugin] = mean("plugin.load")
    metrics[.loadSlowest] = numbers["plugin.load"]?.max().map { Double($0) }
    metrics[.callFirst] = mean("plugin.call")
    // A plugin that is part of the host has no file to admit.
    if let admission = numbers["plugin.admission"], admission.contains(where: { $0 > 0 }) {
      metrics[.admissionTime] = admission.reduce(0) { $0 + Double($1) }
    }
    metrics[.hostPerPlugin] = mean("plugin.host")
    for metric in [
      Metric.memoryRSS, .memoryPSS, .memoryUSS, .memoryAnonymous, .memoryPageTables, .faultsMinor,
      .faultsMajor, .registriesSeen, .startupDeferred, .objectsOpened,
    ] {
      metrics[metric] = value(metric.name)
    }
    return metrics
  }
}
