public import Platform

/// Loads plugins for a trial, each in a process of its own, many at once.
///
/// In each process the plugin is admitted, mapped, initialised, asked for what its manifest says it offers, its trial
/// is run where it has one (`plr_trial.h`), and it is taken down. Nothing else is there: a plugin that needs
/// others has to say so by failing its `init`, which is no reason to keep it from being loaded.
public struct PluginProbe: Sendable {
  /// The program's file name; hosts ship it beside their own.
  public static let programName = "plugin-probe"

  /// The program that loads the plugin.
  public var program: String
  /// How long one plugin may take in all, in nanoseconds.
  public var deadlineNanoseconds: UInt64 = 10_000_000_000
  /// How much memory one plugin may take, in bytes.
  public var memoryBytes: UInt64 = 512 << 20
  /// How many processes run at once.
  public var parallelism = processorCount()

  /// - Parameter program: nil for ``programName`` beside the running program.
  /// - Throws: `SystemError` where it is not there or cannot be run.
  public init(program: String? = nil) throws(SystemError) {
    if let program {
      self.program = program
    } else {
      self.program = Path.join(Path.parent(of: try executablePath()), Self.programName)
    }
    guard Files.isExecutable(self.program) else { throw SystemError("run", self.program) }
  }

  /// Tries the files at `paths`, and waits for all.
  ///
  /// Each has a process to itself: who is at fault is never one of the others. Descriptors: three for each that
  /// runs. [any thread]
  /// - Returns: what became of each, in the order of `paths`.
  /// - Throws: `SystemError` where no process can be started; those that run are ended.
  /// - Complexity: some milliseconds for each good one, ``deadlineNanoseconds`` for one that hangs, by
  ///   ``parallelism`` at once.
  public func run(_ paths: [String]) throws(SystemError) -> [ProbeOutcome] {
    var outcomes = [ProbeOutcome?](repeating: nil, count: paths.count)
    var running: [(number: Int, process: ProbeProcess)] = []
    defer { for each in running { each.process.kill() } }
    var next = 0
    while next < paths.count || !running.isEmpty {
      while next < paths.count, running.count < max(1, parallelism) {
        running.append((next, try ProbeProcess(self, paths[next])))
        next += 1
      }
      // Whoever has nothing to tell is looked at now and then: for its memory, and its deadline.
      _ = Interruption.poll(running.flatMap(\.process.descriptors), milliseconds: 5)
      for index in running.indices.reversed() {
        guard let outcome = running[index].process.step() else { continue }
        outcomes[running[index].number] = outcome
        running.remove(at: index)
      }
    }
    return outcomes.map { $0 ?? .good }
  }
}
