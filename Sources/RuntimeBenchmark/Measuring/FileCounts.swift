internal import ELFInspection
internal import Measurement

/// What can be counted in the files of a set to the last byte.
struct FileCounts {
  private(set) var metrics: [Metric: Double] = [:]

  init(_ paths: [String]) throws(BenchmarkError) {
    var sections: UInt64 = 0
    var exports = 0
    var symbols = 0
    for path in paths {
      do {
        let file = try ELFFile(path: path)
        for section in file.sections where section.isLoaded { sections &+= section.size }
        if let table = file.dynamicSymbolTable {
          exports += file.symbols(of: table).count { !$0.isUndefined && $0.binding != .local }
        }
        if let table = file.symbolTable { symbols += file.symbols(of: table).count }
      } catch {
        throw .processFailed(subject: "'\(path)'", reason: error.description)
      }
    }
    metrics = [
      .sizeSections: Double(sections), .exportsTotal: Double(exports),
      .symbolsTotal: Double(symbols),
    ]
  }
}
