internal import ELFInspection
internal import Glibc
internal import SizeAnalysis

/// A file in memory that every input is written to: the reader wants a path.
private let memory = InputFile()

struct InputFile {
  private let descriptor: CInt
  let path: String

  init() {
    var template = Array("/dev/shm/fuzzing-XXXXXX".utf8CString)
    descriptor = unsafe mkstemp(&template)
    precondition(descriptor >= 0, "no file in /dev/shm")
    unsafe unlink(template)
    path = "/proc/self/fd/\(descriptor)"
  }

  func fill(_ bytes: UnsafeRawBufferPointer) {
    // To nothing first: what an earlier, longer input left behind is no part of this one.
    precondition(ftruncate(descriptor, 0) == 0)
    var done = 0
    while done < bytes.count {
      let count = unsafe pwrite(
        descriptor, bytes.baseAddress! + done, bytes.count - done, off_t(done))
      precondition(count > 0)
      done += count
    }
  }
}

/// Asks everything that can be asked of a file, and holds the sums against its size.
func attackFile(_ input: UnsafeRawBufferPointer) {
  unsafe memory.fill(input)
  inspect(memory.path)
  // Two of one name hold the same, and one file takes half the time of two.
  analyse(memory.path, count: input.count % 4 == 0 ? 2 : 1)
  if input.count % 4 == 1 { unsafe compare(input) }
}

/// A second one, for what a file is compared with.
private let otherMemory = InputFile()

private func compare(_ input: UnsafeRawBufferPointer) {
  let other = unsafe variant(of: Array(input))
  unsafe other.withUnsafeBytes { unsafe otherMemory.fill($0) }
  let sets = FileSet.read([[memory.path], [otherMemory.path]], depth: .symbols)
  let names = FileSet(joining: sets).names
  attackComparison(sets[0].files.first, sets[1].files.first, names)
  attackComparison(nil, sets[0].files.first, names)
}

private func inspect(_ path: String) {
  guard let file = try? ELFFile(path: path) else { return }
  var position: UInt64 = 0
  for span in file.accounting() {
    precondition(span.range.lowerBound == position && !span.range.isEmpty, "spans are not in order")
    position = span.range.upperBound
  }
  precondition(position == UInt64(file.fileSize), "spans do not add up")

  let names = file.sectionNames()
  precondition(names.count == file.sections.count)
  for section in file.sections.prefix(64) {
    precondition(file.name(of: section) == names[section.index])
    var relocations = 0
    file.forEachRelocation(in: section) { _, _ in relocations += 1 }
    file.forEachUnwindEntry(in: section) { _ in }
    _ = file.firstHashedSymbol(in: section)
    if let contents = file.contents(of: section) { precondition(contents.count == section.size) }
  }
  for table in [file.symbolTable, file.dynamicSymbolTable] {
    guard let table else { continue }
    for symbol in file.symbols(of: table) {
      precondition(symbol.section == Symbol.noSection || symbol.section < file.sections.count)
    }
  }
  for name in file.definedDynamicSymbols().prefix(8) { _ = file.definesDynamicSymbol(name) }
  _ = file.definesDynamicSymbol("plugin_entry")
  _ = file.definesDynamicSymbol("made_up", asFunction: true)
  _ = file.dynamicSection()
  let relocations = file.relocations()
  precondition(relocations.outside <= relocations.total, "more flaws than relocations")
  let flaws = file.structureFlaws(relocations) + file.contentFlaws()
  precondition(flaws.count <= 128, "flaws without end")
  for flaw in flaws { _ = flaw.description }
  for section in file.sections.prefix(64) where section.isCompressed {
    _ = file.compression(of: section)
  }
  _ = file.hardening()?.findings
  _ = file.interpreter()
  _ = file.memorySize
  _ = file.isProgram
  let versions = file.symbolVersions()
  _ = versions.neededByLibrary
  for index in 0..<UInt16(8) { _ = versions.version(index) }
  let notes = file.notes()
  _ = (notes.buildID, notes.abiTag, notes.properties, notes.dlopenTexts, notes.packageTexts)
  if case .found(let manifest) = file.findManifest() { _ = file.unloadVerdict(manifest: manifest) }
  _ = file.unloadObstacles()
  _ = file.loaderFlaw()
  _ = file.carriesSwiftRuntime()
  _ = file.isForwarding(to: "libmade-up.so")
  var needed = 0
  _ = unsafe file.forEachNeededName { _, _, _ in needed += 1 }

  var search = LibrarySearch()
  search.root = "/nowhere"
  search.cachePath = nil
  if let tree = try? NeededTree(of: path, search: search) {
    _ = tree.missing
    tree.forEach { _, _ in }
  }
}

private func analyse(_ path: String, count: Int) {
  let set = FileSet.read(
    [Array(repeating: path, count: count)], depth: .symbols, comparesBodies: true)[0]
  precondition(set.files.count + set.failures.count == count)
  for file in set.files {
    precondition(file.accountedFileSize == file.fileSize, "parts do not add up")
    guard let symbols = file.symbols else { preconditionFailure("no symbols") }
    let charged = symbols.symbols.reduce(UInt64(0)) { $0 + $1.fileSize }
    precondition(
      charged + symbols.remainders.reduce(0, +) == file.fileSize, "symbols do not add up")
    precondition(file.ownership()?.total == file.fileSize, "owners do not add up")
    for symbol in symbols.symbols {
      _ = (set.names.demangled(symbol.name), set.names.module(symbol.name))
    }
  }
  _ = set.duplicates()
  let modules = set.modules().reduce(UInt64(0)) { $0 + $1.fileSize }
  precondition(modules <= set.files.reduce(0) { $0 + $1.fileSize }, "modules do not add up")
  _ = set.unusedExports()
  _ = set.shipping
  _ = set.floorOfPlugins

  guard let metadata = try? SwiftMetadata(path: path), let file = try? ELFFile(path: path) else {
    return
  }
  let names = file.sectionNames()
  // Room for backtraces may be left out, but not in part.
  let left: Set =
    metadata.shares.contains { $0.section == "swift5_backtrace" }
    ? [] : ["swift5_backtrace"]
  let expected = file.sections.filter {
    names[$0.index].hasPrefix("swift5_") && !left.contains(names[$0.index]) && $0.isLoaded
      && !$0.hasNoBits
  }.reduce(UInt64(0)) { $0 &+ $1.size }
  let shared = metadata.shares.reduce(UInt64(0)) { $0 &+ $1.bytes }
  precondition(
    file.header.isRelocatable || shared == expected, "shares do not add up")
}
