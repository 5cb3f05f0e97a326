internal import Platform
internal import Synchronization

/// Which files plugins of this process were loaded from.
///
/// One for all hosts, as the loader is: it gives two hosts that open one file one and the same
/// mapping, with one set of variables.
enum FilesInUse {
  /// A file that is mapped, whatever is written to it; of any other the number may come again.
  private struct Place: Hashable {
    var device: UInt64
    var inode: UInt64

    init(_ status: FileStatus) {
      device = status.device
      inode = status.inode
    }
  }

  /// The active plugins of one file.
  private struct Use {
    var path: String
    /// The file as each of them found it.
    var files: [FileIdentity]
    /// It is mapped, and stays so, so that no other file can get its inode.
    var isMapped: Bool
  }

  private struct State {
    var active = [Place: Use](minimumCapacity: 64)
    /// Files whose code stays mapped, as they were then. Their numbers cannot come again, and what is told from
    /// size and time is whether somebody wrote to them: another name or mode does no harm.
    var retained: [Place: FileStatus] = [:]
  }

  private static let state = Mutex(State())

  /// Takes a file for one plugin.
  ///
  /// - Parameters:
  ///   - isAgain: a second life beside the first one is wanted.
  ///   - isCopied: a copy of it will be mapped, in any case.
  /// - Returns: whether it must be a copy: the loader would give what is mapped already, with all the values
  ///   that its variables have.
  /// - Throws: `Refusal`: `alreadyLoaded`, or `mappingStale` for a file that was written to since it was
  ///   mapped: what is mapped of it changed with it, and is still referred to.
  static func claim(
    _ status: FileStatus, at path: String, isAgain: Bool, isCopied: Bool
  ) throws(Refusal) -> Bool {
    let (isCopy, refusal) = state.withLock { state -> (Bool, Refusal?) in
      let place = Place(status)
      var other = state.active[place]
      // What a copy was made of may be gone, and its inode be another file's: then the time of its last
      // change tells, which no program can set.
      if let use = other, !use.isMapped, !use.files.contains(status.identity) { other = nil }
      if let other, !isAgain {
        return (
          false,
          Refusal(
            .alreadyLoaded, field: "file", found: "loaded from '\(other.path)'",
            expected: "a file that is not loaded", fix: "unload it first")
        )
      }
      let retained = state.retained[place]
      if let retained, retained != status {
        return (
          false,
          Refusal(
            .mappingStale, field: "file", found: "written to since it was mapped",
            expected: "one that is as it was",
            fix: "put the new version in place by renaming, never by writing into the file")
        )
      }
      let isMapped = (other?.isMapped ?? !isCopied) || retained != nil
      state.active[place] = Use(
        path: other?.path ?? path, files: (other?.files ?? []) + [status.identity],
        isMapped: isMapped)
      return (isCopied || other != nil || retained != nil, nil)
    }
    if let refusal { throw refusal }
    return isCopy
  }

  /// Says that a file is about to be unmapped: from then on its inode may be another file's.
  static func willUnmap(_ status: FileStatus) {
    state.withLock { state in
      let place = Place(status)
      guard state.retained[place] == nil, state.active[place]?.files.count == 1 else {
        return
      }
      state.active[place]?.isMapped = false
    }
  }

  /// Gives a file back whose plugin is gone, or that the loader did not open.
  ///
  /// - Parameter staysMapped: itself; not a copy of it.
  static func release(_ status: FileStatus, staysMapped: Bool) {
    state.withLock { state in
      let place = Place(status)
      if var use = state.active[place], let index = use.files.firstIndex(of: status.identity) {
        use.files.remove(at: index)
        state.active[place] = use.files.isEmpty ? nil : use
      }
      if staysMapped { state.retained[place] = status }
    }
  }
}
