internal import Glibc
internal import Measurement
internal import Platform

/// One sample: a fresh process that loads a plugin set, tells its figures and dies.
struct MeasuredProcess {
  var timeoutSeconds = 120
  /// Variables that only this process has.
  var addedEnvironment: [String] = []

  /// The environment is the same for every subject and holds nothing of the user's.
  ///
  /// Swift's backtracer would install signal handlers, and map a helper, in the Swift variants only.
  private static let environment = [
    "PATH=/usr/bin:/bin", "LANG=C", "SWIFT_BACKTRACE=enable=no",
  ]

  /// The last line of a report.
  private static let end = "\nend\n"
  /// The last line before a process waits for others.
  private static let atGate = "\nat.gate 1\n"

  /// What a process has told, and when it was started.
  typealias Sample = (report: ProbeReport, startedAt: UInt64)

  /// Starts a process, reads what it tells, and ends it.
  func sample(_ subject: Subject) throws(BenchmarkError) -> Sample {
    try samples(subject, processes: 1)[0]
  }

  /// Starts several processes one after the other, and has them read their figures when all are there:
  /// what they share is then shared by all.
  ///
  /// - Throws: `BenchmarkError`; all processes are gone by then.
  func samples(
    _ subject: Subject, processes: Int
  ) throws(BenchmarkError) -> [Sample] {
    var group: [Member] = []
    defer {
      for member in group where !member.isGone {
        member.child.kill()
        _ = try? member.child.wait()
      }
    }
    let gate = processes > 1 ? try Gate() : nil
    for _ in 0..<processes {
      let member = try start(subject, gate)
      group.append(member)
      if gate != nil { try read(member, subject) { $0.hasSuffix(Self.atGate) } }
    }
    try gate?.open(for: processes)
    for member in group { try read(member, subject) { $0.hasSuffix(Self.end) } }
    var samples: [Sample] = []
    for member in group { samples.append(try end(member, subject)) }
    return samples
  }

  /// Whatever is still going on in it, the process has told all it had to tell, or never will.
  private func end(_ member: Member, _ subject: Subject) throws(BenchmarkError) -> Sample {
    if member.text.hasSuffix(Self.end) { member.child.kill() }
    member.isGone = true
    let status = try withSystem(member.child.wait)
    do throws(ProbeReport.Failure) {
      return (try ProbeReport(member.text), member.startedAt)
    } catch {
      throw .processFailed(
        subject: subject.label, reason: Self.reason(error, status, log: member.log))
    }
  }

  /// A process that runs.
  private final class Member {
    let child: ChildProcess
    let startedAt: UInt64
    let report: FileDescriptor
    /// What plugins log goes to a file without a name, which disturbs nobody and can be asked.
    let log: FileDescriptor
    /// What it has told so far.
    var text = ""
    var isGone = false

    init(
      _ child: ChildProcess, startedAt: UInt64, report: consuming FileDescriptor,
      log: consuming FileDescriptor
    ) {
      self.child = child
      self.startedAt = startedAt
      self.report = report
      self.log = log
    }
  }

  /// Where processes wait for each other: see `probe_report.h`.
  private final class Gate {
    let reading: FileDescriptor
    private let writing: FileDescriptor

    init() throws(BenchmarkError) {
      let pipe = try withSystem(makePipe)
      reading = FileDescriptor(rawValue: pipe.read, path: "a gate")
      writing = FileDescriptor(rawValue: pipe.write, path: "a gate")
    }

    func open(for count: Int) throws(BenchmarkError) {
      do {
        try writing.write(Array(repeating: 0, count: count))
      } catch {
        throw .system(error)
      }
    }
  }

  private func start(_ subject: Subject, _ gate: Gate?) throws(BenchmarkError) -> Member {
    let pipe = try withSystem(makePipe)
    let reader = FileDescriptor(rawValue: pipe.read, path: "the report of \(subject.label)")
    // Closed here on return, so that reading ends when the child does.
    let writer = FileDescriptor(rawValue: pipe.write, path: "a pipe")
    let log = try Self.makeLog()
    var streams: [ChildProcess.Stream] = [
      .null, .null, .descriptor(log.rawValue), .descriptor(writer.rawValue),
    ]
    if let gate { streams.append(.descriptor(gate.reading.rawValue)) }
    let start = monotonicNanoseconds()
    let child = try withSystem { () throws(SystemError) in
      try ChildProcess(
        subject.command, environment: Self.environment + addedEnvironment, streams: streams)
    }
    return Member(child, startedAt: start, report: reader, log: log)
  }

  private static func makeLog() throws(BenchmarkError) -> FileDescriptor {
    do {
      return try FileDescriptor.temporary()
    } catch {
      throw .system(error)
    }
  }

  /// Reads what the process tells until that is so, or it ends.
  ///
  /// - Throws: `timedOut` or `interrupted`, with the process still running.
  private func read(
    _ member: Member, _ subject: Subject, until isEnough: (String) -> Bool
  ) throws(BenchmarkError) {
    let deadline = monotonicNanoseconds() + UInt64(timeoutSeconds) * 1_000_000_000
    var text = Array(member.text.utf8)
    var chunk = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      if let signal = Interruption.signal { throw .interrupted(signal: signal) }
      guard monotonicNanoseconds() < deadline else {
        throw .timedOut(subject: subject.label, seconds: timeoutSeconds)
      }
      guard !Interruption.poll([member.report.rawValue], milliseconds: 100).isEmpty else {
        continue
      }
      let count = unsafe chunk.withUnsafeMutableBytes {
        unsafe Glibc.read(member.report.rawValue, $0.baseAddress, $0.count)
      }
      if count < 0 && errno == EINTR { continue }
      if count < 0 { throw .system(SystemError("read", member.report.path)) }
      text.append(contentsOf: chunk[..<count])
      // Not only the end of the pipe: something that the process has started may hold that open.
      let tail = String(decoding: text.suffix(32), as: UTF8.self)
      if count == 0 || isEnough(tail) || tail.hasSuffix(Self.end) {
        member.text = String(decoding: text, as: UTF8.self)
        return
      }
    }
  }

  private static func reason(
    _ failure: ProbeReport.Failure, _ status: ExitStatus, log: borrowing FileDescriptor
  ) -> String {
    switch failure {
    case .told(let reason): return reason
    case .malformed(let line): return "its report holds the line '\(line)'"
    case .incomplete:
      _ = lseek(log.rawValue, 0, SEEK_SET)
      let text = (try? log.readToEnd(limit: 1 << 20)) ?? []
      let last = String(decoding: text, as: UTF8.self).split(separator: "\n").last
      return "the process ended with \(status)" + (last.map { ": \($0)" } ?? "")
    }
  }
}
