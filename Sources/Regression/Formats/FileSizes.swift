internal import Measurement

/// What `size-report` tells of one file, as history keeps it.
public struct FileSizes: Sendable {
  public var path: String
  /// Where it lies in what was named: below a folder, or its own name.
  public var name: String
  public var machine: String
  public var fileSize: Int
  public var memorySize: Int
  public var relocations: Int
  public var dirtyPages: Int
  /// nil where symbols were not read.
  public var exports: Int?
  /// Entries of its symbol tables; nil where symbols were not read.
  public var symbols: Int?
  /// All parts of the file and what they take in memory.
  public var sections: [(name: String, memorySize: Int)]

  public init(
    path: String, name: String, machine: String, fileSize: Int, memorySize: Int,
    relocations: Int, dirtyPages: Int, exports: Int?, symbols: Int?,
    sections: [(name: String, memorySize: Int)]
  ) {
    self.path = path
    self.name = name
    self.machine = machine
    self.fileSize = fileSize
    self.memorySize = memorySize
    self.relocations = relocations
    self.dirtyPages = dirtyPages
    self.exports = exports
    self.symbols = symbols
    self.sections = sections
  }
}

extension Run {
  /// What `size-report` tells: nothing of a machine but the architecture of the files.
  public init(sizesOf files: [FileSizes], startedAt: Int64, revision: Revision) {
    var figures: [Figure] = []
    var seen: Set<String> = []
    // A file that was named twice is one.
    for (file, subject) in zip(files, Self.subjects(of: files))
    where seen.insert(subject).inserted {
      func add(_ metric: String, _ unit: Metric.Unit, _ value: Int?) {
        guard let value else { return }
        figures.append(
          Figure(
            Series(
              tool: "size-report", subject: subject, setting: "",
              metric: metric, unit: unit,
              kind: .exact), exactly: Double(value)))
      }
      add("size.file", .bytes, file.fileSize)
      add("size.memory", .bytes, file.memorySize)
      add("size.sections", .bytes, file.sections.reduce(0) { $0 + $1.memorySize })
      add("relocations.total", .count, file.relocations)
      add("relocations.dirtyPages", .count, file.dirtyPages)
      add("exports.total", .count, file.exports)
      add("symbols.total", .count, file.symbols)
    }
    let machines = Set(files.map(\.machine)).sorted().joined(separator: " and ")
    self.init(
      startedAt: startedAt,
      machine: MachineFacts(
        architecture: machines, processor: "", processors: 0, memoryBytes: 0, kernel: "",
        system: "files"), toolchain: "", revision: revision, figures: figures)
  }

  /// What each file is called in history: where it lies in what was named to `size-report`, so that
  /// neither the place of a build nor any other file has a part in it. Files of several folders that are
  /// called alike have as much of their folders before it as tells them apart.
  static func subjects(of files: [FileSizes]) -> [String] {
    var subjects = files.map(\.name)
    let folders = files.map { file in
      file.path.split(separator: "/").map(String.init)
    }
    let sharing = Dictionary(grouping: files.indices) { files[$0].name }.values
      .filter { $0.count > 1 }
    for places in sharing {
      let most = places.map { folders[$0].count }.max()!
      // The shortest ends of their paths that all differ; paths that are the same stay the same.
      var length = subjects[places[0]].split(separator: "/").count
      func ends() -> [String] {
        places.map { folders[$0].suffix(length).joined(separator: "/") }
      }
      while Set(ends()).count < places.count, length < most { length += 1 }
      for (place, end) in zip(places, ends()) { subjects[place] = end }
    }
    return subjects
  }
}
