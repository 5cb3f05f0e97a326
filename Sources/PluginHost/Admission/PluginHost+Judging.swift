internal import CPluginABI
internal import Platform

/// What stands between a path and the loader.
extension PluginHost {
  /// Opens the file, unless others could lead its path elsewhere or write to it.
  func openHeld(_ path: String, at now: UInt64) throws(PluginRefused) -> HeldFile {
    try gate.open(path, trust?.hold ?? hold, allowsWritable: allowsWritable, at: now)
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
      log(PLR_LOG_WARNING, "'\(path)': \(warning)")
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
