internal import Glibc
internal import Platform
internal import Synchronization

/// A directory for files that a test makes: gone when the value is, and at the latest when the process
/// ends.
public final class TemporaryDirectory: Sendable {
  public let path: String

  public init() throws { path = try Self.make() }

  /// A directory on the disk that holds the build, for tests of the page cache: `/tmp` may be memory.
  public init(onBuildDisk name: String) throws {
    path = Path.join(TestBuild.directory, "test-\(name)-\(getpid())")
    try Files.makeDirectory(path)
  }

  deinit { try? Files.remove(path) }

  public func file(_ name: String) -> String { Path.join(path, name) }

  nonisolated(unsafe) private static var toRemove: String?
  private static let counter = Atomic<Int>(0)

  private static let root: String = {
    var template = Array("/tmp/plugin-runtime-tests-XXXXXX".utf8CString)
    guard let path = unsafe mkdtemp(&template) else {
      preconditionFailure("no temporary directory: \(SystemError("make", "/tmp").reason)")
    }
    let root = unsafe String(cString: path)
    unsafe toRemove = root
    // Plain C: nothing of the tests runs any more when this is called.
    atexit {
      if let path = unsafe TemporaryDirectory.toRemove { try? Files.remove(path) }
    }
    return root
  }()

  /// A new, empty directory that stays until the process ends.
  public static func make(_ name: String = "test") throws -> String {
    let number = counter.add(1, ordering: .relaxed).newValue
    let path = Path.join(root, "\(number)-\(name)")
    try Files.makeDirectory(path)
    return path
  }
}
