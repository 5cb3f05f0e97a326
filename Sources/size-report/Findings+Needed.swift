internal import ELFInspection
internal import Platform
internal import Reporting
internal import SizeAnalysis

extension Findings {
  /// The libraries that are needed: of one file as the tree that the loader would make, of several as
  /// a list.
  var needed: Report.Section {
    if files.count == 1, let tree = tree(of: files[0]) { return section(tree) }
    var rows: [String: (files: Int, versions: Set<String>)] = [:]
    for file in files {
      for name in file.dynamic?.needed ?? [] { rows[name, default: (0, [])].files += 1 }
      for (library, versions) in file.neededVersions {
        rows[library, default: (0, [])].versions.formUnion(versions)
      }
    }
    var table = Report.Table(
      columns: [.name("library"), .number("files"), .text("versions")], whenEmpty: "(nothing)")
    for (name, row) in top(rows.sorted { ($1.value.files, $0.key) < ($0.value.files, $1.key) }) {
      table.append([
        .text(name), .count(row.files), .text(row.versions.sorted().joined(separator: ", ")),
      ])
    }
    return Report.Section("Needed libraries", key: "needed", table: table)
  }

  private func tree(of file: FileAnalysis) -> NeededTree? {
    guard file.dynamic != nil else { return nil }
    let search = LibrarySearch.ofThisSystem(
      for: file.header, environment: environmentVariables())
    return try? NeededTree(of: file.path, search: search)
  }

  private func section(_ tree: NeededTree) -> Report.Section {
    var table = Report.Table(
      columns: [.name("library"), .text("found"), .name("path"), .text("versions")],
      whenEmpty: "(nothing)")
    var versions: [String: [String]] = [:]
    for (library, names) in files[0].neededVersions { versions[library] = names }
    tree.forEach { depth, request in
      // What others brought is not told again for each that needs it.
      guard depth == 0 || request.finding != .loadedAlready else { return }
      // Blanks would be taken for one.
      let indent = String(repeating: "· ", count: depth)
      table.append([
        .text(indent + request.name), request.finding.cell,
        .text(request.object.map { tree.objects[$0].path }),
        .text(depth == 0 ? versions[request.name]?.joined(separator: ", ") : nil),
      ])
    }
    let missing = tree.missing.count
    return Report.Section(
      "Needed libraries", key: "needed",
      paragraphs: [
        """
        As this system's loader finds them: \(Quantity.count(tree.libraries.count)) files are mapped \
        beside this one\(missing == 0 ? "" : ", \(missing) cannot be found").
        """
      ], table: table)
  }
}

extension NeededTree.Finding {
  fileprivate var cell: Report.Cell {
    switch self {
    case .loadedAlready: .text("already there", tone: .dim)
    case .rpath(let owner): .text("RPATH of \(Path.name(of: owner))")
    case .libraryPath: .text("LD_LIBRARY_PATH")
    case .runpath: .text("RUNPATH")
    case .cache: .text("cache")
    case .defaultDirectory: .text("default directory")
    case .path: .text("by its path")
    case .missing: .text("missing", tone: .bad)
    case .unusable(_, let reason): .text("unusable: \(reason)", tone: .bad)
    case .notSearched: .text("not searched", tone: .dim)
    }
  }
}
