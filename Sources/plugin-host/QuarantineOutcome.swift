internal import CommandLine
internal import FoundationEssentials
internal import Platform
internal import PluginHost
internal import PluginQuarantine
internal import Reporting

/// What `quarantine list` and `quarantine clear` say.
struct QuarantineOutcome {
  private let path: String
  private let records: [QuarantineRecord]
  private let left: Int
  private let goodCount: Int
  private let flawCount: Int
  private let isClearing: Bool

  /// What is in it.
  init(listing quarantine: Quarantine) {
    self.init(quarantine, quarantine.records, isClearing: false)
  }

  /// Lets culprits go.
  ///
  /// - Parameter names: paths, or the first digits of what stands for the contents; all where there is none.
  /// - Throws: where one of them is no culprit's, or that cannot be written.
  init(clearing names: [String], of quarantine: Quarantine) throws {
    for name in names where !quarantine.records.contains(where: { Self.isMeant($0, by: name) }) {
      throw CommandLineError(
        .invalidValue, subject: "PLUGIN", found: name,
        expected: "the path or the contents of a plugin in '\(quarantine.path)'",
        fix: "see 'plugin-host quarantine list'")
    }
    let cleared = try quarantine.clear { record in
      names.isEmpty || names.contains { Self.isMeant(record, by: $0) }
    }
    self.init(quarantine, cleared, isClearing: true)
  }

  private init(_ quarantine: Quarantine, _ records: [QuarantineRecord], isClearing: Bool) {
    path = quarantine.path
    self.records = records
    left = quarantine.records.count
    goodCount = quarantine.goodCount
    flawCount = quarantine.flawCount
    self.isClearing = isClearing
  }

  private static func isMeant(_ record: QuarantineRecord, by name: String) -> Bool {
    record.path == name || (name.utf8.count >= 6 && record.contents.hasPrefix(name))
  }

  var report: Report {
    var table = Report.Table(
      columns: [.text("contents"), .text("kind"), .text("when"), .text("path")],
      whenEmpty: "(none)")
    for record in records {
      table.append([
        .text(String(record.contents.prefix(12))), .text(record.finding.kind.rawValue),
        .text(record.finding.stage.rawValue), .text(record.path),
      ])
    }
    var sections = [
      Report.Section(isClearing ? "Cleared" : "Culprits", key: "culprits", table: table)
    ]
    if !isClearing {
      sections += records.map { record in
        Report.Section(
          record.path, key: "culprit",
          paragraphs: ["It \(record.finding)."] + record.finding.backtrace.map { "at \($0)" })
      }
    }
    if flawCount > 0 {
      sections.append(
        Report.Section(
          "Passed over", key: "flaws",
          paragraphs: ["\(flawCount) lines of '\(path)' could not be read and count for nothing."]))
    }
    let headline =
      isClearing
      ? "\(records.count) cleared, \(left) left."
      : "\(records.count) culprits, \(goodCount) found good, in '\(path)'."
    return Report(title: "Plugins that have crashed", headline: headline, sections: sections)
  }

  func json() throws -> String {
    var document = PluginsSchema1(plugins: [])
    document.quarantine = .init(
      path: path, cleared: isClearing, good: goodCount, flaws: flawCount,
      culprits: records.map { record in
        .init(
          path: record.path, contents: record.contents, size: record.byteCount,
          foundMilliseconds: record.wallMilliseconds, kind: record.finding.kind.rawValue,
          stage: record.finding.stage.rawValue, detail: record.finding.detail,
          backtrace: record.finding.backtrace)
      })
    return try document.encoded()
  }
}

extension PluginsSchema1 {
  /// What is known of plugins that were tried.
  struct QuarantineStore: Codable {
    struct Culprit: Codable {
      var path: String
      /// Stands for the contents.
      var contents: String
      var size: Int
      /// Since 1970.
      var foundMilliseconds: Int64
      /// crash, hang, exit, memory or failure.
      var kind: String
      /// start, load, init, call or deinit.
      var stage: String
      var detail: String
      var backtrace: [String]
    }
    var path: String
    /// The culprits are those that were cleared.
    var cleared: Bool
    /// How many were found good.
    var good: Int
    /// Lines that could not be read.
    var flaws: Int
    var culprits: [Culprit]
  }
}
