internal import ELFInspection
internal import Platform
internal import Regression
internal import SizeAnalysis

extension Findings {
  /// Where a file lies in what was named on the command line; of a file that was named itself, its name.
  func name(of file: FileAnalysis) -> String {
    let folders = request.paths.map { $0.hasSuffix("/") ? $0 : $0 + "/" }
      .filter(file.path.hasPrefix)
    guard let folder = folders.max(by: { $0.utf8.count < $1.utf8.count }) else {
      return Path.name(of: file.path)
    }
    return String(file.path.dropFirst(folder.count))
  }

  /// The figures of each file, as history keeps them.
  var run: Run {
    Run(
      sizesOf: files.map { file in
        FileSizes(
          path: file.path, name: name(of: file), machine: file.header.machineName,
          fileSize: Int(clamping: file.fileSize), memorySize: Int(clamping: file.memorySize),
          relocations: file.relocations.total, dirtyPages: file.loading.dirtyPages,
          exports: file.symbols?.exports, symbols: file.symbols?.entries,
          sections: file.parts.map { ($0.name, Int(clamping: $0.memorySize)) })
      }, startedAt: wallMilliseconds(),
      revision: Revision.current(environment: environmentVariables()))
  }
}
