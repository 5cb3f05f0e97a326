/// The libraries that a file brings into a process, and who asks for each.
///
/// Found as glibc's loader finds them, without running anything: see ``init(of:search:)``.
public struct NeededTree: Equatable, Sendable {
  /// A file that the loader maps.
  public struct Object: Equatable, Sendable {
    /// As the loader calls it, without ``LibrarySearch/root``.
    public var path: String
    public var soname: String?
    /// What it asks for, in the order in which the loader loads it.
    public var requests: [Request] = []
  }

  /// A library that a file asks for.
  public struct Request: Equatable, Sendable {
    public var name: String
    public var kind: Kind
    public var finding: Finding
    /// Its position in ``NeededTree/objects``; nil where there is none to load.
    public var object: Int?
  }

  public enum Kind: String, Sendable {
    /// `DT_NEEDED`.
    case needed
    /// `DT_FILTER`.
    case filter
    /// `DT_AUXILIARY`: the loader does without it where it is missing.
    case auxiliary
    /// The file opens it by itself, or does without (`.note.dlopen`).
    case opened
  }

  /// How a library was found.
  public enum Finding: Equatable, Sendable {
    /// A file that goes by that name, or is the same file, is there already, or the name is one of
    /// ``LibrarySearch/provided``.
    case loadedAlready
    /// In `DT_RPATH` of the file with this path: the one that asks, or one that it was loaded for.
    case rpath(of: String)
    /// In `LD_LIBRARY_PATH`.
    case libraryPath
    /// In `DT_RUNPATH` of the file that asks.
    case runpath
    case cache
    case defaultDirectory
    /// The name is a path.
    case path
    case missing
    /// The loader stops at this file, and so does not load the program.
    case unusable(path: String, reason: String)
    /// The search had become too long.
    case notSearched
  }

  /// In the order in which they are mapped: the file itself, its interpreter (that of its machine
  /// where the file names none), then level by level what they ask for.
  public internal(set) var objects: [Object] = []
  /// Whether there is an interpreter, at position 1.
  public internal(set) var hasInterpreter = false
  /// False where a limit ended the search: 4,096 objects, 65,536 requests or 262,144 places.
  public internal(set) var isComplete = true

  init() {}

  /// The files that are mapped beside the one asked about.
  public var libraries: [String] { objects.dropFirst().map(\.path) }

  /// What cannot be loaded though it must be, and the path of who asks for it.
  public var missing: [(by: String, request: Request)] {
    objects.flatMap { object in
      object.requests.filter {
        $0.object == nil && $0.kind != .auxiliary && $0.kind != .opened
          && $0.finding != .loadedAlready
      }.map { (object.path, $0) }
    }
  }

  /// Goes through the tree, what a library asks for behind the library itself; what was loaded
  /// already is named and not entered again.
  ///
  /// - Complexity: O(requests).
  public func forEach(_ body: (_ depth: Int, _ request: Request) -> Void) {
    guard !objects.isEmpty else { return }
    // Objects, and how many of their requests are done.
    var stack = [(object: 0, next: 0)]
    while let top = stack.last {
      guard top.next < objects[top.object].requests.count else {
        stack.removeLast()
        continue
      }
      let request = objects[top.object].requests[top.next]
      body(stack.count - 1, request)
      stack[stack.count - 1].next += 1
      if let object = request.object, request.finding != .loadedAlready {
        stack.append((object, 0))
      }
    }
  }
}
