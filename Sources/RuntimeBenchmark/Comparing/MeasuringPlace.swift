internal import Glibc
internal import Platform

/// A folder with fresh copies of both sides of a comparison, which goes away with it.
///
/// Both sides are written in the same way, side by side, to paths of the same length: where a file lies
/// on the disk and in memory, and how long its path is, moves times by a per cent or more, and would be
/// taken for a difference between the sides. A second session has copies of its own, so that such luck
/// is not drawn once for both.
final class MeasuringPlace {
  private let directory: String

  /// - Parameter parent: on a disk: files in memory would be measured as private memory.
  init(in parent: String) throws(BenchmarkError) {
    directory = Path.join(parent, Self.prefix + "\(getpid())")
    try withSystem { () throws(SystemError) in
      try Files.makeDirectory(parent)
      // What comparisons left behind that were killed.
      for name in try Files.list(parent) where name.hasPrefix(Self.prefix) {
        guard let owner = pid_t(name.dropFirst(Self.prefix.count)) else { continue }
        if owner == getpid() || kill(owner, 0) != 0 && errno == ESRCH {
          try Files.remove(Path.join(parent, name))
        }
      }
      try Files.makeDirectory(directory)
    }
  }

  private static let prefix = "compare-"

  deinit { try? Files.remove(directory) }

  /// Where the places are made: where built plugins are kept, or else what is not emptied at start.
  static func parent(_ configuration: BenchmarkConfiguration, executable: String) -> String {
    if let directory = configuration.cacheDirectory { return directory }
    // `.build/x86_64-unknown-linux-gnu/release/bench-runtime`, as the system resolves it.
    let build = Path.parent(of: Path.parent(of: Path.parent(of: executable)))
    return Files.isWritable(build) ? Path.join(build, "plugin-sets") : "/var/tmp"
  }

  /// A copy of the files of a set that may lie anywhere; foreign files stay where they are, as they may
  /// look for others beside them.
  func copy(_ subject: Subject, as name: String) throws(BenchmarkError) -> Subject {
    guard subject.hasAnswer else { return subject }
    let target = Path.join(directory, name)
    try withSystem { () throws(SystemError) in
      for file in subject.files {
        let copy = Self.moved(file, from: subject.directory, to: target)
        try Files.makeDirectory(Path.parent(of: copy))
        let output = try FileDescriptor(
          opening: copy, O_WRONLY | O_CREAT | O_TRUNC, mode: 0o755)
        try output.write(try Files.read(file))
        // What is not on the disk yet would be counted as private memory.
        try output.synchronize()
      }
    }
    return subject.moved(to: target)
  }

  fileprivate static func moved(_ path: String, from old: String, to new: String) -> String {
    path.hasPrefix(old + "/") ? new + path.dropFirst(old.count) : path
  }
}

extension Subject {
  /// The same thing in another folder.
  fileprivate func moved(to directory: String) -> Subject {
    let old = self.directory
    func moved(_ path: String) -> String {
      path == old ? directory : MeasuringPlace.moved(path, from: old, to: directory)
    }
    return Subject(
      name: name, pluginCount: pluginCount, directory: directory, command: command.map(moved),
      files: files.map(moved), exact: exact, hasAnswer: hasAnswer)
  }
}
