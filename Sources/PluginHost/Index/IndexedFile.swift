internal import Platform

/// A file of a plugin directory and what was thought of it when it was last looked at.
struct IndexedFile {
  /// Within its directory.
  var name: String
  var verdict: AdmissionVerdict
  var identity: FileIdentity
  /// False where the file may have changed right after it was judged, within one tick of the clock that
  /// files are stamped with: it is then judged again next time.
  var isSettled: Bool

  /// Judges a file. One that changes meanwhile is judged once more, and then again next time.
  init(judging name: String, in directory: String) {
    let path = Path.join(directory, name)
    self.name = name
    var attempts = 0
    repeat {
      let tick = FileIdentity.clockTick()
      identity = Files.identity(path)
      verdict = Admission.check(path)
      isSettled = identity.isSettled(at: tick) && Files.identity(path) == identity
      attempts += 1
    } while !isSettled && attempts < 2
  }

  init(name: String, verdict: AdmissionVerdict, identity: FileIdentity, isSettled: Bool) {
    self.name = name
    self.verdict = verdict
    self.identity = identity
    self.isSettled = isSettled
  }
}
