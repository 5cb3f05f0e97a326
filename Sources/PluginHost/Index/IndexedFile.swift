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
    let first = Self.judge(path)
    let last = first.isSettled ? first : Self.judge(path)
    self.init(
      name: name, verdict: last.verdict, identity: last.identity, isSettled: last.isSettled)
  }

  private static func judge(
    _ path: String
  ) -> (verdict: AdmissionVerdict, identity: FileIdentity, isSettled: Bool) {
    let tick = FileIdentity.clockTick()
    let identity = Files.identity(path)
    let verdict = Admission.check(path)
    return (
      verdict, identity, identity.isSettled(at: tick) && Files.identity(path) == identity
    )
  }

  init(name: String, verdict: AdmissionVerdict, identity: FileIdentity, isSettled: Bool) {
    self.name = name
    self.verdict = verdict
    self.identity = identity
    self.isSettled = isSettled
  }
}
