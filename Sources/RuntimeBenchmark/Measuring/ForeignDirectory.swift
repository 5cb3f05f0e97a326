internal import ELFInspection
internal import Measurement
internal import Platform
internal import PluginSets

/// Directories of shared objects that nobody here built.
enum ForeignDirectory {
  /// The files that are measured: regular files whose name ends in `.so`, in byte order.
  static func files(in directory: String) throws(BenchmarkError) -> [String] {
    let (status, resolved) = try withSystem { () throws(SystemError) in
      (try Files.status(directory), try Files.resolve(directory))
    }
    guard status?.isDirectory == true else { throw .notADirectory(path: directory) }
    let files = try withSystem { () throws(SystemError) in
      var files: [String] = []
      for name in try Files.list(resolved) where name.hasSuffix(".so") && !name.hasPrefix(".") {
        let path = Path.join(resolved, name)
        if try Files.status(path)?.isRegularFile == true { files.append(path) }
      }
      return files
    }
    guard !files.isEmpty else { throw .emptyDirectory(path: directory) }
    return files
  }

  /// The subject that opens `files` one after the other in a bare C process.
  static func subject(
    name: String, directory: String, files: [String], probe: String
  ) throws(BenchmarkError) -> Subject {
    var bytes = 0
    var stripped = 0
    var relocations = 0
    var dirtyPages = 0
    for path in files {
      do {
        let file = try ELFFile(path: path)
        bytes += file.fileSize
        stripped += file.strippedSize()
        let own = file.relocations()
        relocations += own.total
        dirtyPages += own.dirtyPages
      } catch {
        throw .processFailed(subject: "'\(directory)'", reason: error.description)
      }
    }
    return Subject(
      name: name, pluginCount: files.count, directory: directory,
      command: [probe, "--open-only", "--"] + files, files: files + [probe],
      exact: [
        .diskTotal: Double(bytes), .diskStripped: Double(stripped),
        .diskPerPlugin: Double(bytes) / Double(files.count),
        .relocationsTotal: Double(relocations),
        .relocationsDirtyPages: Double(dirtyPages),
      ].merging(try FileCounts(files).metrics) { $1 }, hasAnswer: false)
  }
}
