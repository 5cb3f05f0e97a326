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
    sections.append(loading)
    sections.append(unloading)
    sections += [measured].compactMap { $0 }
    sections.append(hardening)
    sections.append(needed)
    return sections
  }

  private var fileTable: Report.Section {
    var table = Report.Table(columns: [
      .text("file"), .text("role"), .number("file-size", title: "on disk"), .number("own"),
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

  /// What loading each file costs, as far as the file tells.
  private var loading: Report.Section {
    let unused = files.count > 1 ? all.unusedExports() : nil
    var table = Report.Table(columns: [
      .text("file"), .number("relocations"), .number("relative"), .number("symbolic"),
      .number("relr", title: "packed"), .number("dirty-pages", title: "dirty pages"),
      .number("predicted", title: "private"), .number("writable", title: "at most"),
      .number("constructors"), .number("tls", title: "TLS"), .number("exports"),
      .number("unused-exports", title: "unused"),
    ])
    let rows = files.indices.sorted { files[$0].loading.dirtyPages > files[$1].loading.dirtyPages }
    for index in top(rows) {
      let file = files[index]
      let relocations = file.relocations
      table.append([
        .text(label(file)), .count(relocations.total), .count(relocations.count(.relative)),
        .count(relocations.count(.symbolic, .globalOffset, .jumpSlot, .copy)),
        .count(relocations.relr), .count(file.loading.dirtyPages),
        .bytes(file.loading.predictedAnonymous),
        .bytes(
          UInt64(file.loading.writablePages + file.loading.zeroPages) * LoadingCost.pageSize),
        .count(file.dynamic?.constructorCount ?? 0), .bytes(file.loading.threadLocalSize),
        .count(file.symbols?.exports), .count(unused.map { $0[index] }),
      ])
    }
    return Report.Section(
      "Loading", key: "loading",
      paragraphs: [
        """
        "Private" is the memory that every process has for itself as soon as the file is loaded: the \
        pages that relocating writes to, and the page in which zeros follow the file's data. "At \
        most" adds what the code may write to later. Pages are of 4096 bytes.
        """
      ], table: table)
  }

  private var unloading: Report.Section {
    var table = Report.Table(columns: [.text("file"), .text("class"), .text("because")])
    for file in top(files.filter { $0.role != .program && $0.role != .object }) {
      let isUnloadable = file.unload.isUnloadable
      table.append([
        .text(label(file)), .text(isUnloadable ? "unloadable" : "resident"),
        .text(
          isUnloadable
            ? "nothing in the file speaks against it"
            : file.unload.because.joined(separator: "; ")),
      ])
    }
    return Report.Section(
      "Unloading", key: "unloading",
      table: table.withText(whenEmpty: "(programs and object files are not unloaded)"))
  }

  private var hardening: Report.Section {
    struct Row {
      var finding: HardeningFinding
      var files: [String]
    }
    var rows: [Row] = []
    for file in files {
      for finding in file.hardening?.findings ?? [] {
        if let index = rows.firstIndex(where: { $0.finding == finding }) {
          rows[index].files.append(label(file))
        } else {
          rows.append(Row(finding: finding, files: [label(file)]))
        }
      }
    }
    var table = Report.Table(
      columns: [
        .text("severity"), .text("finding"), .text("found"), .text("files"), .text("advice"),
      ], whenEmpty: "(nothing to report)")
    for row in top(rows.sorted { $0.finding.severity > $1.finding.severity }) {
      table.append([
        .text(row.finding.severity.rawValue, tone: row.finding.severity == .high ? .bad : .plain),
        .text(row.finding.code.rawValue), .text(row.finding.found),
        .text(row.files.count == 1 ? row.files[0] : "\(Quantity.count(row.files.count)) files"),
        .text(row.finding.advice),
      ])
    }
    return Report.Section("Hardening", key: "hardening", table: table)
  }
}

extension Report.Table {
  fileprivate func withText(whenEmpty: String) -> Report.Table {
    var table = self
    table.whenEmpty = whenEmpty
    return table
  }
}
