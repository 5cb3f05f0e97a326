internal import Glibc
internal import Platform

/// Judges the files of a batch on a thread of its own while the ones before them are being loaded.
///
/// What it admits is as the host would have found it: opened once, judged and loaded through that. What it does not
/// admit the host judges again in its turn: what was missing may have come with another plugin. The host never waits
/// for the thread: what is not ready when it is wanted, it judges itself. No code of a plugin runs on the thread.
@safe final class AdmissionAhead: @unchecked Sendable {
  /// A file that was admitted.
  final class Admitted {
    private var held: HeldFile?
    let verdict: AdmissionVerdict

    fileprivate init(_ held: consuming HeldFile, _ verdict: AdmissionVerdict) {
      self.held = consume held
      self.verdict = verdict
    }

    /// The open file, once.
    func take() -> HeldFile { held.take()! }
  }

  private enum Place {
    /// The host has not come to it.
    case open
    case admitted(Admitted)
    /// The host has it, or is to judge it.
    case done
  }

  /// Fewer are not worth a thread.
  static let leastFiles = 8
  /// So many are open and wait for the host.
  private static let depth = 16

  private let paths: [String]
  private let trust: (any FileTrust)?
  private let hold: FileHold
  private let allowsWritable: Bool
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  /// There is room, or it is over.
  private let changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  // Behind the mutex.
  private var places: [Place]
  private var waitingCount = 0
  private var isOver = false

  /// - Parameter isWanted: which of the paths are to be judged.
  /// - Returns: nil where there is no second processor, or no thread to be had.
  init?(_ paths: [String], isWanted: (String) -> Bool, for host: PluginHost) {
    guard paths.count >= Self.leastFiles, processorCount() > 1 else { return nil }
    self.paths = paths
    trust = host.trust
    hold = host.trust?.hold ?? host.hold
    allowsWritable = host.allowsWritable
    places = paths.map { isWanted($0) ? .open : .done }
    unsafe pthread_mutex_init(mutex, nil)
    unsafe pthread_cond_init(changed, nil)
    var number = pthread_t()
    let work = unsafe Unmanaged.passRetained(self).toOpaque()
    let code = unsafe pthread_create(
      &number, nil,
      { work in
        // Signals are the business of the host's own threads.
        var all = sigset_t()
        unsafe sigfillset(&all)
        unsafe pthread_sigmask(SIG_BLOCK, &all, nil)
        unsafe Unmanaged<AdmissionAhead>.fromOpaque(work!).takeRetainedValue().run()
        return nil
      }, work)
    guard code == 0 else {
      unsafe Unmanaged<AdmissionAhead>.fromOpaque(work).release()
      return nil
    }
    pthread_detach(number)
  }

  /// Ends the thread once it is through with the file that it has; what nobody has taken is closed.
  func finish() {
    withLock {
      isOver = true
      places = []
      waitingCount = 0
    }
    unsafe pthread_cond_signal(changed)
  }

  deinit {
    unsafe pthread_cond_destroy(changed)
    unsafe pthread_mutex_destroy(mutex)
    unsafe changed.deallocate()
    unsafe mutex.deallocate()
  }

  /// What was admitted; nil where the host is to judge the file itself.
  func take(_ number: Int) -> Admitted? {
    withLock {
      defer { places[number] = .done }
      guard case .admitted(let admitted) = places[number] else { return nil }
      waitingCount -= 1
      if waitingCount == Self.depth / 2 { unsafe pthread_cond_signal(changed) }
      return admitted
    }
  }

  /// How many are admitted and wait for the host.
  var count: Int { withLock { waitingCount } }

  private func run() {
    var gate = FileGate()
    // The host itself has begun with the first.
    for number in paths.indices.dropFirst() {
      let isWanted = withLock { () -> Bool in
        while waitingCount >= Self.depth && !isOver { unsafe pthread_cond_wait(changed, mutex) }
        guard !isOver, case .open = places[number] else { return false }
        return true
      }
      guard isWanted, let admitted = judge(paths[number], &gate) else { continue }
      withLock {
        guard !isOver, case .open = places[number] else { return }
        places[number] = .admitted(admitted)
        waitingCount += 1
      }
    }
  }

  private func judge(_ path: String, _ gate: inout FileGate) -> Admitted? {
    guard
      let held = try? gate.open(
        path, hold, allowsWritable: allowsWritable, at: monotonicNanoseconds())
    else { return nil }
    let verdict = Admission.check(held, trust)
    return verdict.isAdmitted ? Admitted(held, verdict) : nil
  }

  private func withLock<Result>(_ body: () -> Result) -> Result {
    unsafe pthread_mutex_lock(mutex)
    defer { unsafe pthread_mutex_unlock(mutex) }
    return body()
  }
}
