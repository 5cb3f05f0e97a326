internal import FoundationEssentials
internal import Measurement
internal import Platform

extension Run {
  /// The run that a result of `bench-runtime` or `size-report` in JSON tells of.
  ///
  /// - Parameter path: where it was read from, for errors.
  /// - Throws: `HistoryError` of code `malformed` for a document that is cut short or none of these.
  public init(document bytes: [UInt8], path: String) throws(HistoryError) {
    let data = Data(bytes)
    switch try DocumentKind(data, path: path).schema {
    case "bench-runtime/1": self = try Run.decode(BenchDocument.self, data, path).run(path)
    case "size-report/1": self = try Run.decode(SizeDocument.self, data, path).run(path)
    case "bench-history/1": try self.init(line: data, place: path)
    case let schema:
      throw HistoryError(
        .malformed, path, found: "has the schema '\(schema)'",
        fix: "expected bench-runtime/1, size-report/1 or bench-history/1")
    }
  }

  /// Reads a result from a file.
  public init(path: String) throws(HistoryError) {
    try self.init(document: try readDocument(path), path: path)
  }

  private static func decode<Document: Decodable>(
    _ type: Document.Type, _ data: Data, _ path: String
  ) throws(HistoryError) -> Document {
    do {
      return try JSONDecoder().decode(type, from: data)
    } catch {
      throw HistoryError(
        .malformed, path, found: "is no whole result: \(jsonReason(error))", fix: "make it again")
    }
  }
}

/// The bytes of a document, which may come from a pipe.
func readDocument(_ path: String) throws(HistoryError) -> [UInt8] {
  // A device such as /dev/zero has no end.
  let most = 1 << 30
  let bytes: [UInt8]
  do {
    bytes = try FileDescriptor(opening: path).readToEnd(limit: most)
  } catch {
    throw HistoryError(.unreadable, path, found: error.reason)
  }
  guard bytes.count < most else {
    throw HistoryError(
      .malformed, path, found: "is larger than 1 GB", fix: "split it: runs are one line each")
  }
  return bytes
}

/// What kind of document it is.
struct DocumentKind: Decodable {
  var schema: String

  init(_ data: Data, path: String) throws(HistoryError) {
    do {
      self = try JSONDecoder().decode(DocumentKind.self, from: data)
    } catch {
      throw HistoryError(
        .malformed, path, found: "is no result in JSON: \(jsonReason(error))",
        fix: "make one with --format json")
    }
  }
}

/// What is needed of `bench-runtime/1`.
private struct BenchDocument: Decodable {
  struct Machine: Decodable {
    var architecture: String
    var processor: String
    var processors: Int
    var memoryBytes: UInt64
    var kernel: String
    var system: String
  }
  struct Toolchain: Decodable {
    var swift: String
    var target: String?
    var cc: String?
  }
  struct Configuration: Decodable {
    var profile: String
    var cache: String
    var processes: Int?
    var activation: String?
    var preset: String?
  }
  struct Value: Decodable {
    var unit: String
    var median: Double
    var low: Double
    var high: Double
    var samples: [Double?]
  }
  struct Result: Decodable {
    var variant: String
    var plugins: Int
    var artifacts: String
    var metrics: [String: Value]
  }
  struct Revision: Decodable {
    var commit: String?
    var branch: String?
    var isModified: Bool
  }
  var machine: Machine
  var toolchain: Toolchain
  var configuration: Configuration
  var results: [Result]
  var startedAtMilliseconds: Int64?
  var revision: Revision?
  var warnings: [String]?

  func run(_ path: String) throws(HistoryError) -> Run {
    var figures: [Figure] = []
    let processes = configuration.processes ?? 1
    for result in results {
      let isForeign = result.variant.hasPrefix("directory")
      let setting =
        ["\(result.plugins) plugin\(result.plugins == 1 ? "" : "s")"]
        + (isForeign ? [] : [configuration.profile]) + [configuration.cache]
        + (processes > 1 ? ["\(processes) processes"] : [])
        // What is usual is not said, so that results from before there was a choice compare.
        + [configuration.activation, configuration.preset].compactMap(\.self)
        .filter { $0 != "eager" && $0 != "compatible" }
      for (name, value) in result.metrics {
        guard let unit = Metric.Unit(rawValue: value.unit) else {
          throw HistoryError(
            .malformed, path, found: "'\(name)' has the unit '\(value.unit)'",
            fix: "expected bytes, ns or count")
        }
        figures.append(
          Figure(
            series: Series(
              tool: "bench-runtime",
              subject: isForeign
                ? "\(result.variant) \(Path.name(of: result.artifacts))" : result.variant,
              setting: setting.joined(separator: ", "), metric: name, unit: unit,
              kind: Metric.named(name)?.kind ?? .noisy),
            median: value.median, low: value.low, high: value.high,
            samples: value.samples.compactMap(\.self)))
      }
    }
    return Run(
      startedAt: startedAtMilliseconds ?? 0,
      machine: MachineFacts(
        architecture: machine.architecture, processor: machine.processor,
        processors: machine.processors, memoryBytes: machine.memoryBytes, kernel: machine.kernel,
        system: machine.system),
      toolchain: [toolchain.swift, toolchain.target, toolchain.cc].compactMap(\.self)
        .map { $0.split(whereSeparator: \.isNewline).joined(separator: " ") }
        .filter { !$0.isEmpty }.joined(separator: "\n"),
      revision: .init(
        commit: revision?.commit, branch: revision?.branch,
        isModified: revision?.isModified ?? false),
      warnings: warnings ?? [], figures: figures)
  }
}

/// What is needed of `size-report/1`.
private struct SizeDocument: Decodable {
  struct File: Decodable {
    struct Relocations: Decodable {
      var total: Int
      var dirtyPages: Int
    }
    struct Part: Decodable {
      var name: String
      var vmSize: Int
    }
    var path: String
    var machine: String
    var fileSize: Int
    var vmSize: Int
    var relocations: Relocations
    var exports: Int?
    var symbolEntries: Int?
    /// Where it lies in what was named to size-report; nil in old results.
    var name: String?
    var sections: [Part]
  }
  struct Origin: Decodable {
    var startedAtMilliseconds: Int64
    var commit: String?
    var branch: String?
    var isModified: Bool
  }
  var files: [File]
  var origin: Origin?

  func run(_ path: String) throws(HistoryError) -> Run {
    Run(
      sizesOf: files.map {
        FileSizes(
          path: $0.path, name: $0.name ?? Path.name(of: $0.path), machine: $0.machine,
          fileSize: $0.fileSize, memorySize: $0.vmSize, relocations: $0.relocations.total,
          dirtyPages: $0.relocations.dirtyPages, exports: $0.exports, symbols: $0.symbolEntries,
          sections: $0.sections.map { ($0.name, $0.vmSize) })
      }, startedAt: origin?.startedAtMilliseconds ?? 0,
      revision: Revision(
        commit: origin?.commit, branch: origin?.branch, isModified: origin?.isModified ?? false))
  }
}
