internal import ELFInspection
internal import Platform
internal import Regression
internal import SizeAnalysis

extension Findings {
  /// The figures of each file, as history keeps them.
  var run: Run {
    Run(
      sizesOf: files.map { file in
        FileSizes(
          path: file.path, machine: file.header.machineName,
          fileSize: Int(clamping: file.fileSize), memorySize: Int(clamping: file.memorySize),
          relocations: file.relocations.total, dirtyPages: file.loading.dirtyPages,
          exports: file.symbols?.exports,
          sections: file.parts.map { ($0.name, Int(clamping: $0.memorySize)) })
      }, startedAt: wallMilliseconds(),
      revision: Revision.current(environment: environmentVariables()))
  }
}
