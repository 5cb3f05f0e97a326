internal import ELFInspection
internal import Platform

extension RuntimePackage {
  /// What was made, for programs to read.
  ///
  /// - Throws: `system` where a file is gone already.
  public func document() throws(PluginSetError) -> PackageSchema1 {
    let directory = Path.parent(of: path)
    var files = [try Self.entry(path, .runtime, because: ["the runtime library"])]
    if let recordPath {
      files.append(
        try Self.entry(recordPath, .record, because: ["what the runtime library was trimmed for"]))
    }
    for name in forwarding {
      files.append(
        try Self.entry(
          Path.join(directory, name), .forwarding, because: ["hands on to the runtime library"]))
    }
    return PackageSchema1(
      packaging: packaging.rawValue,
      toolchain: .init(swift: toolchain.version, target: toolchain.target), directory: directory,
      files: files, glibc: GlibcVersion.newest(neededBy: [path]), exports: exportCount,
      pluginCommand: pluginCommand)
  }

  private static func entry(
    _ path: String, _ role: PackageSchema1.File.Role, because: [String]
  ) throws(PluginSetError) -> PackageSchema1.File {
    let bytes: [UInt8]
    do {
      bytes = try Files.read(path)
    } catch {
      throw .system(error)
    }
    var entry = PackageSchema1.File(
      path: Path.name(of: path), role: role, size: bytes.count, sha256: bytes.sha256,
      because: because)
    if role != .record, let file = try? ELFFile(path: path) {
      entry.buildID = file.notes().buildID
      entry.runpath = file.dynamicSection()?.runpath
    }
    return entry
  }
}
