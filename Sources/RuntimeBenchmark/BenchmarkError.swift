public import Platform
public import PluginSets

/// Why a benchmark came to no result, in one sentence.
public enum BenchmarkError: Error, Equatable, CustomStringConvertible {
  case plugins(PluginSetError)
  case system(SystemError)
  /// A measured process told an error, died or gave no whole report.
  case processFailed(subject: String, reason: String)
  case timedOut(subject: String, seconds: Int)
  /// The variants computed different answers: they did not do the same work.
  case answersDiffer(subject: String, other: String)
  /// A directory of foreign plugins without any.
  case emptyDirectory(path: String)
  case notADirectory(path: String)
  /// Pages of the files stay in memory although nobody should use them.
  case cacheStaysWarm(path: String, pages: Int)
  /// The library that tracks heaps lies where the loader cannot be sent.
  case heapTrackerUnreachable(path: String)
  case interrupted(signal: Int32)
  /// Two sides of a comparison have no variant and number of plugins in common.
  case nothingInCommon(baseline: String, candidate: String)

  public var description: String {
    switch self {
    case .plugins(let error): return error.description
    case .system(let error): return error.description
    case .processFailed(let subject, let reason):
      return "cannot measure \(subject): \(reason)"
    case .timedOut(let subject, let seconds):
      return "cannot measure \(subject): it was not ready after \(seconds) s and was ended"
    case .answersDiffer(let subject, let other):
      return "\(subject) and \(other) computed different answers, so their figures do not compare; "
        + "remove the cache of built plugins and run again"
    case .emptyDirectory(let path):
      return "'\(path)' holds no file whose name ends in .so; name a directory of plugins"
    case .notADirectory(let path):
      return "'\(path)' is no directory; name a directory of plugins"
    case .cacheStaysWarm(let path, let pages):
      return "cannot measure cold: \(pages) pages of '\(path)' stay in memory, because another "
        + "process uses the file, it lies on a memory file system, or it belongs to another user"
    case .heapTrackerUnreachable(let path):
      return
        "cannot track heaps: the loader would end '\(path)' at its blank or colon; choose another "
        + "directory with '--cache'"
    case .interrupted(let signal):
      return "interrupted by signal \(signal)"
    case .nothingInCommon(let baseline, let candidate):
      return
        "'\(baseline)' and '\(candidate)' have no kind of set in common; name two checkouts, two "
        + "build directories, two sets or two directories of plugins"
    }
  }
}

extension BenchmarkError {
  /// An interruption is one, wherever it was noticed.
  init(_ error: PluginSetError) {
    if case .interrupted(let signal) = error {
      self = .interrupted(signal: signal)
    } else {
      self = .plugins(error)
    }
  }
}

/// Runs a step on plugin sets; its failure is the benchmark's.
func withPluginSets<Result>(
  _ body: () throws(PluginSetError) -> Result
) throws(BenchmarkError) -> Result {
  do {
    return try body()
  } catch {
    throw BenchmarkError(error)
  }
}

/// Runs a step on the system; its failure is the benchmark's.
func withSystem<Result>(
  _ body: () throws(SystemError) -> Result
) throws(BenchmarkError) -> Result {
  do {
    return try body()
  } catch {
    throw .system(error)
  }
}
