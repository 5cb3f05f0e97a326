internal import ConcurrentMap
internal import Platform
internal import Reporting
internal import SizeAnalysis

/// All symbols for spreadsheets: a table too long to be held as one.
struct SymbolFigures {
  let findings: Findings

  /// The header and the records, in chunks of a few thousand symbols; the bytes without a symbol come
  /// last for each file.
  func write(_ sink: ([UInt8]) throws(SystemError) -> Void) throws(SystemError) {
    var header = CSVWriter()
    for name in [
      "inputfiles", "symbols", "vmsize", "filesize", "name", "module", "owner", "body", "tables",
      "names", "relocations", "unwind", "linkage", "exceptions", "type", "export",
    ] { header.field(name) }
    header.endRecord()
    try sink(header.bytes)
    let unused = findings.unusedExports
    for (position, file) in findings.files.enumerated() {
      guard let symbols = file.symbols else { continue }
      let rows = Array(findings.top(symbols.bySize))
      let names = findings.names
      let unimported = findings.files.count > 1 ? Set(unused[position]) : nil
      let chunk = 4096
      let parts = concurrentMap(count: (rows.count + chunk - 1) / chunk) { part in
        var csv = CSVWriter()
        for index in rows[part * chunk..<min((part + 1) * chunk, rows.count)] {
          let symbol = symbols.symbols[index]
          Self.append(symbol, of: file.path, names, to: &csv)
          csv.field(Self.export(symbol, unimported))
          csv.endRecord()
        }
        return csv.bytes
      }
      for part in parts { try sink(part) }
      var rest = CSVWriter()
      for (part, bytes) in zip(file.parts, symbols.remainders) where bytes > 0 {
        rest.field(file.path)
        rest.field(part.name.hasPrefix("[") ? part.name : "[section \(part.name)]")
        rest.field(0)
        rest.field(bytes)
        for _ in 0..<12 { rest.absent() }
        rest.endRecord()
      }
      try sink(rest.bytes)
    }
  }

  private static func append(
    _ symbol: SymbolCost, of path: String, _ names: NameFacts, to csv: inout CSVWriter
  ) {
    csv.field(path)
    csv.field(names.demangled(symbol.name))
    csv.field(symbol.part == SymbolCost.noPart ? 0 : symbol.body)
    csv.field(symbol.fileSize)
    csv.field(names.name(symbol.name))
    csv.field(names.module(symbol.name))
    csv.field(symbol.holder.title)
    csv.field(symbol.bodyInFile)
    csv.field(Int(symbol.tables))
    csv.field(Int(symbol.names))
    csv.field(Int(symbol.relocations))
    csv.field(Int(symbol.unwind))
    csv.field(Int(symbol.linkage))
    csv.field(Int(symbol.exceptions))
    csv.field(names.type(symbol.name))
  }

  /// Whether others may import the symbol, and whether one of several files does.
  private static func export(_ symbol: SymbolCost, _ unimported: Set<NameID>?) -> String {
    guard symbol.traits.contains(.isExported) else { return "" }
    guard let unimported else { return "export" }
    return unimported.contains(symbol.name) ? "unused" : "used"
  }
}
