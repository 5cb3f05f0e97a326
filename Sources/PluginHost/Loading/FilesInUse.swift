internal import Platform
internal import Synchronization

/// Which files plugins of this process were loaded from.
///
/// One for all hosts, as the loader is: it gives two hosts that open one file one and the same
/// mapping, with one set of variables.
enum FilesInUse {
  private struct Identity: Hashable {
    var device: UInt64
    var inode: UInt64

    init(_ status: FileStatus) {
      device = status.device
      inode = status.inode
    }
  }

  /// What the loader was given.
  enum Mapping {
    /// The file, by a path that may lead to another one later.
    case path
    /// The file, by a name that no other ever has.
    case file
    /// A copy of it, in the same way.
    case copy
  }

  private struct State {
    /// The path of every file that has an active plugin.
    var active = [Identity: String](minimumCapacity: 64)
    /// Files whose plugin is gone but whose code stays mapped, by the name that the loader knows.
    var retained: [String: FileStatus] = [:]
    /// The same by file: the loader gives its old mapping under new names too.
    var retainedFiles: [Identity: FileStatus] = [:]
  }

  private static let state = Mutex(State())

  /// Takes the file at `path` for one plugin.
  ///
  /// - Throws: `Refusal`: `alreadyLoaded`, or `mappingStale` where the loader would give the code of
  ///   a file that was at `path` before.
  static func claim(
    _ path: String, _ status: FileStatus, _ mapping: Mapping, shownAs shown: String
  ) throws(Refusal) {
    let refusal = state.withLock { state -> Refusal? in
      if let other = state.active[Identity(status)] {
        return Refusal(
          .alreadyLoaded, field: "file", found: "loaded from '\(other)'",
          expected: "a file that is not loaded", fix: "unload it first")
      }
      if let old = state.retained[path], old != status {
        return Refusal(
          .mappingStale, field: "file", found: "another file than the one mapped from this path",
          expected: "a path that was not loaded before",
          fix: "load the new version from a new path")
      }
      if mapping != .copy, let old = state.retainedFiles[Identity(status)], old != status {
        return Refusal(
          .mappingStale, field: "file", found: "written to since it was mapped",
          expected: "one that is as it was",
          fix: "put the new version in place by renaming, never by writing into the file")
      }
      state.active[Identity(status)] = shown
      return nil
    }
    if let refusal { throw refusal }
  }

  /// Gives a file back that the loader did not open; what was mapped before still is.
  static func abandon(_ status: FileStatus) {
    state.withLock { $0.active[Identity(status)] = nil }
  }

  /// Gives a file back whose plugin is gone.
  static func release(
    _ path: String, _ status: FileStatus, _ mapping: Mapping, isUnmapped: Bool
  ) {
    state.withLock { state in
      state.active[Identity(status)] = nil
      if mapping == .path { state.retained[path] = isUnmapped ? nil : status }
      if mapping != .copy { state.retainedFiles[Identity(status)] = isUnmapped ? nil : status }
    }
  }
}
