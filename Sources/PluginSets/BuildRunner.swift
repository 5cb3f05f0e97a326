internal import Glibc
internal import Platform

/// Runs build steps side by side until all artefacts are in the store.
///
/// One thread starts the compilers and waits for them with poll(2); there is nothing to lock.
struct BuildRunner {
  let store: ArtifactStore
  /// How many steps run at once.
  let width: Int
  /// Told after each step: how many are done, of how many, and which was last.
  let progress: (_ done: Int, _ total: Int, _ label: String) -> Void

  private struct Running {
    var step: BuildStep
    var folder: String
    var nextCommand: Int
    var child: ChildProcess
    var output: Int32
    var text: [UInt8]
  }

  /// Builds those of `steps` that the store lacks; returns those.
  ///
  /// - Throws: `buildFailed` with the tool's own words, `noSpace`, `cache` or `interrupted`; whatever
  ///   was running is ended and its working folders are removed.
  @discardableResult
  func run(_ steps: [BuildStep]) throws(PluginSetError) -> [BuildStep] {
    var seen: Set<ContentKey> = []
    let missing = steps.filter {
      seen.insert($0.key).inserted && !Files.exists(store.path($0.key, $0.file))
    }
    guard !missing.isEmpty else { return [] }
    try store.prepare()
    try checkSpace(for: missing)

    var waiting = missing[...]
    var running: [Running] = []
    var done = 0
    do throws(PluginSetError) {
      while !waiting.isEmpty || !running.isEmpty {
        if let signal = Interruption.signal { throw .interrupted(signal: signal) }
        while running.count < width, let step = waiting.popFirst() {
          progress(done, missing.count, step.label)
          running.append(try begin(step))
        }
        for index in Interruption.poll(running.map(\.output), milliseconds: 100).reversed() {
          guard try advance(&running[index]) else { continue }
          done += 1
          let finished = running.remove(at: index)
          progress(done, missing.count, finished.step.label)
        }
      }
    } catch {
      for job in running {
        job.child.kill()
        _ = try? job.child.wait()
        if job.output >= 0 { close(job.output) }
        store.removeWorkFolder(job.folder)
      }
      throw error
    }
    return missing
  }

  private func checkSpace(for steps: [BuildStep]) throws(PluginSetError) {
    let needed = steps.reduce(0) { $0 + $1.estimatedSize }
    let free = try inCache { () throws(SystemError) in try Files.freeBytes(store.directory) }
    if free < needed { throw .noSpace(directory: store.directory, needed: needed, free: free) }
  }

  private func begin(_ step: BuildStep) throws(PluginSetError) -> Running {
    let folder = try store.makeWorkFolder()
    do throws(PluginSetError) {
      for source in step.sources {
        try inCache { () throws(SystemError) in
          try FileDescriptor(
            opening: Path.join(folder, source.name), O_WRONLY | O_CREAT | O_TRUNC
          ).write(Array(store.resolve(source.text, workFolder: folder).utf8))
        }
      }
      for path in step.archives.paths {
        let bytes = try step.archives.change.bytes(of: path, in: folder)
        try inCache { () throws(SystemError) in
          try FileDescriptor(
            opening: Path.join(folder, Path.name(of: path)), O_WRONLY | O_CREAT | O_TRUNC
          ).write(bytes)
        }
      }
      let (child, output) = try start(step, command: 0, folder: folder)
      return Running(
        step: step, folder: folder, nextCommand: 1, child: child, output: output, text: [])
    } catch {
      store.removeWorkFolder(folder)
      throw error
    }
  }

  private func start(
    _ step: BuildStep, command: Int, folder: String
  ) throws(PluginSetError) -> (ChildProcess, Int32) {
    let output = Path.join(folder, step.file)
    let arguments = step.commands[command].map { argument in
      argument == "OUTPUT"
        ? output : store.resolve(argument, workFolder: folder)
    }
    do {
      let pipe = try makePipe()
      let writeEnd = FileDescriptor(rawValue: pipe.write, path: "a pipe")
      let child = try ChildProcess(
        arguments, environment: ["TMPDIR=" + folder] + processEnvironment(),
        streams: [.null, .descriptor(writeEnd.rawValue), .descriptor(writeEnd.rawValue)])
      return (child, pipe.read)
    } catch {
      throw .system(error)
    }
  }

  /// Reads what the job says; true when its last command has ended well and its artefact is in place.
  private func advance(_ job: inout Running) throws(PluginSetError) -> Bool {
    var chunk = [UInt8](repeating: 0, count: 16 << 10)
    let count = unsafe chunk.withUnsafeMutableBytes {
      unsafe read(job.output, $0.baseAddress, $0.count)
    }
    if count > 0 {
      job.text.append(contentsOf: chunk[..<count])
      return false
    }
    let status: ExitStatus
    do {
      status = try job.child.wait()
    } catch {
      throw .system(error)
    }
    guard status.isSuccess else {
      throw .buildFailed(step: job.step.label, reason: Self.reason(job.text, status))
    }
    close(job.output)
    job.output = -1
    if job.nextCommand < job.step.commands.count {
      (job.child, job.output) = try start(job.step, command: job.nextCommand, folder: job.folder)
      job.nextCommand += 1
      return false
    }
    try finish(job)
    return true
  }

  private func finish(_ job: Running) throws(PluginSetError) {
    try inCache { () throws(SystemError) in
      try FileDescriptor(opening: Path.join(job.folder, job.step.file)).synchronize()
      for name in try Files.list(job.folder) where name != job.step.file {
        try Files.remove(Path.join(job.folder, name))
      }
    }
    try store.publish(job.folder, to: Path.parent(of: store.path(job.step.key, job.step.file)))
  }

  /// The line of the tool's output that says what is wrong.
  private static func reason(_ output: [UInt8], _ status: ExitStatus) -> String {
    let lines = String(decoding: output, as: UTF8.self).split(separator: "\n").map(String.init)
    let telling =
      lines.first { $0.contains("No space left") } ?? lines.first { $0.contains("error:") }
    return telling ?? lines.last ?? "the tool ended with \(status) and without a word"
  }
}
