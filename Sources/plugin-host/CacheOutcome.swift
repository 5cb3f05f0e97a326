internal import ELFInspection
internal import Platform
internal import PluginHost
internal import Reporting

/// What `cache show`, `cache rebuild` and `cache clear` say of the indexes of directories.
struct CacheOutcome {
  private let indexes: [PluginIndex]
  private let isRewriting: Bool

  init(_ directories: [String], at path: String?, _ upkeep: PluginIndex.Upkeep) throws {
    isRewriting = upkeep == .rewrite
    indexes = try directories.map { try PluginIndex(of: $0, at: path, upkeep) }
  }

  /// The indexes that should have been written and were not, a sentence each.
  var failures: [String] { indexes.compactMap { $0.writeError?.description } }

  private var entries: [PluginIndex.Entry] { indexes.flatMap(\.entries) }

  var report: Report {
    var table = Report.Table(
      columns: [
        .text("name"), .text("version"), .text("verdict"), .text("class"), .text("offers"),
        .text("path"),
      ], whenEmpty: "(no file whose name ends in .so)")
    for entry in entries {
      let offers = entry.verdict.manifest.map { manifest in
        manifest.offers?.map(\.description).joined(separator: ", ") ?? "does not say"
      }
      var cells = Verdicts.cells(entry.verdict)
      cells.insert(.text(offers), at: cells.count - 1)
      table.append(cells)
    }
    var sections = [
      Report.Section(
        "Indexes", key: "indexes", paragraphs: indexes.map(Self.sentence)),
      Report.Section("Plugins", key: "plugins", table: table),
    ]
    let refused = indexes.flatMap(\.refused)
    if !refused.isEmpty {
      sections.append(
        Report.Section("Refused", key: "refused", paragraphs: refused.map(\.description)))
    }
    return Report(
      title: "Indexes of plugins",
      headline: headline, sections: sections)
  }

  /// What was found, or done.
  private var headline: String {
    let plugins = "\(entries.count) plugin\(entries.count == 1 ? "" : "s")."
    guard isRewriting else {
      let current = indexes.count { $0.flaw == nil }
      return "\(current) of \(indexes.count) as they should be, \(plugins)"
    }
    let written = indexes.count { $0.writeError == nil }
    return "\(written) \(written == 1 ? "index" : "indexes") rebuilt, \(plugins)"
  }

  private static func sentence(_ index: PluginIndex) -> String {
    let size = "\(index.count) plugins, \(index.byteCount) bytes"
    guard let flaw = index.flaw else { return "\(index.path) is as it should be: \(size)." }
    let outcome =
      if let error = index.writeError {
        "it could not be written: \(error.reason)"
      } else if flaw == .asked {
        "rebuilt"
      } else {
        "the next start rebuilds it"
      }
    return "\(index.path): \(flaw); \(outcome). \(index.judged) files were judged; \(size)."
  }

  func json() throws -> String {
    var document = PluginsSchema1(
      plugins: entries.map { entry in
        var plugin = PluginsSchema1.Plugin(entry.verdict)
        plugin.offers = entry.verdict.manifest?.offers?.map {
          .init(id: $0.id, revision: $0.revision)
        }
        let identity = entry.identity
        plugin.file = .init(
          device: identity.device, inode: identity.inode, size: identity.byteCount,
          modifiedNanoseconds: identity.modificationNanoseconds,
          changedNanoseconds: identity.changeNanoseconds, settled: entry.isSettled)
        return plugin
      })
    document.indexes = indexes.map { index in
      .init(
        directory: index.directory, path: index.path, current: index.flaw == nil,
        because: index.flaw?.description, plugins: index.count, judged: index.judged,
        size: index.byteCount, writeError: index.writeError?.description)
    }
    return try document.encoded()
  }
}

extension PluginsSchema1 {
  /// An interface that a plugin's file says it offers.
  struct Offer: Codable {
    var id: String
    var revision: UInt32
  }
  /// The identity by which a file is known again.
  struct File: Codable {
    var device: UInt64
    var inode: UInt64
    var size: UInt64
    var modifiedNanoseconds: Int64
    var changedNanoseconds: Int64
    var settled: Bool
  }
  struct Index: Codable {
    var directory: String
    var path: String
    /// It was found as it should be.
    var current: Bool
    /// Why it was not.
    var because: String?
    var plugins: Int
    /// How many files had to be opened.
    var judged: Int
    var size: Int
    var writeError: String?
  }
}
