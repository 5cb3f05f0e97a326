internal import Glibc
internal import Platform
internal import Synchronization

/// Built files by content key. What is in the store is whole: an artefact is made in a working folder
/// of this process and renamed into place.
///
///     store/KEY/FILE        one artefact
///     sets/NAME/…           plugin sets, of hard links into the store
///     work/PID-SERIAL/…     what is being made
struct ArtifactStore {
  let directory: String

  init(directory: String) { self.directory = directory }

  /// The store in `directory`, or, where that is nil, in `plugin-sets` beside SwiftPM's build
  /// directory.
  init(_ directory: String?, beside products: BuildProducts) throws(PluginSetError) {
    let directory = directory ?? Path.join(products.root, ".build/plugin-sets")
    do {
      self.init(
        directory: directory.hasPrefix("/")
          ? directory : Path.join(try Files.resolve("."), directory))
    } catch {
      throw .system(error)
    }
  }

  private var workDirectory: String { Path.join(directory, "work") }
  func path(_ key: ContentKey, _ file: String) -> String {
    Path.join(directory, "store/\(key)/\(file)")
  }
  func setPath(_ name: String) -> String { Path.join(directory, "sets/\(name)") }

  /// Replaces the placeholders of ``BuildStep`` by the paths they stand for, in one pass: a path is
  /// never searched for placeholders.
  func resolve(_ text: String, workFolder: String) -> String {
    var result = ""
    var rest = text[...]
    while let mark = rest.firstIndex(of: BuildStep.mark) {
      result += rest[..<mark]
      rest = rest[rest.index(after: mark)...]
      result += rest.first == "S" ? Path.join(directory, "store/") : workFolder + "/"
      rest = rest.dropFirst()
    }
    return result + rest
  }

  /// Makes the folders and removes what interrupted processes have left.
  func prepare() throws(PluginSetError) {
    try inCache { () throws(SystemError) in
      for folder in ["store", "sets", "work"] {
        try Files.makeDirectory(Path.join(directory, folder))
      }
      for name in try Files.list(workDirectory) {
        guard let owner = name.split(separator: "-").first.flatMap({ pid_t($0) }), owner != getpid()
        else { continue }
        if kill(owner, 0) != 0 && errno == ESRCH {
          try Files.remove(Path.join(workDirectory, name))
        }
      }
    }
  }

  /// How many working folders this process has made, in whichever store: two that build side by side in
  /// one cache must not meet.
  private static let serial = Atomic<Int>(0)

  /// A new, empty folder that nobody else works in.
  func makeWorkFolder() throws(PluginSetError) -> String {
    let serial = Self.serial.add(1, ordering: .relaxed).newValue
    return try makeWorkFolder(serial: serial)
  }

  func makeWorkFolder(serial: Int) throws(PluginSetError) -> String {
    let folder = Path.join(workDirectory, "\(getpid())-\(serial)")
    try inCache { () throws(SystemError) in
      // A process of the same number may have died here before.
      try Files.remove(folder)
      try Files.makeDirectory(folder)
    }
    return folder
  }

  /// Moves a finished folder to `target`; another process may have been first, which is as good.
  func publish(_ folder: String, to target: String) throws(PluginSetError) {
    try inCache { () throws(SystemError) in
      do throws(SystemError) {
        try Files.rename(folder, to: target)
      } catch {
        guard error.code == EEXIST || error.code == ENOTEMPTY else { throw error }
        try Files.remove(folder)
      }
    }
  }

  /// Removes a folder of what was begun and will not be finished.
  func removeWorkFolder(_ folder: String) {
    try? Files.remove(folder)
  }
}
