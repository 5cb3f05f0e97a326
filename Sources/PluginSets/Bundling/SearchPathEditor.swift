internal import ELFInspection
internal import Platform

/// Gives files the search path (`DT_RUNPATH`) that leads to the libraries beside them.
struct SearchPathEditor {
  /// `patchelf(1)`, for files without room; it moves tables to a new segment, so that the file and what
  /// is relocated of it grow.
  let patchelf: BundleTool?

  /// - Parameter searchPath: the whole of it.
  /// - Throws: `noSearchPathEditor`, `tool`, `unreadable` or `system`.
  func set(_ searchPath: String, of path: String) throws(BundleError) {
    let before = try Description(of: path)
    if before.runpath == searchPath { return }
    if let place = before.place, searchPath.utf8.count <= place.count {
      let old: [UInt8]
      do throws(SystemError) {
        old = try Files.read(path)
        var bytes = old
        // To the end with zeros: nothing shall tell of the machine that the file was linked on.
        bytes.replaceSubrange(
          place,
          with: searchPath.utf8
            + Array(repeating: 0, count: place.count - searchPath.utf8.count))
        try Self.overwrite(path, with: bytes)
      } catch {
        throw .system(error)
      }
      // Another name may have lain in the same bytes.
      if let after = try? Description(of: path), after.isSame(as: before, but: searchPath) {
        return
      }
      do {
        try Self.overwrite(path, with: old)
      } catch {
        throw .system(error)
      }
    }
    guard let patchelf else { throw .noSearchPathEditor(path: path) }
    try patchelf.run(["--set-rpath", searchPath, path], on: path)
    guard try Description(of: path).isSame(as: before, but: searchPath) else {
      throw .tool(name: "patchelf", path: path, reason: "it changed more than the search path")
    }
  }

  private static func overwrite(_ path: String, with bytes: [UInt8]) throws(SystemError) {
    try FileDescriptor(opening: path, 1 /* O_WRONLY */).write(bytes)
  }

  /// All names that the loader reads from a file.
  private struct Description {
    var runpath: String?
    var place: Range<Int>?
    private var dynamic: DynamicSection?
    private var defined: [String]
    private var imported: [ImportedSymbol]
    private var versions: [String]

    init(of path: String) throws(BundleError) {
      do {
        let file = try ELFFile(path: path)
        dynamic = file.dynamicSection()
        runpath = dynamic?.runpath
        place = file.runpathPlace()
        defined = file.definedDynamicSymbols().sorted()
        imported = file.importedSymbols().sorted { $0.name < $1.name }
        let versions = file.symbolVersions()
        self.versions =
          versions.neededByLibrary.flatMap { [$0.library] + $0.versions }
          + versions.definitions.map(\.name)
      } catch {
        throw .unreadable(error.description)
      }
    }

    func isSame(as other: Description, but searchPath: String) -> Bool {
      var expected = other.dynamic
      expected?.runpath = searchPath
      expected?.rpath = nil
      return dynamic == expected && defined == other.defined && imported == other.imported
        && versions == other.versions
    }
  }
}
