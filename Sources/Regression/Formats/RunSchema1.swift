internal import FoundationEssentials
internal import Measurement

/// `bench-history/1`: one run as one line of JSON. Frozen: fields may be added, never changed.
struct RunSchema1: Codable, Equatable {
  struct Machine: Codable, Equatable {
    var architecture: String
    var processor: String
    var processors: Int
    var memoryBytes: UInt64
    var kernel: String
    var system: String
  }
  struct Figure: Codable, Equatable {
    var tool: String
    var subject: String
    var setting: String
    var metric: String
    var unit: String
    var kind: String
    var median: Double
    var low: Double
    var high: Double
    var samples: [Double]
  }

  var schema = "bench-history/1"
  /// Follows from all that is measured; absent where the name itself is made from the rest.
  var id: String?
  var startedAtMilliseconds: Int64
  /// Where the run stands in the order of runs; not a part of what its name is made from.
  var position: Int64?
  var machine: Machine
  var toolchain: String
  var commit: String?
  var branch: String?
  var isModified: Bool
  var warnings: [String]
  var figures: [Figure]

  init(_ run: Run) {
    startedAtMilliseconds = run.startedAt
    position = run.position
    machine = Machine(run.machine)
    toolchain = run.toolchain
    commit = run.revision.commit
    branch = run.revision.branch
    isModified = run.revision.isModified
    warnings = run.warnings
    figures = run.figures.map { figure in
      Figure(
        tool: figure.series.tool, subject: figure.series.subject, setting: figure.series.setting,
        metric: figure.series.metric, unit: figure.series.unit.rawValue,
        kind: figure.series.kind.rawValue, median: figure.median, low: figure.low,
        high: figure.high, samples: figure.samples)
    }
  }

  private static var encoder: JSONEncoder {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return encoder
  }

  /// What the run's name is made from.
  func contentBytes() throws(HistoryError) -> [UInt8] {
    var content = self
    content.id = nil
    content.position = nil
    return try content.bytes()
  }

  private func bytes() throws(HistoryError) -> [UInt8] {
    do {
      return Array(try Self.encoder.encode(self))
    } catch {
      throw HistoryError(
        .notANumber, "a run", found: "holds what is not a number", fix: "measure again")
    }
  }

  static func text(of machine: MachineFacts) throws(HistoryError) -> String {
    do {
      return String(decoding: try encoder.encode(Machine(machine)), as: UTF8.self)
    } catch {
      throw HistoryError(.malformed, "a machine", found: "cannot be written as JSON")
    }
  }

  static func machine(_ text: String, in name: String) throws(HistoryError) -> MachineFacts {
    guard let machine = try? JSONDecoder().decode(Machine.self, from: Data(text.utf8)) else {
      throw HistoryError(.damaged, name, found: "holds a machine that cannot be read")
    }
    return MachineFacts(machine)
  }
}

extension RunSchema1.Machine {
  fileprivate init(_ facts: MachineFacts) {
    self.init(
      architecture: facts.architecture, processor: facts.processor, processors: facts.processors,
      memoryBytes: facts.memoryBytes, kernel: facts.kernel, system: facts.system)
  }
}

extension MachineFacts {
  fileprivate init(_ machine: RunSchema1.Machine) {
    self.init(
      architecture: machine.architecture, processor: machine.processor,
      processors: machine.processors, memoryBytes: machine.memoryBytes, kernel: machine.kernel,
      system: machine.system)
  }
}

extension Run {
  /// The run as one line of JSON, without a newline.
  public func line() throws(HistoryError) -> String {
    var schema = RunSchema1(self)
    schema.id = try id
    do {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
      return String(decoding: try encoder.encode(schema), as: UTF8.self)
    } catch {
      throw HistoryError(.notANumber, "a run", found: "holds what is not a number")
    }
  }

  /// - Parameter place: the file and line, for errors.
  init(line: Data, place: String) throws(HistoryError) {
    let schema: RunSchema1
    do {
      schema = try JSONDecoder().decode(RunSchema1.self, from: line)
    } catch {
      throw HistoryError(
        .malformed, place, found: "is no whole run of bench-history/1: \(jsonReason(error))",
        fix: "export it again; nothing was imported")
    }
    guard schema.schema == "bench-history/1" else {
      throw HistoryError(
        .malformed, place, found: "has the schema '\(schema.schema)'",
        fix: "expected bench-history/1")
    }
    var figures: [Figure] = []
    for figure in schema.figures {
      guard let unit = Metric.Unit(rawValue: figure.unit),
        let kind = Metric.Kind(rawValue: figure.kind)
      else {
        throw HistoryError(
          .malformed, place, found: "has the unit '\(figure.unit)' and the kind '\(figure.kind)'",
          fix: "expected bytes, ns or count, and exact, repeating or noisy")
      }
      figures.append(
        Figure(
          series: Series(
            tool: figure.tool, subject: figure.subject, setting: figure.setting,
            metric: figure.metric, unit: unit, kind: kind),
          median: figure.median, low: figure.low, high: figure.high, samples: figure.samples))
    }
    self.init(
      startedAt: schema.startedAtMilliseconds, machine: MachineFacts(schema.machine),
      toolchain: schema.toolchain,
      revision: Revision(
        commit: schema.commit, branch: schema.branch, isModified: schema.isModified),
      warnings: schema.warnings, figures: figures)
    position = schema.position
    if let id = schema.id, try self.id != id {
      throw HistoryError(
        .malformed, place, found: "its figures do not fit its name \(id.prefix(12))",
        fix: "the line was changed; export it again")
    }
  }
}

/// What is wrong with a document, in a few words.
func jsonReason(_ error: any Error) -> String {
  guard let error = error as? DecodingError else { return "it cannot be read" }
  switch error {
  case .keyNotFound(let key, _): return "'\(key.stringValue)' is missing"
  case .typeMismatch(_, let context), .valueNotFound(_, let context):
    let path = context.codingPath.map(\.stringValue).joined(separator: ".")
    return "'\(path)' is of another type"
  case .dataCorrupted: return "it ends too early or is no JSON"
  @unknown default: return "it cannot be read"
  }
}
