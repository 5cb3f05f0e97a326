internal import Glibc
public import Platform

/// Tells what becomes of the plugins in directories.
///
/// A file is told of when nothing has happened to it for a while, and it is then compared with what was
/// there before: of a file that is written slowly, renamed into place or touched ten times there is one
/// event, and none where all is as it was. Directories may be renamed, removed and made again. There is
/// no thread of ours: who waits is the caller. Not `Sendable`; ``stopper`` is.
///
/// What lies behind a symbolic link is not watched, only the link; and that a directory *above* one that
/// is searched was renamed is not noticed.
public final class DirectoryWatcher {
  /// Where it looks, and for which files.
  public let search: PluginSearch
  private let inotify: Inotify
  private let stopEnd: FileDescriptor
  /// Ends the wait of the thread that uses the watcher, from any other one.
  public let stopper: WatchStopper

  /// Where a watched directory lies: below which of the search's, and by which path there.
  private struct Place {
    var root: String
    var below: String
    var path: String { below.isEmpty ? root : Path.join(root, below) }
  }
  private var places: [Int32: Place] = [:]
  /// Directories above one that is not there.
  private var lookouts: Set<Int32> = []
  private var attached: Set<String> = []
  private var known: [String: FileIdentity] = [:]
  private var debounce: Debounce
  private var events: [WatchEvent] = []

  /// - Parameters:
  ///   - debounceNanoseconds: how long nothing must happen to a file before it is told of.
  ///   - longestWaitNanoseconds: how long after the first notice it is told of even so.
  ///   - reportsExisting: what is there already is told of as if it had just appeared.
  /// - Throws: `SystemError` where the system has no watches left, or a directory cannot be read.
  public init(
    _ search: PluginSearch, debounceNanoseconds: UInt64 = 200_000_000,
    longestWaitNanoseconds: UInt64 = 2_000_000_000, reportsExisting: Bool = false
  ) throws(SystemError) {
    self.search = search
    inotify = try Inotify()
    let ends = try makePipe()
    stopEnd = FileDescriptor(rawValue: ends.read, path: "a pipe")
    stopper = WatchStopper(FileDescriptor(rawValue: ends.write, path: "a pipe"))
    debounce = Debounce(quiet: debounceNanoseconds, longest: longestWaitNanoseconds)
    try attach()
    if !reportsExisting {
      for path in debounce.takeDue(at: .max) { note(identityOf: path) }
    }
  }

  /// Hands every event to `body` as it comes, until that returns false or ``stopper`` is used.
  public func run(_ body: (WatchEvent) -> Bool) throws(SystemError) {
    while !stopper.isStopped {
      for event in try next() where !body(event) { return }
    }
  }

  /// Waits for events.
  ///
  /// - Parameter deadline: in nanoseconds of `CLOCK_MONOTONIC`.
  /// - Returns: at least one event; none at the deadline, or when ``stopper`` was used.
  /// - Throws: `SystemError` where the system has no watches left.
  public func next(until deadline: UInt64 = .max) throws(SystemError) -> [WatchEvent] {
    while true {
      try inotify.forEach { notice throws(SystemError) in try take(notice) }
      let now = monotonicNanoseconds()
      for path in debounce.takeDue(at: now) { tell(of: path) }
      if !events.isEmpty || stopper.isStopped || now >= deadline {
        defer { events = [] }
        return events
      }
      let wake = min(deadline, debounce.nextDeadline ?? .max)
      // Rounded up, so that it is not woken just before there is something to do.
      let milliseconds = (wake - min(now, wake)) / 1_000_000 + 1
      _ = Interruption.poll(
        [inotify.descriptor.rawValue, stopEnd.rawValue],
        milliseconds: wake == .max ? -1 : Int32(clamping: milliseconds))
    }
  }

  // MARK: Telling

  private func tell(of path: String) {
    let before = known[path]
    note(identityOf: path)
    switch (before, known[path]) {
    case (nil, .some): events.append(.appeared(path))
    case (.some, nil): events.append(.disappeared(path))
    case (let before?, let now?) where before != now: events.append(.changed(path))
    default: break
    }
  }

  private func note(identityOf path: String) {
    let identity = Files.identity(path)
    known[path] = identity == .none ? nil : identity
  }

  // MARK: Noticing

  private func take(_ notice: Inotify.Notice) throws(SystemError) {
    if notice.has(IN_Q_OVERFLOW) {
      events.append(.rescanned)
      return try rescan()
    }
    if lookouts.contains(notice.watch) {
      if notice.has(IN_IGNORED) { lookouts.remove(notice.watch) }
      try attach()
    }
    guard let place = places[notice.watch] else { return }
    if notice.has(IN_IGNORED | IN_DELETE_SELF | IN_MOVE_SELF) {
      // Of a directory below, the one above tells as well where it is now.
      detach(place)
      return try attach()
    }
    guard let name = notice.name else { return }
    let below = place.below.isEmpty ? name : place.below + "/" + name
    let path = Path.join(place.path, name)
    if notice.has(IN_ISDIR) {
      guard search.isRecursive, !name.hasPrefix(".") else { return }
      if notice.has(IN_MOVED_FROM | IN_DELETE) { detach(Place(root: place.root, below: below)) }
      if notice.has(IN_CREATE | IN_MOVED_TO) {
        try watch(Place(root: place.root, below: below))
      }
      return
    }
    if search.fits(name, below) { debounce.note(path, at: monotonicNanoseconds()) }
  }

  /// Looks at everything again, watched or not.
  private func rescan() throws(SystemError) {
    for place in places.values where place.below.isEmpty { detach(place) }
    try attach()
  }

  // MARK: Watching

  /// Watches the directories of the search that are there, and above those that are not.
  private func attach() throws(SystemError) {
    for root in search.directories where !attached.contains(root) {
      var above: String?
      // What is made while a directory above it is being watched is found in the next turn.
      while true {
        if try watch(Place(root: root, below: "")) {
          attached.insert(root)
          break
        }
        let next = Self.nearestAbove(root)
        if next == above { break }
        above = next
        guard let watch = try? inotify.add(next, Inotify.arrivals) else { continue }
        lookouts.insert(watch)
      }
    }
    guard attached.count == search.directories.count, !lookouts.isEmpty else { return }
    for watch in lookouts where places[watch] == nil { inotify.remove(watch) }
    lookouts = []
  }

  /// Watches a directory and, where asked for, those below it; what it holds is looked at.
  ///
  /// - Returns: false where it is not there.
  @discardableResult
  private func watch(_ place: Place) throws(SystemError) -> Bool {
    let number: Int32
    do throws(SystemError) {
      number = try inotify.add(place.path, Inotify.everything)
    } catch {
      switch error.code {
      case ENOENT, ENOTDIR: return false
      case ENOSPC, ENOMEM: throw error
      default:
        events.append(.unwatched(directory: place.path, because: error))
        return true
      }
    }
    places[number] = place
    let now = monotonicNanoseconds()
    var below: [String] = []
    do throws(SystemError) {
      // After the watch: what is made in between is seen twice, and told of once.
      try DirectoryScan(place.path).forEachName { name in
        guard let text = name.string, text != ".", text != ".." else { return }
        let path = place.below.isEmpty ? text : place.below + "/" + text
        if search.fits(text, path) { debounce.note(Path.join(place.path, text), at: now) }
        if search.isRecursive, !text.hasPrefix(".") { below.append(path) }
      }
    } catch {
      if error.code == ENOENT { return false }
      events.append(.unwatched(directory: place.path, because: error))
    }
    for below in below {
      let inner = Place(root: place.root, below: below)
      if Files.isDirectoryItself(inner.path) { try watch(inner) }
    }
    return true
  }

  /// Forgets a directory and those below it; what was there is looked at.
  private func detach(_ place: Place) {
    let path = place.path
    let inside = path.hasSuffix("/") ? path : path + "/"
    for (number, other) in places where other.path == path || other.path.hasPrefix(inside) {
      guard other.root == place.root else { continue }
      places[number] = nil
      if !lookouts.contains(number) { inotify.remove(number) }
    }
    let now = monotonicNanoseconds()
    for file in known.keys where file.hasPrefix(inside) { debounce.note(file, at: now) }
    if place.below.isEmpty { attached.remove(place.root) }
  }

  private static func nearestAbove(_ path: String) -> String {
    var path = path
    repeat { path = Path.parent(of: path) } while path != "/" && path != "." && !Files.exists(path)
    return path
  }
}
