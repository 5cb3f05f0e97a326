internal import Reporting
internal import SizeAnalysis

extension Findings {
  /// All bytes as areas, coloured by owner: of one file by module and type, of several by file and
  /// module.
  var treemap: Report.Treemap? {
    guard files.contains(where: { $0.symbols != nil }) else { return nil }
    let nodes =
      files.count == 1 ? modulesOfFile(files[0]) + [unnamed(files[0])] : files.map(node)
    return Report.Treemap(
      "Bytes on disk by \(files.count == 1 ? "module and type" : "file and module")",
      sizes: nodes, categories: Owner.allCases.map(\.title))
  }

  private func category(_ holder: ByteHolder) -> Int {
    if case .owner(let owner) = holder { category(owner) } else { unnamedCategory }
  }

  private func category(_ owner: Owner) -> Int { Owner.allCases.firstIndex(of: owner)! }

  /// None of the owners' colours.
  private var unnamedCategory: Int { .max }

  /// A module's types, and of what has no type the symbols, as areas.
  private func modulesOfFile(_ file: FileAnalysis) -> [Report.Treemap.Node] {
    struct Area {
      var bytes: UInt64 = 0
      var symbols = 0
      var owner = Owner.own
    }
    var groups: [String: [String: Area]] = [:]
    for symbol in file.symbols?.symbols ?? [] where symbol.fileSize > 0 {
      let module =
        symbol.traits.contains(.isImported) ? "imports" : names.module(symbol.name)
      let type = names.type(symbol.name)
      let name = type.isEmpty ? names.demangled(symbol.name) : type
      groups[module, default: [:]][name, default: Area()].bytes += symbol.fileSize
      groups[module]![name]!.symbols += 1
      groups[module]![name]!.owner = symbol.owner
    }
    return groups.sorted { $0.key < $1.key }.map { module, areas in
      Report.Treemap.Node(
        module.isEmpty ? "C, C++, none" : module,
        children: areas.sorted { $0.key < $1.key }.map { name, area in
          Report.Treemap.Node(
            name, bytes: Int(clamping: area.bytes),
            detail: "\(area.owner.title), \(Quantity.count(area.symbols)) symbols",
            category: category(area.owner))
        })
    }
  }

  private func unnamed(_ file: FileAnalysis) -> Report.Treemap.Node {
    let parts = zip(file.parts, file.symbols?.remainders ?? []).filter { $0.1 > 0 }
    return Report.Treemap.Node(
      "unnamed",
      children: parts.map { part, rest in
        Report.Treemap.Node(
          part.name, bytes: Int(clamping: rest), detail: "no symbol has these bytes",
          category: unnamedCategory)
      })
  }

  private func node(_ file: FileAnalysis) -> Report.Treemap.Node {
    var nodes = all.modules(of: file).map { row in
      Report.Treemap.Node(
        row.module.isEmpty ? "C, C++, none" : row.module, bytes: Int(clamping: row.fileSize),
        detail: row.holder.title, category: category(row.holder))
    }
    nodes.append(
      Report.Treemap.Node(
        "unnamed", bytes: Int(clamping: file.ownership()?.unnamed ?? 0),
        category: unnamedCategory))
    return Report.Treemap.Node(label(file), children: nodes)
  }
}
