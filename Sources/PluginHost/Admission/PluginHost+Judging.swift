internal import CPluginABI
internal import Platform

/// What stands between a path and the loader.
extension PluginHost {
  /// Opens the file, unless others could lead its path elsewhere or write to it.
  ///
  /// - Parameter now: by `CLOCK_MONOTONIC`.
  func openHeld(_ path: String, at now: UInt64) throws(PluginRefused) -> HeldFile {
    do throws(Refusal) {
      let way = trust?.hold ?? hold
      guard !allowsWritable else { return try Self.open(path, way) }
      if now > pathJudgeEnd {
        pathJudge = PathJudge()
        pathJudgeEnd = now + Self.directoriesAreGoodFor
      }
      // A directory that was judged, and in it a file that is no link.
      if pathJudge.knowsDirectory(of: path),
        let held = try? HeldFile(path, way, followsLinks: false),
        pathJudge.flaw(of: held.status, at: path) == nil
      {
        return held
      }
      if let refusal = Admission.refusal(ofPath: path, &pathJudge) { throw refusal }
      let held = try Self.open(path, way)
      // What is open may be another file than the path led to.
      if let flaw = pathJudge.flaw(of: held.status, at: path) { throw Refusal(flaw) }
      return held
    } catch {
      throw PluginRefused(path: path, reasons: [error])
    }
  }

  /// For so long a directory that was judged is not judged again; in nanoseconds.
  private static let directoriesAreGoodFor: UInt64 = 10_000_000

  private static func open(_ path: String, _ way: FileHold) throws(Refusal) -> HeldFile {
    do throws(SystemError) { return try HeldFile(path, way) } catch { throw Refusal(error) }
  }

  /// Judges what is held, unless that was done before and the file is as it was.
  ///
  /// - Parameter indexed: where an index tells of the file. It stands for judging the file only where nobody else
  ///   could have written it, and where no bytes were taken the digest of: what those are vouched for, the index
  ///   is not.
  func judge(_ held: borrowing HeldFile, _ indexed: IndexedPlace? = nil) -> AdmissionVerdict {
    var isKnown = false
    let (path, status) = (held.path, held.status)
    if let indexed, indexed.index.image.identity(indexed.entry) != status.identity {
      log(PLR_LOG_NOTICE, "'\(path)' is not the file that the index knows; it is judged anew")
    }
    let verdict = Admission.check(held, trust) { digest in
      var known = verdicts.verdict(of: path, status, digest: digest)
      if known == nil, digest == nil { known = indexed?.verdict(on: path, status.identity) }
      isKnown = known != nil
      return known
    }
    if !isKnown { verdicts.note(verdict, of: held.path, held.status, at: held.tick) }
    for warning in verdict.trust?.warnings ?? [] {
      log(PLR_LOG_WARNING, "'\(held.path)': \(warning)")
    }
    return verdict
  }

  /// What is thought of a file that is not to be loaded yet.
  func verdict(onFileAt path: String) -> AdmissionVerdict {
    do throws(PluginRefused) {
      return judge(try openHeld(path, at: monotonicNanoseconds()))
    } catch {
      return AdmissionVerdict(path: path, reasons: error.reasons)
    }
  }
}
