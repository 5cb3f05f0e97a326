internal import Reporting
internal import SizeAnalysis

extension Findings {
  /// All bytes as areas, coloured by owner: of one file by module and symbol, of several by file and
  /// module.
  var treemap: Report.Treemap? {
    guard files.contains(where: { $0.symbols != nil }) else { return nil }
    let nodes =
      files.count == 1 ? modulesOfFile(files[0]) + [unnamed(files[0])] : files.map(node)
    return Report.Treemap(
      "Bytes on disk by \(files.count == 1 ? "module and symbol" : "file and module")",
      sizes: nodes, categories: Owner.allCases.map(\.title) + ["unnamed"])
  }

  private func category(_ owner: Owner) -> Int { Owner.allCases.firstIndex(of: owner)! }

  private var unnamedCategory: Int { Owner.allCases.count }

  /// Symbols of a module that have an area of their own.
  private static let symbolsOfModule = 60

  private func modulesOfFile(_ file: FileAnalysis) -> [Report.Treemap.Node] {
    var groups: [String: [SymbolCost]] = [:]
    for symbol in file.symbols?.symbols ?? [] where symbol.fileSize > 0 {
      let module =
        symbol.traits.contains(.isImported) ? "imports" : names.module(symbol.name)
      groups[module, default: []].append(symbol)
    }
    return groups.sorted { $0.key < $1.key }.map { module, symbols in
      let sorted = symbols.sorted { $0.fileSize > $1.fileSize }
      var nodes = sorted.prefix(Self.symbolsOfModule).map { symbol in
        Report.Treemap.Node(
          names.demangled(symbol.name), bytes: Int(clamping: symbol.fileSize),
          detail: symbol.owner.title, category: category(symbol.owner))
      }
      for owner in Owner.allCases {
        let rest = sorted.dropFirst(Self.symbolsOfModule).filter { $0.owner == owner }
        guard !rest.isEmpty else { continue }
        nodes.append(
          Report.Treemap.Node(
            "\(Quantity.count(rest.count)) smaller",
            bytes: Int(clamping: rest.reduce(0) { $0 + $1.fileSize }), detail: owner.title,
            category: category(owner)))
      }
      return Report.Treemap.Node(module.isEmpty ? "C, C++, none" : module, children: nodes)
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
        detail: row.owner.title, category: category(row.owner))
    }
    nodes.append(
      Report.Treemap.Node(
        "unnamed", bytes: Int(clamping: file.ownership()?.unnamed ?? 0),
        category: unnamedCategory))
    return Report.Treemap.Node(label(file), children: nodes)
  }
}
