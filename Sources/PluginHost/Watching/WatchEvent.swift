public import Platform

/// What a ``DirectoryWatcher`` has seen of the files that fit its search.
public enum WatchEvent: Sendable, Equatable {
  /// There is a file that was not there.
  case appeared(String)
  /// The path leads to another file, or the file was written to.
  case changed(String)
  /// The file is gone.
  case disappeared(String)
  /// The system had to drop notices; everything was looked at again, and nothing is lost.
  case rescanned
  /// A directory cannot be watched; its files are not seen.
  case unwatched(directory: String, because: SystemError)

  /// The file; nil where the event is not of one.
  public var path: String? {
    switch self {
    case .appeared(let path), .changed(let path), .disappeared(let path): path
    case .rescanned, .unwatched: nil
    }
  }
}
