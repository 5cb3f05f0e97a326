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

  /// How the loader is to be given a file, so that it takes it for one that it has never seen.
  ///
  /// It knows what is mapped by the names that it was opened by and by device and inode, and gives that
  /// again, with all the values that its variables have.
  enum Name {
    /// As it was asked for.
    case asked
    /// By another spelling of the same path: another file was mapped by this one.
    case respelled
    /// A copy: it is mapped already.
    case copy
  }

  /// The active plugins of one file.
  private struct Use {
    var path: String
    /// The file as each of them found it.
    var files: [FileStatus]
    /// It is mapped, and stays so, so that no other file can get its inode.
    var isMapped: Bool
  }

  private struct State {
    var active = [Identity: Use](minimumCapacity: 64)
    /// Names by which the loader knows code that is mapped now, or stays mapped.
    var names: Set<String> = []
    /// Files whose code stays mapped, as they were then.
    var retainedFiles: [Identity: FileStatus] = [:]
  }

  private static let state = Mutex(State())

  /// Takes the file at `path` for one plugin.
  ///
  /// - Parameters:
  ///   - isAgain: a second life beside the first one is wanted.
  ///   - isCopied: a copy of it will be mapped, in any case.
  /// - Throws: `Refusal`: `alreadyLoaded`, or `mappingStale` for a file that was written to since it was
  ///   mapped: what is mapped of it changed with it, and is still referred to.
  static func claim(
    _ path: String, _ status: FileStatus, shownAs shown: String, isAgain: Bool,
    isCopied: Bool = false
  ) throws(Refusal) -> Name {
    let (name, refusal) = state.withLock { state -> (Name, Refusal?) in
      let identity = Identity(status)
      var other = state.active[identity]
      // What a copy was made of may be gone, and its inode be another file's.
      if let use = other, !use.isMapped, !use.files.contains(status) { other = nil }
      if let other, !isAgain {
        return (
          .asked,
          Refusal(
            .alreadyLoaded, field: "file", found: "loaded from '\(other.path)'",
            expected: "a file that is not loaded", fix: "unload it first")
        )
      }
      if let old = state.retainedFiles[identity], old != status {
        return (
          .asked,
          Refusal(
            .mappingStale, field: "file", found: "written to since it was mapped",
            expected: "one that is as it was",
            fix: "put the new version in place by renaming, never by writing into the file")
        )
      }
      let isMapped = (other?.isMapped ?? !isCopied) || state.retainedFiles[identity] != nil
      state.active[identity] = Use(
        path: other?.path ?? shown, files: (other?.files ?? []) + [status], isMapped: isMapped)
      if other != nil || state.retainedFiles[identity] != nil { return (.copy, nil) }
      return (state.names.insert(path).inserted ? .asked : .respelled, nil)
    }
    if let refusal { throw refusal }
    return name
  }

  /// Says that a file is about to be unmapped: from then on its inode may be another file's.
  static func willUnmap(_ status: FileStatus) {
    state.withLock { state in
      let identity = Identity(status)
      guard state.retainedFiles[identity] == nil, state.active[identity]?.files.count == 1 else {
        return
      }
      state.active[identity]?.isMapped = false
    }
  }

  /// Gives a file back whose plugin is gone, or that the loader did not open.
  ///
  /// - Parameter name: that the loader was given.
  static func release(
    _ status: FileStatus, as name: String, staysMapped: Bool, isCopy: Bool
  ) {
    state.withLock { state in
      let identity = Identity(status)
      if var use = state.active[identity], let index = use.files.firstIndex(of: status) {
        use.files.remove(at: index)
        state.active[identity] = use.files.isEmpty ? nil : use
      }
      // A copy is a file of its own, and has a name that never comes again.
      guard !isCopy else { return }
      if staysMapped {
        state.names.insert(name)
        state.retainedFiles[identity] = status
      } else {
        state.names.remove(name)
      }
    }
  }
}
