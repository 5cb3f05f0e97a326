internal import ConcurrentMap
internal import ELFInspection
internal import Platform
internal import Reporting
internal import SizeAnalysis

extension Findings {
  /// The libraries that are needed: of one file as the tree that the loader would make, of several as
  /// a list.
  var needed: Report.Section {
    if files.count == 1, let tree = trees[0] { return section(tree) }
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
    return Report.Section(
      "Needed libraries", key: "needed", paragraphs: missingLibraries, table: table)
  }

  /// A sentence for each library that this system's loader would not find for one of several files.
  private var missingLibraries: [String] {
    var askers: [(name: String, files: [String])] = []
    for (file, tree) in zip(files, trees) {
      for name in Set(tree?.missing.map(\.request.name) ?? []).sorted() {
        if let index = askers.firstIndex(where: { $0.name == name }) {
          askers[index].files.append(label(file))
        } else {
          askers.append((name, [label(file)]))
        }
      }
    }
    guard !askers.isEmpty else { return ["This system's loader finds all of them."] }
    return askers.map { "\($0.name) cannot be found, for \(some($0.files))." }
  }

  /// Of each file what the loader would make of it; nil for one that is not loaded.
  var trees: [NeededTree?] {
    let environment = environmentVariables()
    return files.concurrentMap { tree(of: $0, environment) }
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
        .text(indent + request.name), request.cell,
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
      ] + openedSentences(tree), table: table)
  }

  /// What the file opens by itself, and whether that is here.
  private func openedSentences(_ tree: NeededTree) -> [String] {
    let requests = tree.objects.first?.requests.filter { $0.kind == .opened } ?? []
    return files[0].notes.openedLibraries.map { library in
      let found = library.sonames.first { name in
        requests.contains { $0.name == name && $0.isThere }
      }
      let what = [library.feature, library.description].compactMap { $0 }.joined(separator: ": ")
      let state =
        found.map { library.sonames.count > 1 ? "of which \($0) is here" : "which is here" }
        ?? "not to be found here"
      return """
        Opened by itself, \(library.priority)\(what.isEmpty ? "" : " (\(what))"): \
        \(library.sonames.joined(separator: " or ")), \(state).
        """
    }
  }
}

/// What the loader would make of a file, with what the file opens by itself.
private func tree(of file: FileAnalysis, _ environment: [String: String]) -> NeededTree? {
  guard file.dynamic != nil else { return nil }
  let search = LibrarySearch.ofThisSystem(for: file.header, environment: environment)
  return try? NeededTree(
    of: file.path, search: search, opened: file.notes.openedLibraries.flatMap(\.sonames))
}

extension NeededTree.Request {
  /// It is loaded, whoever brings it.
  var isThere: Bool { object != nil || finding == .loadedAlready }

  fileprivate var cell: Report.Cell {
    guard kind == .opened else { return finding.cell }
    return isThere
      ? .text("opened by itself, \(finding.cell.text)")
      : .text("opened by itself, \(finding.cell.text)", tone: .dim)
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
