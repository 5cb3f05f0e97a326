/// Why an index was not used as it is. It is rebuilt then, whatever the reason.
public enum IndexFlaw: Error, Equatable, Sendable, CustomStringConvertible {
  /// There is none yet.
  case missing
  /// The file is there and cannot be read, for the system's reason.
  case unreadable(String)
  /// Not an index, cut short, or changed since it was written.
  case damaged(field: String, found: String, expected: String)
  /// Its format has this number, which the host does not know.
  case otherVersion(UInt32)
  /// Written on another machine, by another version of the host or with another toolchain.
  case otherHost(found: String, expected: String)
  /// So many files changed, came or went since.
  case outdated(changed: Int, added: Int, removed: Int)
  /// Asked for by the caller.
  case asked

  public var description: String {
    switch self {
    case .missing: "there was none"
    case .unreadable(let reason): "it cannot be read: \(reason)"
    case .damaged(let field, let found, let expected):
      "it is damaged: \(field) is \(found), expected \(expected)"
    case .otherVersion(let version):
      "it has version \(version) of the format, expected \(IndexFormat.version)"
    case .otherHost(let found, let expected):
      "it is of another host ('\(found)'), expected '\(expected)'"
    case .outdated(let changed, let added, let removed):
      "\(changed) files changed, \(added) came and \(removed) went"
    case .asked: "asked for"
    }
  }
}
