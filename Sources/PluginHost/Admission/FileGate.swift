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

  /// Has files of a directory opened in the one that was scanned, until ``leave()``: all are of one directory, even
  /// if another takes its place meanwhile. Only where the directory itself is without flaw.
  mutating func enter(_ scan: borrowing DirectoryScan) {
    place = judge.flaw(of: scan.status, at: scan.path) == nil ? scan.place : nil
  }

  mutating func leave() { place = nil }

  /// - Parameters:
  ///   - allowsWritable: nothing is judged.
  ///   - now: by `CLOCK_MONOTONIC`.
  mutating func open(
    _ path: String, _ way: FileHold, allowsWritable: Bool, at now: UInt64
  ) throws(PluginRefused) -> HeldFile {
    do throws(Refusal) {
      guard !allowsWritable else { return try open(path, way) }
      if now > end {
        judge = PathJudge()
        end = now + Self.directoriesAreGoodFor
      }
      // A directory that was judged, and in it a file that is no link.
      if judge.knowsDirectory(of: path),
        let held = try? HeldFile(path, way, followsLinks: false, in: place),
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

  private func open(_ path: String, _ way: FileHold) throws(Refusal) -> HeldFile {
    do throws(SystemError) {
      return try HeldFile(path, way, in: place)
    } catch {
      throw Refusal(error)
    }
  }
}
