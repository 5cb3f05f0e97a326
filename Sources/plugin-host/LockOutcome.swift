internal import Platform
internal import PluginHost
internal import PluginTrust
internal import Reporting

/// What `lock` wrote, and what is new in it.
struct LockOutcome {
  private let path: String
  private let verdicts: Verdicts
  private let lock: LockFile
  private let changes: (added: [String], changed: [String], removed: [String])

  /// Locks every plugin of a directory that is admitted, and writes the lock file.
  ///
  /// - Parameter path: of the lock file; it lies in `directory` or above it.
  init(_ search: PluginSearch, directory: String, path: String) throws {
    self.path = path
    let findings = try PluginFindings(search)
    verdicts = Verdicts(findings.verdicts)
    let root = Path.parent(of: path)
    lock = try LockFile(
      of: findings.admitted.map(\.path), in: root, allowsWritable: search.allowsWritable)
    if Files.exists(path) {
      changes = lock.changes(since: try LockFile(reading: path, allowsWritable: true))
    } else {
      changes = (lock.digests.keys.sorted(), [], [])
    }
    try Files.replace(path, with: Array(lock.text.utf8))
  }

  var isRefused: Bool { verdicts.isRefused }

  var report: Report {
    var table = Report.Table(
      columns: [.text("file"), .text("change"), .text("BLAKE2b-512")], whenEmpty: "(no plugin)")
    for (change, paths) in [
      ("added", changes.added), ("changed", changes.changed), ("removed", changes.removed),
    ] {
      for path in paths {
        table.append([.text(path), .text(change), Self.cell(lock.digests[path])])
      }
    }
    var sections = [Report.Section("Changes", key: "changes", table: table)]
    sections += verdicts.report.sections.filter { $0.key == "refused" }
    return Report(
      title: "What is new in the lock file",
      headline: "'\(path)' lists \(lock.digests.count) plugins: \(changes.added.count) added, "
        + "\(changes.changed.count) changed, \(changes.removed.count) removed.",
      sections: sections)
  }

  /// The first 16 digits, which tell files apart: spreadsheets, JSON and the lock file have all.
  private static func cell(_ digest: FileDigest?) -> Report.Cell {
    guard let digest else { return .absent }
    return Report.Cell(digest.description.prefix(16) + "…", value: .text(digest.description))
  }

  func json() throws -> String {
    var document = PluginsSchema1(plugins: verdicts.verdicts.map(PluginsSchema1.Plugin.init))
    document.lock = .init(
      path: path, files: lock.digests.mapValues(\.description), added: changes.added,
      changed: changes.changed, removed: changes.removed)
    return try document.encoded()
  }
}

extension PluginsSchema1 {
  /// A lock file that was written: BLAKE2b-512 by path below its directory.
  struct Lock: Codable {
    var path: String
    var files: [String: String]
    var added: [String]
    var changed: [String]
    var removed: [String]
  }
}
