internal import Glibc
internal import Platform

/// Opens files, unless others than this user and root could lead their paths elsewhere or write to them. Knows the
/// directories that it has judged, for a moment.
struct FileGate {
  private var judge = PathJudge()
  /// Until when that holds, by `CLOCK_MONOTONIC`.
  private var end: UInt64 = 0
  /// For so long a directory that was judged is not judged again; in nanoseconds.
  private static let directoriesAreGoodFor: UInt64 = 10_000_000
  /// The directory that a batch of files is loaded from.
  private var place: DirectoryPlace?

  /// Has files of a directory opened in the one that was scanned, until ``leave(to:)``: all are of one directory, even
  /// if another takes its place meanwhile. Only where the way to the directory is without flaw and still leads there.
  ///
  /// - Returns: what ``leave(to:)`` is to be given.
  mutating func enter(
    _ scan: borrowing DirectoryScan, allowsWritable: Bool, at now: UInt64
  ) -> DirectoryPlace? {
    let outer = place
    renew(at: now)
    place =
      allowsWritable || judge.isWithoutFlaw(scan.path) && scan.isInPlace ? scan.place : nil
    return outer
  }

  /// - Parameter outer: the directory that a batch around this one is loaded from; its scan still lives.
  mutating func leave(to outer: DirectoryPlace?) { place = outer }

  /// - Parameters:
  ///   - allowsWritable: nothing is judged.
  ///   - now: by `CLOCK_MONOTONIC`.
  mutating func open(
    _ path: String, _ way: FileHold, allowsWritable: Bool, at now: UInt64
  ) throws(PluginRefused) -> HeldFile {
    do throws(Refusal) {
      if let place, place.holds(path) {
        if let held = try openPlain(path, way, in: place) {
          if !allowsWritable, let flaw = judge.flaw(of: held.status, at: path) {
            throw Refusal(flaw)
          }
          return held
        }
      }
      guard !allowsWritable else { return try open(path, way) }
      renew(at: now)
      // A directory that was judged, and in it a file that is no link.
      if judge.knowsDirectory(of: path),
        let held = try? HeldFile(path, way, followsLinks: false),
        judge.flaw(of: held.status, at: path) == nil
      {
        return held
      }
      if let refusal = Admission.refusal(ofPath: path, &judge) { throw refusal }
      let held = try open(path, way)
      // What is open may be another file than the path led to.
      if let flaw = judge.flaw(of: held.status, at: path) { throw Refusal(flaw) }
      return held
    } catch {
      throw PluginRefused(path: path, reasons: [error])
    }
  }

  private mutating func renew(at now: UInt64) {
    guard now > end else { return }
    judge = PathJudge()
    end = now + Self.directoriesAreGoodFor
  }

  /// - Returns: nil where the file is a link.
  private func openPlain(
    _ path: String, _ way: FileHold, in place: DirectoryPlace
  ) throws(Refusal) -> HeldFile? {
    do throws(SystemError) {
      return try HeldFile(path, way, followsLinks: false, in: place)
    } catch {
      if error.code == ELOOP { return nil }
      throw Refusal(error)
    }
  }

  private func open(_ path: String, _ way: FileHold) throws(Refusal) -> HeldFile {
    do throws(SystemError) {
      return try HeldFile(path, way)
    } catch {
      throw Refusal(error)
    }
  }
}
