internal import ELFInspection

/// How much of a file is looked at.
public enum Depth: Sendable {
  /// Header, segments, sections, dynamic section and relocations.
  case sections
  /// Symbols and all that exists for them too.
  case symbols
}

extension FileAnalysis {
  /// Reads `path`.
  ///
  /// - Parameter comparesBodies: says of each symbol what its bytes say; only with ``Depth/symbols``.
  /// - Throws: `ELFError`, also where the file changes meanwhile.
  /// - Complexity: O(sections) without symbols, else O(*n* log *n*) in symbols and relocations.
  init(
    path: String, depth: Depth, comparesBodies: Bool = false, names: SymbolNames
  ) throws(ELFError) {
    let file = try ELFFile(path: path)
    let map = PartMap(file)
    self.path = path
    fileSize = UInt64(file.fileSize)
    header = file.header
    segments = file.segments
    parts = map.parts
    memorySize = file.memorySize
    dynamic = file.dynamicSection()
    isProgram = file.isProgram
    relocations = file.relocations()
    loading = LoadingCost(file, relocations)
    notes = file.notes()
    buildID = notes.buildID
    neededVersions = file.symbolVersions().neededByLibrary
    var obstacles = file.unloadObstacles()
    if case .found(let found) = file.findManifest() {
      manifest = found
      if !found.promisesUnloading { obstacles.insert(PluginManifest.noPromise, at: 0) }
    } else {
      manifest = nil
    }
    unload = UnloadVerdict(because: obstacles)
    hardening = file.hardening()
    symbols = nil
    swiftMetadata = []
    if depth == .symbols {
      var reading = SymbolReading(file, map)
      symbols = reading.finish(file, names, comparesBodies: comparesBodies)
    }
    try file.checkUnchanged()
    if depth == .symbols { swiftMetadata = SwiftMetadata(file).shares }
  }
}
