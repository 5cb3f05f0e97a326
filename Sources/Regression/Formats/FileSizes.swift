internal import Measurement

/// What `size-report` tells of one file, as history keeps it.
public struct FileSizes: Sendable {
  public var path: String
  public var machine: String
  public var fileSize: Int
  public var memorySize: Int
  public var relocations: Int
  public var dirtyPages: Int
  /// nil where symbols were not read.
  public var exports: Int?
  /// All parts of the file and what they take in memory.
  public var sections: [(name: String, memorySize: Int)]

  public init(
    path: String, machine: String, fileSize: Int, memorySize: Int, relocations: Int,
    dirtyPages: Int, exports: Int?, sections: [(name: String, memorySize: Int)]
  ) {
    self.path = path
    self.machine = machine
    self.fileSize = fileSize
    self.memorySize = memorySize
    self.relocations = relocations
    self.dirtyPages = dirtyPages
    self.exports = exports
    self.sections = sections
  }
}

extension Run {
  /// What `size-report` tells: nothing of a machine but the architecture of the files.
  public init(sizesOf files: [FileSizes], startedAt: Int64, revision: Revision) {
    var figures: [Figure] = []
    let prefix = Self.sharedPrefix(of: files.map(\.path))
    for file in files {
      func add(_ metric: String, _ unit: Metric.Unit, _ value: Int?) {
        guard let value else { return }
        figures.append(
          Figure(
            Series(
              tool: "size-report", subject: String(file.path.dropFirst(prefix)), setting: "",
              metric: metric, unit: unit,
              kind: .exact), exactly: Double(value)))
      }
      add("size.file", .bytes, file.fileSize)
      add("size.memory", .bytes, file.memorySize)
      add("size.sections", .bytes, file.sections.reduce(0) { $0 + $1.memorySize })
      add("relocations.total", .count, file.relocations)
      add("relocations.dirtyPages", .count, file.dirtyPages)
      add("exports.total", .count, file.exports)
    }
    let machines = Set(files.map(\.machine)).sorted().joined(separator: " and ")
    self.init(
      startedAt: startedAt,
      machine: MachineFacts(
        architecture: machines, processor: "", processors: 0, memoryBytes: 0, kernel: "",
        system: "files"), toolchain: "", revision: revision, figures: figures)
  }

  /// Characters of the directories that all paths begin with: where a build lies does not matter.
  private static func sharedPrefix(of paths: [String]) -> Int {
    var shared: [Substring]?
    for path in paths {
      let folders = path.split(separator: "/", omittingEmptySubsequences: false).dropLast()
      shared = shared.map { zip($0, folders).prefix { $0 == $1 }.map(\.0) } ?? Array(folders)
    }
    return shared?.reduce(0) { $0 + $1.count + 1 } ?? 0
  }
}
