internal import ELFInspection
internal import Platform
internal import Reporting
internal import SizeAnalysis

/// `size-report/1`: the JSON form. Frozen: members may be added, never changed.
///
/// Written as it is made: a set of plugins can have millions of symbols.
struct SizeSchema1 {
  typealias Writer = JSONWriter<SystemError>
  let findings: Findings

  init(_ findings: Findings) { self.findings = findings }

  func write(to json: inout Writer) throws(SystemError) {
    json.beginObject()
    try json.member("schema", "size-report/1")
    json.member("files")
    json.beginArray()
    let trees = findings.trees
    let unused = findings.unusedExports
    for (index, file) in findings.files.enumerated() {
      json.beginObject()
      try write(file, to: &json)
      try writeNeeds(of: file, trees[index], to: &json)
      if findings.files.count > 1 && file.symbols != nil {
        json.member("unusedExports")
        json.beginArray(.inline)
        for name in unused[index] { try json.value(findings.names.name(name)) }
        try json.endArray()
      }
      try json.endObject()
    }
    try json.endArray()
    try writeTotals(to: &json)
    try writeDuplicates(to: &json)
    try writeSets(to: &json)
    if let prediction = findings.prediction { try write(prediction, to: &json) }
    if let comparison = findings.comparison { try write(comparison, to: &json) }
    if let budget = findings.budget { try write(budget, to: &json) }
    json.member("unreadable")
    json.beginArray()
    for failure in findings.failures {
      json.beginObject(.inline)
      try json.member("path", failure.path)
      try json.member("code", failure.code.rawValue)
      try json.member("field", failure.field)
      try json.member("found", failure.found)
      try json.member("expected", failure.expected)
      try json.endObject()
    }
    try json.endArray()
    try json.endObject()
  }

  private func write(_ file: FileAnalysis, to json: inout Writer) throws(SystemError) {
    try json.member("path", file.path)
    try json.member("role", file.role.rawValue)
    try json.member("fileSize", file.fileSize)
    try json.member("accountedFileSize", file.accountedFileSize)
    try json.member("vmSize", file.memorySize)
    try json.member("buildID", file.buildID)
    try json.member("type", file.header.typeName)
    try json.member("machine", file.header.machineName)
    try json.member("bits", file.header.is64Bit ? 64 : 32)
    try json.member("byteOrder", file.header.isLittleEndian ? "little" : "big")
    json.member("segments")
    json.beginArray()
    for segment in file.segments {
      json.beginObject(.inline)
      try json.member("type", segment.typeName)
      try json.member("flags", segment.permissions.trimmed)
      try json.member("fileSize", segment.fileSize)
      try json.member("vmSize", segment.memorySize)
      try json.endObject()
    }
    try json.endArray()
    json.member("sections")
    json.beginArray()
    for part in file.parts where part.fileSize > 0 || part.memorySize > 0 {
      json.beginObject(.inline)
      try json.member("name", part.name)
      try json.member("fileSize", part.fileSize)
      try json.member("vmSize", part.memorySize)
      try json.endObject()
    }
    try json.endArray()
    try writeSymbols(of: file, to: &json)
    try writeLoading(of: file, to: &json)
  }

  private func writeSymbols(of file: FileAnalysis, to json: inout Writer) throws(SystemError) {
    guard let symbols = file.symbols else { return }
    let names = findings.names
    json.member("symbols")
    json.beginArray()
    let order = symbols.symbols.indices.sorted {
      let (left, right) = (symbols.symbols[$0].fileSize, symbols.symbols[$1].fileSize)
      return left != right ? left > right : $0 < $1
    }
    let rows = Array(findings.top(order))
    try json.elements(rows.indices) { json, row in
      let symbol = symbols.symbols[rows[row]]
      json.beginObject(.inline)
      json.member("name", names.name(symbol.name))
      json.member("demangled", names.demangled(symbol.name))
      json.member("module", names.module(symbol.name))
      json.member("typeName", names.type(symbol.name))
      json.member("owner", symbol.owner.rawValue)
      // Of most it would say nothing.
      if symbol.traits.contains(.isImported) { json.member("imported", true) }
      json.member("fileSize", symbol.fileSize)
      json.member("vmSize", symbol.part == SymbolCost.noPart ? 0 : symbol.body)
      json.member("body", symbol.bodyInFile)
      json.member("tables", Int(symbol.tables))
      json.member("nameBytes", Int(symbol.names))
      json.member("relocations", Int(symbol.relocations))
      json.member("unwind", Int(symbol.unwind))
      json.member("exceptions", Int(symbol.exceptions))
      json.member("linkage", Int(symbol.linkage))
      json.member(
        "section", symbol.part == SymbolCost.noPart ? nil : file.parts[Int(symbol.part)].name)
      json.endObject()
    }
    try json.endArray()
    if let ownership = file.ownership() {
      json.member("owners")
      try write(ownership, to: &json)
    }
    json.member("swiftMetadata")
    json.beginArray()
    for share in file.swiftMetadata {
      json.beginObject(.inline)
      try json.member("section", share.section)
      try json.member("module", share.module)
      try json.member("fileSize", share.bytes)
      try json.endObject()
    }
    try json.endArray()
  }

  private func writeLoading(of file: FileAnalysis, to json: inout Writer) throws(SystemError) {
    let relocations = file.relocations
    json.member("relocations")
    json.beginObject(.inline)
    try json.member("total", relocations.total)
    try json.member("relative", relocations.count(.relative))
    try json.member("relr", relocations.relr)
    try json.member(
      "symbolic", relocations.count(.symbolic, .globalOffset, .jumpSlot, .copy))
    try json.member("indirect", relocations.count(.indirect))
    try json.member("threadLocal", relocations.threadLocal)
    try json.member("other", relocations.count(.other))
    try json.member("dirtyPages", relocations.dirtyPages)
    try json.endObject()
    json.member("loading")
    json.beginObject(.inline)
    try json.member("dirtyPages", file.loading.dirtyPages)
    try json.member("predictedAnonymous", file.loading.predictedAnonymous)
    try json.member("writablePages", file.loading.writablePages)
    try json.member("zeroPages", file.loading.zeroPages)
    try json.member("constructors", file.dynamic?.constructorCount ?? 0)
    try json.member("threadLocalSize", file.loading.threadLocalSize)
    try json.member("staticThreadLocals", file.loading.usesStaticThreadLocals)
    json.member("threadLocalModels")
    json.beginArray(.inline)
    for model in file.loading.threadLocalModels { try json.value(model.rawValue) }
    try json.endArray()
    try json.endObject()
    json.member("needed")
    json.beginArray(.inline)
    for name in file.dynamic?.needed ?? [] { try json.value(name) }
    try json.endArray()
    json.member("neededVersions")
    json.beginObject()
    for (library, versions) in file.neededVersions {
      json.member(library)
      json.beginArray(.inline)
      for version in versions { try json.value(version) }
      try json.endArray()
    }
    try json.endObject()
    json.member("notes")
    json.beginObject()
    for (name, texts) in [("dlopen", file.notes.dlopenTexts), ("package", file.notes.packageTexts)]
    {
      json.member(name)
      json.beginArray(.inline)
      for text in texts { try json.value(text) }
      try json.endArray()
    }
    try json.endObject()
    try json.member("exports", file.symbols?.exports)
    if let hardening = file.hardening { try write(hardening, to: &json) }
    json.member("unload")
    json.beginObject()
    try json.member("class", file.unload.isUnloadable ? "unloadable" : "resident")
    json.member("because")
    json.beginArray()
    for reason in file.unload.because { try json.value(reason) }
    try json.endArray()
    try json.endObject()
  }

  private func write(_ ownership: Ownership, to json: inout Writer) throws(SystemError) {
    json.beginObject(.inline)
    for owner in Owner.allCases { try json.member(owner.rawValue, ownership[owner]) }
    try json.member("imports", ownership.imports)
    try json.member("unnamed", ownership.unnamed)
    try json.endObject()
  }

  private func writeTotals(to json: inout Writer) throws(SystemError) {
    let files = findings.files
    json.member("totals")
    json.beginObject()
    try json.member("files", files.count)
    try json.member("fileSize", files.reduce(0) { $0 + $1.fileSize })
    try json.member("accountedFileSize", files.reduce(0) { $0 + $1.accountedFileSize })
    try json.member("vmSize", files.reduce(0) { $0 + $1.memorySize })
    try json.member("relocations", files.reduce(0) { $0 + $1.relocations.total })
    try json.member("dirtyPages", files.reduce(0) { $0 + $1.loading.dirtyPages })
    try json.member(
      "predictedAnonymous", files.reduce(0) { $0 + $1.loading.predictedAnonymous })
    if files.contains(where: { $0.symbols != nil }) {
      var ownership = Ownership()
      for file in files { if let own = file.ownership() { ownership += own } }
      json.member("owners")
      try write(ownership, to: &json)
    }
    try json.endObject()
  }
}
