internal import ConcurrentMap
internal import ELFInspection
internal import Reporting
internal import SizeAnalysis

extension Findings {
  /// All bytes of all files in one view, the largest part first.
  func breakdown(_ view: View) -> Report.Section {
    switch view {
    case .segments: segments
    case .sections: sections
    case .symbols: symbols
    case .modules: modules
    case .owners: owners
    }
  }

  private var segments: Report.Section {
    var table = Report.Table(columns: [
      .name("file"), .text("segment"), .number("file-size", title: "file"),
      .number("memory-size", title: "memory"), .number("share"),
    ])
    for file in files {
      for row in file.segmentSizes() {
        table.append([
          .text(label(file), tone: .dim), .text(row.name), .bytes(row.fileSize),
          .bytes(row.memorySize), share(row.fileSize),
        ])
      }
    }
    return Report.Section("Segments", key: "segments", table: table)
  }

  private var sections: Report.Section {
    struct Sum {
      var name: String
      var files = 0
      var fileSize: UInt64 = 0
      var memorySize: UInt64 = 0
    }
    var sums: [String: Sum] = [:]
    for file in files {
      for part in file.parts {
        sums[part.name, default: Sum(name: part.name)].files += 1
        sums[part.name]!.fileSize += part.fileSize
        sums[part.name]!.memorySize += part.memorySize
      }
    }
    let rows = sums.values.filter { $0.fileSize > 0 || $0.memorySize > 0 }.sorted {
      ($1.fileSize, $1.memorySize, $0.name) < ($0.fileSize, $0.memorySize, $1.name)
    }
    // Of one file, each row has one.
    let hasFiles = files.count > 1
    var table = Report.Table(
      columns: [.text("section")] + (hasFiles ? [.number("files")] : []) + [
        .number("file-size", title: "file"), .number("memory-size", title: "memory"),
        .number("share"),
      ])
    for row in top(rows) {
      table.append(
        [.text(row.name)] + (hasFiles ? [.count(row.files)] : []) + [
          .bytes(row.fileSize), .bytes(row.memorySize), share(row.fileSize),
        ])
    }
    return Report.Section("Sections", key: "sections", table: table)
  }

  private var symbols: Report.Section {
    let totals = all.symbolTotals(top: request.top)
    note(isCut: totals.rows.count < totals.names)
    let showsCharges = request.showsCharges
    let charges: [Report.Column] =
      showsCharges
      ? [
        .number("tables"), .number("names"), .number("relocations"), .number("unwind"),
        .number("exceptions"), .number("linkage"),
      ] : [.number("charges", title: "for it")]
    var table = Report.Table(
      columns: placing(
        .text("symbol"),
        with: [.number("file-size", title: "file"), .number("body", title: "code, data")]
          + charges + [.number("symbols", title: "times"), .text("owner")]))
    let isTerse = request.isTerse
    let columns = table.columns.count
    let parts = totals.rows.concurrentChunks { [names] chunk in
      var packed = PackedRows(columns: columns)
      func addName(_ row: SymbolTotal) {
        packed.text { text in
          unsafe names.withDemangled(row.name) { name, _ in
            if isTerse {
              unsafe ShortName.append(name, to: &text)
            } else {
              unsafe text.append(contentsOf: name)
            }
          }
        }
      }
      for row in chunk {
        // As `placing` has it.
        if !isTerse { addName(row) }
        packed.bytes(row.fileSize)
        packed.bytes(row.body)
        let sums = row.charges
        if showsCharges {
          packed.bytes(sums.tables)
          packed.bytes(sums.names)
          packed.bytes(sums.relocations)
          packed.bytes(sums.unwind)
          packed.bytes(sums.exceptions)
          packed.bytes(sums.linkage)
        } else {
          packed.bytes(row.fileSize - row.body)
        }
        packed.count(row.symbols)
        packed.text(row.holder.title)
        if isTerse { addName(row) }
      }
      return packed
    }
    for part in parts { table.append(part) }
    let unnamed = files.reduce(0) { $0 + ($1.symbols?.remainders.reduce(0, +) ?? 0) }
    return Report.Section(
      "Symbols", key: "symbols",
      paragraphs: [
        """
        \(Quantity.count(totals.names)) names have \
        \(Quantity.bytes(Double(totals.fileSize))); headers, tables and bytes \
        without a name the other \(Quantity.bytes(Double(unnamed))). \
        \(showsCharges ? "Beside code and data stands" : "\"For it\" is") what exists because \
        of a symbol: its entries in symbol, version and hash tables, its name, the relocations of its \
        bytes, what unwinds it, its table of exceptions, slots and stubs to call it.
        """
      ], table: table)
  }

  private var modules: Report.Section {
    let rows = all.modules()
    var table = Report.Table(columns: [
      .text("module"), .text("owner"), .number("symbols"), .number("file-size", title: "file"),
      .number("body", title: "code, data"), .number("share"),
    ])
    for row in top(rows) {
      table.append([
        row.module.isEmpty ? Report.Cell("(C, C++, none)", value: .text("")) : .text(row.module),
        .text(row.holder.title), .count(row.symbols), .bytes(row.fileSize), .bytes(row.body),
        share(row.fileSize),
      ])
    }
    return Report.Section(
      "Modules", key: "modules",
      paragraphs: [
        """
        Generic code of a library that was made for a module counts as that module's.
        """
      ], table: table)
  }

  private var owners: Report.Section {
    var sum = Ownership()
    for file in files {
      if let own = file.ownership() { sum += own }
    }
    var table = Report.Table(columns: [
      .text("owner"), .number("file-size", title: "file"), .number("share"), .text("what"),
    ])
    for owner in Owner.allCases {
      table.append([
        .text(owner.rawValue), .bytes(sum[owner]), share(sum[owner]), .text(owner.title),
      ])
    }
    table.append([
      .text("imports"), .bytes(sum.imports), share(sum.imports),
      .text("entries, names, relocations, slots and stubs for what other files define"),
    ])
    table.append([
      .text("unnamed"), .bytes(sum.unnamed), share(sum.unnamed),
      .text("headers, tables, and bytes that no symbol has"),
    ])
    return Report.Section("Owners", key: "owners", table: table)
  }
}
