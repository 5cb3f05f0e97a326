internal import Glibc
internal import Platform

/// One process in which a plugin is tried. Used by one thread.
final class ProbeProcess {
  private let child: ChildProcess
  private let report: FileDescriptor
  private let words: FileDescriptor
  private let memoryBytes: UInt64
  private let deadline: UInt64

  private var reported = ProbeReport()
  private var lastWords: [UInt8] = []
  private var isReportOpen = true
  private var areWordsOpen = true
  /// Why it is being ended from here.
  private var verdict: ProbeFinding.Kind?
  /// When it is ended for good; after it was asked where it is.
  private var killTime = UInt64.max

  init(_ probe: PluginProbe, _ path: String) throws(SystemError) {
    let (reportEnd, reportStart) = try makePipe()
    report = FileDescriptor(rawValue: reportEnd, path: "a pipe")
    let given = FileDescriptor(rawValue: reportStart, path: "a pipe")
    let (wordsEnd, wordsStart) = try makePipe()
    words = FileDescriptor(rawValue: wordsEnd, path: "a pipe")
    let stream = FileDescriptor(rawValue: wordsStart, path: "a pipe")
    for end in [reportEnd, wordsEnd] { _ = fcntl(end, F_SETFL, O_NONBLOCK) }
    // The probe tells of crashes itself; a tracker of the host's heap has no business there.
    let environment = processEnvironment().filter {
      !$0.hasPrefix("SWIFT_BACKTRACE=") && !$0.hasPrefix("PLR_TRACK=")
    }
    child = try ChildProcess(
      [probe.program, "\(probe.memoryBytes)", path],
      environment: environment + ["SWIFT_BACKTRACE=enable=no"],
      streams: [
        .null, .null, .descriptor(stream.rawValue), .descriptor(given.rawValue),
      ])
    memoryBytes = probe.memoryBytes
    let (end, isEndless) = monotonicNanoseconds().addingReportingOverflow(
      probe.deadlineNanoseconds)
    deadline = isEndless ? .max : end
  }

  /// Those that something may come from.
  var descriptors: [Int32] {
    (isReportOpen ? [report.rawValue] : []) + (areWordsOpen ? [words.rawValue] : [])
  }

  /// Ends it, with all that it started, and waits for its end.
  func kill() {
    child.kill()
    _ = try? child.wait()
  }

  /// Takes what it has told.
  ///
  /// - Returns: what became of the plugin, once the process has ended.
  func step() -> ProbeOutcome? {
    drain()
    guard child.hasEnded else {
      watch()
      return nil
    }
    // What it started must not outlive it; before its number can be another's.
    child.kill()
    drain()
    // Whoever ignores SIGCHLD is not told.
    return outcome((try? child.wait()) ?? .exited(0))
  }

  private func drain() {
    isReportOpen =
      isReportOpen && Self.read(report) { reported.take($0) }
    areWordsOpen =
      areWordsOpen
      && Self.read(words) {
        lastWords += $0
        if lastWords.count > 4096 { lastWords.removeFirst(lastWords.count - 4096) }
      }
  }

  /// False at the end.
  private static func read(
    _ end: borrowing FileDescriptor, _ body: (ArraySlice<UInt8>) -> Void
  ) -> Bool {
    var room = [UInt8](repeating: 0, count: 8192)
    // At most so much at a time: one that never stops talking must not keep the others waiting.
    for _ in 0..<16 {
      let count = unsafe room.withUnsafeMutableBytes {
        unsafe Glibc.read(end.rawValue, $0.baseAddress, $0.count)
      }
      if count < 0 { return errno == EAGAIN || errno == EINTR }
      if count == 0 { return false }
      body(room[..<count])
    }
    return true
  }

  /// Ends a process that takes too long or too much.
  private func watch() {
    let now = monotonicNanoseconds()
    if now >= killTime { return child.kill() }
    guard verdict == nil else { return }
    if residentBytes > memoryBytes {
      verdict = .memory
    } else if now >= deadline {
      verdict = .hang
    } else {
      return
    }
    // Where it is it tells itself, if it can.
    _ = Glibc.kill(child.pid, SIGQUIT)
    killTime = now + 300_000_000
  }

  private var residentBytes: UInt64 {
    guard let text = try? Files.readText("/proc/\(child.pid)/statm") else { return 0 }
    let words = text.split(separator: " ")
    return words.count > 1 ? (UInt64(words[1]) ?? 0) * UInt64(sysconf(Int32(_SC_PAGESIZE))) : 0
  }

  // MARK: Judging

  private func outcome(_ status: ExitStatus) -> ProbeOutcome {
    if let verdict {
      let detail =
        verdict == .hang
        ? "nothing came of it in time" : "more than \(memoryBytes) bytes in memory"
      return culprit(verdict, detail)
    }
    if let failure = reported.failure {
      return .culprit(ProbeFinding(.failure, failure.stage, detail: failure.words))
    }
    if reported.isDone { return reported.refusal.map { .refused($0) } ?? .good }
    let isMemory = reported.heldBytes > memoryBytes
    if isMemory { return culprit(.memory, "\(reported.heldBytes) bytes were mapped; \(status)") }
    switch status {
    case .exited(let code): return culprit(.exit, "with status \(code)")
    case .signaled:
      return culprit(.crash, "\(status)" + (reported.address.map { " at \($0)" } ?? ""))
    }
  }

  private func culprit(_ kind: ProbeFinding.Kind, _ detail: String) -> ProbeOutcome {
    let lines = String(decoding: lastWords, as: UTF8.self).split(whereSeparator: \.isNewline)
    let said = lines.last.map { "; its last words: \($0)" } ?? ""
    return .culprit(
      ProbeFinding(kind, reported.stage, detail: detail + said, backtrace: reported.frames))
  }
}

/// What a probe has told; see `plugin_probe.h`. The plugin could have told it as well: nothing here is believed
/// beyond what became of this one file.
struct ProbeReport {
  private(set) var stage = ProbeFinding.Stage.start
  private(set) var refusal: String?
  /// What the plugin said, and where it was then.
  private(set) var failure: (words: String, stage: ProbeFinding.Stage)?
  private(set) var address: String?
  private(set) var heldBytes: UInt64 = 0
  private(set) var frames: [String] = []
  private(set) var isDone = false

  private var rest: [UInt8] = []

  mutating func take(_ bytes: ArraySlice<UInt8>) {
    rest += bytes
    while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
      take(line: String(decoding: rest[..<end], as: UTF8.self))
      rest.removeFirst(end + 1)
    }
    // No line of a probe is so long.
    if rest.count > 4096 { rest = [] }
  }

  private mutating func take(line: String) {
    let parts = line.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
    let text = parts.count > 1 ? String(parts[1]) : ""
    switch parts[0] {
    case "stage": stage = ProbeFinding.Stage(rawValue: text) ?? stage
    case "refused": refusal = text
    case "failed": failure = (text, stage)
    case "signal": address = text.split(separator: " ").dropFirst().first.map(String.init)
    case "held": heldBytes = UInt64(text) ?? 0
    case "frame": if frames.count < 64 { frames.append(text) }
    case "done": isDone = true
    default: break
    }
  }
}
