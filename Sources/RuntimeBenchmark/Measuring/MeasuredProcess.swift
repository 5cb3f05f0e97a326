internal import Glibc
internal import Measurement
internal import Platform

/// One sample: a fresh process that loads a plugin set, tells its figures and dies.
struct MeasuredProcess {
  var timeoutSeconds = 120

  /// The environment is the same for every subject and holds nothing of the user's.
  ///
  /// Swift's backtracer would install signal handlers, and map a helper, in the Swift variants only.
  private static let environment = [
    "PATH=/usr/bin:/bin", "LANG=C", "SWIFT_BACKTRACE=enable=no",
  ]

  /// The last line of a report.
  private static let end = "\nend\n"

  func sample(
    _ subject: Subject
  ) throws(BenchmarkError) -> (report: ProbeReport, startedAt: UInt64) {
    let pipe = try withSystem(makePipe)
    let reader = FileDescriptor(rawValue: pipe.read, path: "the report of \(subject.label)")
    // What plugins log goes to a file without a name, which disturbs nobody and can be asked.
    let log = try Self.makeLog()
    let (child, start) = try Self.start(
      subject, log: log, report: FileDescriptor(rawValue: pipe.write, path: "a pipe"))
    let text: String
    do throws(BenchmarkError) {
      text = try read(reader, subject)
    } catch {
      child.kill()
      _ = try? child.wait()
      throw error
    }
    // Whatever is still going on in it, the process has told all it had to tell, or never will.
    if text.hasSuffix(Self.end) { child.kill() }
    let status = try withSystem(child.wait)
    do throws(ProbeReport.Failure) {
      return (try ProbeReport(text), start)
    } catch {
      throw .processFailed(
        subject: subject.label, reason: Self.reason(error, status, log: log))
    }
  }

  private static func makeLog() throws(BenchmarkError) -> FileDescriptor {
    do {
      return try FileDescriptor.temporary()
    } catch {
      throw .system(error)
    }
  }

  /// Starts the process; this process's end of the report pipe is closed on return, so that reading
  /// ends when the child does.
  private static func start(
    _ subject: Subject, log: borrowing FileDescriptor, report: consuming FileDescriptor
  ) throws(BenchmarkError) -> (child: ChildProcess, startedAt: UInt64) {
    let logDescriptor = log.rawValue
    let reportDescriptor = report.rawValue
    let start = monotonicNanoseconds()
    let child = try withSystem { () throws(SystemError) in
      try ChildProcess(
        subject.command, environment: environment,
        streams: [.null, .null, .descriptor(logDescriptor), .descriptor(reportDescriptor)])
    }
    return (child, start)
  }

  /// Reads the report to its end.
  ///
  /// - Throws: `timedOut` or `interrupted`, with the process still running.
  private func read(
    _ reader: borrowing FileDescriptor, _ subject: Subject
  ) throws(BenchmarkError) -> String {
    let deadline = monotonicNanoseconds() + UInt64(timeoutSeconds) * 1_000_000_000
    var text: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      if let signal = Interruption.signal { throw .interrupted(signal: signal) }
      guard monotonicNanoseconds() < deadline else {
        throw .timedOut(subject: subject.label, seconds: timeoutSeconds)
      }
      guard !Interruption.poll([reader.rawValue], milliseconds: 100).isEmpty else { continue }
      let count = unsafe chunk.withUnsafeMutableBytes {
        unsafe Glibc.read(reader.rawValue, $0.baseAddress, $0.count)
      }
      if count < 0 && errno == EINTR { continue }
      if count < 0 { throw .system(SystemError("read", reader.path)) }
      text.append(contentsOf: chunk[..<count])
      // Not only the end of the pipe: something that the process has started may hold that open.
      if count == 0 || text.suffix(Self.end.utf8.count).elementsEqual(Self.end.utf8) {
        return String(decoding: text, as: UTF8.self)
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
