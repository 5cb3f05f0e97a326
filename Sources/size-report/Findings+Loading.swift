internal import ELFInspection
internal import Reporting
internal import SizeAnalysis

extension Findings {
  private static let explanation = """
    "Private" is the memory that every process has for itself as soon as the file is loaded: the pages \
    that relocating writes to, those of the dynamic section that glibc writes to, and the page in which \
    zeros follow the file's data. "At most" adds what the code may write to later. Pages are of 4096 \
    bytes.
    """

  /// What loading each file costs, as far as the file tells.
  var loading: Report.Section {
    let unused = unusedExports
    var table = Report.Table(columns: [
      .name("file"), .number("relocations"), .number("dirty-pages", title: "dirty pages"),
      .number("predicted", title: "private"), .number("writable", title: "at most"),
      .number("constructors"), .number("tls", title: "TLS"), .text("tls-model", title: "TLS model"),
      .number("exports"), .number("unused-exports", title: "unused"),
    ])
    let rows = files.indices.sorted { files[$0].loading.dirtyPages > files[$1].loading.dirtyPages }
    for index in top(rows) {
      let file = files[index]
      table.append([
        .text(label(file)), .count(file.relocations.total), .count(file.loading.dirtyPages),
        .bytes(file.loading.predictedAnonymous), .bytes(file.loading.writableBytes),
        .count(file.dynamic?.constructorCount ?? 0), .bytes(file.loading.threadLocalSize),
        .text(file.loading.modelNames), .count(file.symbols?.exports), .count(unused[index].count),
      ])
    }
    return Report.Section(
      "Loading", key: "loading", paragraphs: [Self.explanation], table: table)
  }

  /// Of each file the exports that no other file imports: only of several together can that be told.
  var unusedExports: [[NameID]] {
    files.count > 1 ? all.namesOfUnusedExports() : files.map { _ in [] }
  }

  /// What is exported and not imported; nil where there is nothing.
  var unused: Report.Section? {
    let unused = unusedExports
    let count = unused.reduce(0) { $0 + $1.count }
    guard count > 0 else { return nil }
    var rest = request.top ?? count
    note(isCut: rest < count)
    var table = Report.Table(columns: [.name("file"), .text("symbol")])
    for (file, names) in zip(files, unused) {
      for name in names.prefix(rest) {
        table.append([.text(label(file)), .text(shown(name))])
        rest -= 1
      }
    }
    return Report.Section(
      "Unused exports", key: "unused-exports",
      paragraphs: [
        """
        No other of these files imports them. What is loaded beside them, or looks symbols up by name, may.
        """
      ], table: table)
  }

  /// The same of a single file, with all there is to know.
  var loadingOfOne: Report.Section {
    let file = files[0]
    let relocations = file.relocations
    var table = Report.Table(columns: [.text("figure"), .number("value")])
    for (name, cell) in [
      ("relocations", .count(relocations.total)),
      ("· relative", .count(relocations.count(.relative))),
      ("· · of them packed (RELR)", .count(relocations.relr)),
      ("· to symbols, in data", .count(relocations.count(.symbolic, .copy))),
      ("· to symbols, in the global offset table", .count(relocations.count(.globalOffset))),
      ("· to functions that are called", .count(relocations.count(.jumpSlot))),
      ("· of functions chosen when loaded", .count(relocations.count(.indirect))),
      ("· thread-local", .count(relocations.threadLocal)),
      ("· other", .count(relocations.count(.other))),
      ("pages that relocating writes to", .count(file.loading.relocatedPages)),
      ("private", .bytes(file.loading.predictedAnonymous)),
      ("at most", .bytes(file.loading.writableBytes)),
      ("constructors", .count(file.dynamic?.constructorCount ?? 0)),
      ("thread-local storage", .bytes(file.loading.threadLocalSize)),
      ("· comes to it by", .text(file.loading.modelNames)),
      ("exports", .count(file.symbols?.exports)),
    ] as [(String, Report.Cell)] {
      table.append([.text(name), cell])
    }
    return Report.Section(
      "Loading", key: "loading", paragraphs: [Self.explanation], table: table)
  }
}

extension LoadingCost {
  /// The models of thread-local storage by their names.
  fileprivate var modelNames: String {
    threadLocalModels.isEmpty
      ? "none" : threadLocalModels.map(\.rawValue).joined(separator: ", ")
  }
}
