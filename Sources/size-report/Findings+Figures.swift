internal import Reporting
internal import SizeAnalysis

extension Findings {
  /// For spreadsheets: one table whose first columns are those of `bloaty --csv -d inputfiles,…`.
  var figures: Report {
    let view = request.view ?? .sections
    let table =
      switch view {
      case .segments: segmentFigures
      case .sections: sectionFigures
      case .symbols: symbolFigures
      case .modules: moduleFigures
      case .owners: ownerFigures
      }
    return Report(
      title: "Sizes", headline: "",
      sections: [Report.Section("Sizes", key: view.rawValue, table: table)])
  }

  private func columns(_ view: String, _ more: Report.Column...) -> [Report.Column] {
    [.text("inputfiles"), .text(view), .number("vmsize"), .number("filesize")] + more
  }

  private var segmentFigures: Report.Table {
    var table = Report.Table(columns: columns("segments"))
    for file in files {
      for row in file.segmentSizes() {
        table.append([
          .text(file.path), .text(row.name), .bytes(row.memorySize), .bytes(row.fileSize),
        ])
      }
    }
    return table
  }

  private var sectionFigures: Report.Table {
    var table = Report.Table(columns: columns("sections"))
    for file in files {
      for part in file.parts where part.fileSize > 0 || part.memorySize > 0 {
        table.append([
          .text(file.path), .text(part.name), .bytes(part.memorySize), .bytes(part.fileSize),
        ])
      }
    }
    return table
  }

  private var symbolFigures: Report.Table {
    var table = Report.Table(
      columns: columns(
        "symbols", .text("name"), .text("module"), .text("owner"), .number("body"),
        .number("tables"), .number("names"), .number("relocations"), .number("unwind"),
        .number("linkage")))
    for file in files {
      guard let symbols = file.symbols else { continue }
      for symbol in top(symbols.symbols.sorted { $0.fileSize > $1.fileSize }) {
        table.append([
          .text(file.path), .text(names.demangled(symbol.name)),
          .bytes(symbol.part == SymbolCost.noPart ? 0 : symbol.body), .bytes(symbol.fileSize),
          .text(names.name(symbol.name)), .text(names.module(symbol.name)),
          .text(symbol.owner.rawValue), .bytes(symbol.bodyInFile), .count(Int(symbol.tables)),
          .count(Int(symbol.names)), .count(Int(symbol.relocations)), .count(Int(symbol.unwind)),
          .count(Int(symbol.linkage)),
        ])
      }
      for (part, rest) in zip(file.parts, symbols.remainders) where rest > 0 {
        let name = part.name.hasPrefix("[") ? part.name : "[section \(part.name)]"
        table.append(
          [.text(file.path), .text(name), .bytes(UInt64(0)), .bytes(rest)]
            + [Report.Cell](repeating: .absent, count: 9))
      }
    }
    return table
  }

  private var moduleFigures: Report.Table {
    var table = Report.Table(columns: columns("modules", .text("owner"), .number("symbols")))
    for file in files {
      for row in all.modules(of: file) {
        table.append([
          .text(file.path), .text(row.module), .bytes(row.memorySize), .bytes(row.fileSize),
          .text(row.owner.rawValue), .count(row.symbols),
        ])
      }
      table.append([
        .text(file.path), .text("[unnamed]"), .bytes(UInt64(0)),
        .bytes(file.ownership()?.unnamed), .absent, .absent,
      ])
    }
    return table
  }

  private var ownerFigures: Report.Table {
    var table = Report.Table(columns: columns("owners"))
    for file in files {
      guard let ownership = file.ownership() else { continue }
      for owner in Owner.allCases {
        table.append([
          .text(file.path), .text(owner.rawValue), .absent, .bytes(ownership[owner]),
        ])
      }
      table.append([.text(file.path), .text("imports"), .absent, .bytes(ownership.imports)])
      table.append([
        .text(file.path), .text("[unnamed]"), .absent, .bytes(ownership.unnamed),
      ])
    }
    return table
  }
}
