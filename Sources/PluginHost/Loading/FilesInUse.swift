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

  private struct State {
    /// The path of every file that has an active plugin.
    var active: [Identity: String] = [:]
    /// Files whose plugin is gone but whose code stays mapped, by the name that the loader knows.
    var retained: [String: FileStatus] = [:]
  }

  private static let state = Mutex(State())

  /// Takes the file at `path` for one plugin.
  ///
  /// - Throws: `Refusal`: `alreadyLoaded`, or `mappingStale` where the loader would give the code of
  ///   a file that was at `path` before.
  static func claim(_ path: String, _ status: FileStatus) throws(Refusal) {
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
      state.active[Identity(status)] = path
      return nil
    }
    if let refusal { throw refusal }
  }

  /// Gives a file back that the loader did not open; what was mapped before still is.
  static func abandon(_ status: FileStatus) {
    state.withLock { $0.active[Identity(status)] = nil }
  }

  /// Gives a file back whose plugin is gone.
  static func release(_ path: String, _ status: FileStatus, isUnmapped: Bool) {
    state.withLock { state in
      state.active[Identity(status)] = nil
      state.retained[path] = isUnmapped ? nil : status
    }
  }
}
