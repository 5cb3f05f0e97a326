public import Platform

/// What keeps a host from knowing whom to trust: of lock files and keys, not of plugins.
public enum TrustError: Error, Equatable, Sendable, CustomStringConvertible {
  case system(SystemError)
  /// Others than this user could change it.
  case writableByOthers(PathJudge.Flaw)
  /// A file that is not what it should be, and in which line (0 for the file as a whole).
  case malformed(path: String, line: Int, found: String, expected: String)

  public var description: String {
    switch self {
    case .system(let error): return error.description
    case .writableByOthers(let flaw):
      return "'\(flaw.path)' could be changed by others, who would then decide what is trusted: "
        + "give it to root or to the user of this process, and run chmod go-w on it"
    case .malformed(let path, let line, let found, let expected):
      return "'\(path)'\(line > 0 ? ", line \(line)," : "") holds \(found), expected \(expected)"
    }
  }

  /// Refuses what others could change.
  static func judge(_ path: String) throws(TrustError) {
    var judge = PathJudge()
    if let flaw = try wrap({ () throws(SystemError) in try judge.flaw(of: path) }) {
      throw .writableByOthers(flaw)
    }
  }

  static func wrap<Result>(_ body: () throws(SystemError) -> Result) throws(TrustError) -> Result {
    do throws(SystemError) { return try body() } catch { throw .system(error) }
  }
}
