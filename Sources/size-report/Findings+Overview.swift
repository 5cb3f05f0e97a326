internal import ELFInspection
internal import Reporting
internal import SizeAnalysis

extension Findings {
  /// All views, and what the files would cost.
  var overview: [Report.Section] {
    var sections: [Report.Section] = []
    if files.count > 1 { sections.append(fileTable) }
    var owners = breakdown(.owners)
    owners.treemap = treemap
    sections.append(owners)
    sections.append(breakdown(.sections))
    sections.append(breakdown(.modules))
    sections.append(breakdown(.symbols))
    sections += [swiftMetadata].compactMap { $0 }
    if files.count > 1 { sections += [duplicates, shipping].compactMap { $0 } }
    sections.append(files.count == 1 ? loadingOfOne : loading)
    sections += [unused].compactMap { $0 }
    sections += [plugins].compactMap { $0 }
    sections.append(unloading)
    sections += [measured].compactMap { $0 }
    sections.append(hardening)
    sections.append(needed)
    sections += [fileNotes].compactMap { $0 }
    return sections
  }

  private var fileTable: Report.Section {
    var table = Report.Table(columns: [
      .name("file"), .text("role"), .number("file-size", title: "on disk"), .number("own"),
      .number("runtime"), .number("stdlib"), .number("other"), .number("imports"),
      .number("unnamed"),
    ])
    for file in top(files.sorted { $0.fileSize > $1.fileSize }) {
      let ownership = file.ownership()
      table.append([
        .text(label(file)), .text(file.role.rawValue), .bytes(file.fileSize),
        .bytes(ownership?.own), .bytes(ownership?.runtime), .bytes(ownership?.stdlib),
        .bytes(ownership?.other), .bytes(ownership?.imports), .bytes(ownership?.unnamed),
      ])
    }
    return Report.Section("Files", key: "files", table: table)
  }

  private var unloading: Report.Section {
    let files = files.filter { $0.role != .program && $0.role != .object }
    var groups: [(because: [String], files: [String])] = []
    for file in files {
      if let index = groups.firstIndex(where: { $0.because == file.unload.because }) {
        groups[index].files.append(label(file))
      } else {
        groups.append((file.unload.because, [label(file)]))
      }
    }
    return Report.Section(
      "Unloading", key: "unloading",
      paragraphs: groups.isEmpty
        ? ["Programs and object files are not unloaded."]
        : top(groups).map { group in
          group.because.isEmpty
            ? "\(some(group.files)): unloadable; nothing in the file speaks against it."
            : "\(some(group.files)): resident, because \(group.because.joined(separator: "; "))."
        })
  }

  private var hardening: Report.Section {
    var rows: [(finding: HardeningFinding, files: [String])] = []
    for file in files {
      for finding in file.hardening?.findings ?? [] {
        if let index = rows.firstIndex(where: { $0.finding == finding }) {
          rows[index].files.append(label(file))
        } else {
          rows.append((finding, [label(file)]))
        }
      }
    }
    rows.sort { $0.finding.severity > $1.finding.severity }
    return Report.Section(
      "Hardening", key: "hardening",
      paragraphs: rows.isEmpty
        ? ["Nothing to report."]
        : top(rows).map { row in
          """
          \(row.finding.severity.rawValue.uppercased()) \(row.finding.code.rawValue), \
          \(some(row.files)): \(row.finding.found). To do: \(row.finding.advice).
          """
        })
  }

  /// The name of one file, or how many there are.
  func some(_ files: [String]) -> String {
    files.count == 1 ? files[0] : "\(Quantity.count(files.count)) files (\(files[0]), …)"
  }
}
