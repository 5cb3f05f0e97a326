/// Paths that something happened to, each until it has been quiet for a while.
///
/// Times are nanoseconds of `CLOCK_MONOTONIC`, and given by the caller.
struct Debounce {
  /// How long nothing must happen to a path.
  var quiet: UInt64
  /// How long after the first notice a path is due even if it is never quiet.
  var longest: UInt64

  private struct Entry {
    var first: UInt64
    var last: UInt64
  }
  private var entries: [String: Entry] = [:]

  init(quiet: UInt64, longest: UInt64) {
    self.quiet = quiet
    self.longest = max(quiet, longest)
  }

  mutating func note(_ path: String, at now: UInt64) {
    entries[path, default: Entry(first: now, last: now)].last = now
  }

  /// When the next path is due; nil where none waits.
  ///
  /// - Complexity: O(waiting paths).
  var nextDeadline: UInt64? { entries.values.lazy.map(deadline).min() }

  /// Takes out what is due, the paths that came first first, of several those in byte order.
  mutating func takeDue(at now: UInt64) -> [String] {
    let due = entries.filter { deadline($0.value) <= now }
    for path in due.keys { entries[path] = nil }
    return due.sorted {
      $0.value.first != $1.value.first
        ? $0.value.first < $1.value.first
        : $0.key.utf8.lexicographicallyPrecedes($1.key.utf8)
    }.map(\.key)
  }

  private func deadline(_ entry: Entry) -> UInt64 {
    min(Self.sum(entry.last, quiet), Self.sum(entry.first, longest))
  }

  private static func sum(_ left: UInt64, _ right: UInt64) -> UInt64 {
    let (sum, overflow) = left.addingReportingOverflow(right)
    return overflow ? .max : sum
  }
}
