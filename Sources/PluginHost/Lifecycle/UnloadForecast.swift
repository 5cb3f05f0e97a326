public import ELFReading

/// What taking a plugin down would do with its file, told from the file.
public struct UnloadForecast: Sendable, Equatable {
  /// Whether it would be unmapped, and why not.
  public let verdict: UnloadVerdict
  /// Address space of what is mapped, in bytes of whole pages.
  public let mappedBytes: UInt64
  /// Of that, what can be written to.
  public let writableBytes: UInt64
  /// Of the file itself.
  public let fileBytes: UInt64
  /// Whether it has thread-local variables, which glibc 2.34 to 2.36 reuse wrongly.
  public let hasThreadLocals: Bool

  /// - Complexity: O(segments).
  public init(_ file: borrowing ELFFile, _ verdict: UnloadVerdict) {
    self.verdict = verdict
    let page: UInt64 = 4096
    func pages(_ segment: ELFFile.Segment) -> UInt64 {
      let (end, isWrong) = segment.address.addingReportingOverflow(segment.memorySize)
      guard !isWrong, end <= .max - page else { return 0 }
      return ((end + page - 1) & ~(page - 1)) - (segment.address & ~(page - 1))
    }
    let loaded = file.segments.filter(\.isLoaded)
    // Sums of a file that lies stay within the integers.
    mappedBytes = loaded.reduce(0) { $0 &+ pages($1) }
    writableBytes = loaded.filter(\.isWritable).reduce(0) { $0 &+ pages($1) }
    fileBytes = UInt64(file.fileSize)
    hasThreadLocals = file.segments.contains(where: \.isThreadLocal)
  }

  /// What would happen, a sentence each.
  public var effects: [String] {
    let released =
      "its deinit is called; its interfaces, log records, references and memory are taken back"
    guard verdict.isUnloadable else {
      return [
        released,
        "its \(mappedBytes) bytes stay mapped; of these, \(mappedBytes &- writableBytes) of code and constants "
          + "are given back to the system, and up to \(writableBytes) that were written to stay",
        "loaded again, it gets new code and new variables: a replaced file by another name, the same one as a "
          + "copy of \(fileBytes) bytes in memory",
      ]
    }
    var effects = [
      released,
      "its \(mappedBytes) bytes are unmapped, which is proven then; what it needed stays mapped",
    ]
    if hasThreadLocals {
      effects.append(
        "it has thread-local variables: glibc 2.34 to 2.36 can give their place to another file too early"
      )
    }
    return effects
  }
}
