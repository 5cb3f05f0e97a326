internal import Glibc
internal import Platform

/// Files of one directory that belong together: all of them are replaced, or none is.
///
/// All are written and synced in a hidden folder of the directory first, so that a full disk is noticed
/// before anything is touched. Then they are renamed into place one after the other; where that fails, what
/// was there comes back.
struct FileGroup {
  let directory: String
  /// What is copied: its name here, and from where.
  var files: [(name: String, source: String)] = []
  var texts: [(name: String, text: String)] = []
  /// Names that must be gone afterwards.
  var removed: [String] = []

  /// - Throws: `SystemError`; the directory is then as it was.
  func put() throws(SystemError) {
    let isNew = !Files.exists(directory)
    try Files.makeDirectory(directory)
    let stage = Path.join(directory, ".package.new-\(getpid())")
    do throws(SystemError) {
      try fill(stage)
      try exchange(stage)
    } catch {
      try? Files.remove(stage)
      // Only where nothing lies in it.
      if isNew { unsafe rmdir(directory) }
      throw error
    }
    try? Files.remove(stage)
  }

  private func fill(_ stage: String) throws(SystemError) {
    // A process of the same number may have died here before.
    try Files.remove(stage)
    try Files.makeDirectory(stage)
    func write(_ bytes: [UInt8], _ name: String) throws(SystemError) {
      try Files.checkReplaceable(Path.join(directory, name))
      let file = try FileDescriptor(
        opening: Path.join(stage, name), O_WRONLY | O_CREAT | O_EXCL)
      try file.write(bytes)
      try file.synchronize()
    }
    for (name, source) in files { try write(try Files.read(source), name) }
    for (name, text) in texts { try write(Array(text.utf8), name) }
  }

  /// Moves all into place and what was there into the stage, from where it comes back.
  private func exchange(_ stage: String) throws(SystemError) {
    // Texts first: who dies in between leaves a record of more than the library has, not of less.
    let names = texts.map(\.name) + files.map(\.name)
    var moved: [(from: String, to: String)] = []
    do throws(SystemError) {
      for name in names + removed {
        let place = Path.join(directory, name)
        guard let status = try Files.status(place) else { continue }
        guard status.isRegularFile else { throw SystemError("write", place, code: EINVAL) }
        let old = Path.join(stage, "old-" + name)
        try Files.link(place, as: old)
        if removed.contains(name) { try Files.remove(place) }
        moved.append((old, place))
      }
      for name in names {
        let place = Path.join(directory, name)
        let isThere = Files.exists(place)
        try Files.rename(Path.join(stage, name), to: place)
        if !isThere { moved.append(("", place)) }
      }
    } catch {
      for (old, place) in moved.reversed() {
        if old.isEmpty { try? Files.remove(place) } else { try? Files.rename(old, to: place) }
      }
      throw error
    }
  }
}
