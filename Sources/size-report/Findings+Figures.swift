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
      // See `SymbolFigures`.
      case .symbols: Report.Table(columns: [])
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
          .text(file.path), .text(row.name), .figure(row.memorySize), .figure(row.fileSize),
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
          .text(file.path), .text(part.name), .figure(part.memorySize), .figure(part.fileSize),
        ])
      }
    }
    return table
  }

  private var moduleFigures: Report.Table {
    var table = Report.Table(columns: columns("modules", .text("owner"), .number("symbols")))
    for file in files {
      for row in all.modules(of: file) {
        table.append([
          .text(file.path), .text(row.module), .figure(row.memorySize), .figure(row.fileSize),
          .text(row.holder.title), .count(row.symbols),
        ])
      }
      table.append([
        .text(file.path), .text("[unnamed]"), .figure(UInt64(0)),
        .figure(file.ownership()?.unnamed), .absent, .absent,
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
          .text(file.path), .text(owner.rawValue), .absent, .figure(ownership[owner]),
        ])
      }
      table.append([.text(file.path), .text("imports"), .absent, .figure(ownership.imports)])
      table.append([
        .text(file.path), .text("[unnamed]"), .absent, .figure(ownership.unnamed),
      ])
    }
    return table
  }
}

extension Report.Cell {
  /// A figure for scripts alone: nobody pays for how it would read.
  fileprivate static func figure(_ value: UInt64?) -> Report.Cell {
    Report.Cell("", value: value.map { .integer(Int(clamping: $0)) })
  }
}
