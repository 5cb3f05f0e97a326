internal import ConcurrentMap
internal import ELFInspection
internal import Platform

/// How much of a file is looked at.
public enum Depth: Sendable {
  /// Header, segments, sections, dynamic section and relocations.
  case sections
  /// Symbols and all that exists for them too.
  case symbols
}

extension FileAnalysis {
  /// Reads `path`; symbols on one thread and the rest on another.
  ///
  /// - Parameter comparesBodies: says of each symbol what its bytes say; only with ``Depth/symbols``.
  /// - Throws: `ELFError`, also where the file changes meanwhile.
  /// - Complexity: O(sections) without symbols, else O(*n* log *n*) in symbols and relocations.
  init(
    path: String, depth: Depth, comparesBodies: Bool = false, names: SymbolNames
  ) throws(ELFError) {
    guard depth == .symbols else {
      self = try Self.outline(try ELFFile(path: path), depth).analysis
      return
    }
    // Opened once: a file that is replaced by renaming is read as one or as the other.
    let file = try ELFFile.open(path)
    let descriptor = file.rawValue
    let halves: [Half] = concurrentMap(count: 2) { half in
      half == 0
        ? .symbols(
          Result { () throws(ELFError) in
            try Self.contents(
              try ELFFile(sharing: descriptor, path: path), comparesBodies: comparesBodies, names)
          })
        : .outline(
          Result { () throws(ELFError) in
            try Self.outline(try ELFFile(sharing: descriptor, path: path), depth)
          })
    }
    guard case .symbols(let symbols) = halves[0], case .outline(let outline) = halves[1] else {
      preconditionFailure("the halves of a file are not in order")
    }
    let outlined = try outline.get()
    let contents = try symbols.get()
    _ = consume file
    // Each half found the file as it was when it began; it must have been the same.
    guard contents.status == outlined.status else { throw ELFFile.changed(path) }
    self = outlined.analysis
    self.symbols = contents.symbols
    flaws += contents.symbols.flaws
  }

  private typealias Contents = (symbols: SymbolAnalysis, status: FileStatus)
  private typealias Outline = (analysis: FileAnalysis, status: FileStatus)

  private enum Half: Sendable {
    case symbols(Result<Contents, ELFError>)
    case outline(Result<Outline, ELFError>)
  }

  private static func contents(
    _ file: consuming ELFFile, comparesBodies: Bool, _ names: SymbolNames
  ) throws(ELFError) -> Contents {
    let map = PartMap(file)
    var reading = SymbolReading(file, map)
    let symbols = reading.finish(file, names, comparesBodies: comparesBodies)
    try file.checkUnchanged()
    return (symbols, file.status)
  }

  /// All but the symbols.
  private static func outline(
    _ file: consuming ELFFile, _ depth: Depth
  ) throws(ELFError) -> Outline {
    var analysis = FileAnalysis(file)
    let status = file.status
    // With the half that has less to do.
    if depth == .symbols { analysis.flaws += file.contentFlaws() }
    try file.checkUnchanged()
    if depth == .symbols {
      let metadata = SwiftMetadata(file)
      analysis.swiftMetadata = metadata.shares
      analysis.flaws += metadata.flaws
    }
    return (analysis, status)
  }

  /// Reads what does not depend on symbols.
  private init(_ file: borrowing ELFFile) {
    path = file.path
    fileSize = UInt64(file.fileSize)
    header = file.header
    segments = file.segments
    parts = PartMap(file).parts
    memorySize = file.memorySize
    dynamic = file.dynamicSection()
    isProgram = file.isProgram
    relocations = file.relocations()
    loading = LoadingCost(file, relocations)
    notes = file.notes()
    buildID = notes.buildID
    let versions = file.symbolVersions()
    neededVersions = versions.neededByLibrary
    flaws =
      file.structureFlaws(relocations) + ELFFile.flaws(of: notes) + ELFFile.flaws(of: versions)
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
  }
}
