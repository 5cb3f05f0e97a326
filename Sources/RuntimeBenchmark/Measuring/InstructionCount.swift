internal import Glibc
internal import Platform

/// Instructions that a measured process executes, as callgrind of valgrind counts them.
enum InstructionCount {
  /// Whether valgrind is installed.
  static func isAvailable(_ environment: [String: String]) -> Bool {
    (environment["PATH"] ?? "").split(separator: ":").contains {
      Files.isExecutable(Path.join(String($0), "valgrind"))
    }
  }

  /// Runs the subject's process once below callgrind.
  ///
  /// The count repeats within some parts in 100,000, so that once is enough.
  /// - Throws: `processFailed` where the process or valgrind fails.
  static func measure(_ subject: Subject) throws(BenchmarkError) -> Double {
    let log: FileDescriptor
    do {
      log = try FileDescriptor.temporary()
    } catch {
      throw .system(error)
    }
    let child: ChildProcess
    do {
      child = try ChildProcess(
        ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"] + subject.command,
        environment: processEnvironment().filter { $0.hasPrefix("PATH=") }
          + ["LANG=C", "SWIFT_BACKTRACE=enable=no"],
        streams: [.null, .null, .descriptor(log.rawValue), .null])
    } catch {
      throw .system(error)
    }
    let status = try withSystem(child.wait)
    _ = lseek(log.rawValue, 0, SEEK_SET)
    let text = String(
      decoding: (try? log.readToEnd(limit: 1 << 20)) ?? [], as: UTF8.self)
    // "==123== Collected : 21634912"
    let count = text.split(separator: "\n").last { $0.contains("Collected :") }
      .flatMap { $0.split(separator: " ").last }.flatMap { Double($0) }
    guard status.isSuccess, let count, count > 0 else {
      let last = text.split(separator: "\n").last.map { ": \($0)" } ?? ""
      throw .processFailed(subject: subject.label, reason: "valgrind ended with \(status)\(last)")
    }
    return count
  }
}
