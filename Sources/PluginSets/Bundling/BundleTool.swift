internal import Glibc
internal import Platform

/// A program that changes files of a bundle.
struct BundleTool {
  let path: String

  /// Runs the program to its end.
  ///
  /// - Parameter subject: the file it treats, for errors.
  /// - Throws: `BundleError.tool` with the last line that the program wrote, or `system`.
  func run(_ arguments: [String], on subject: String) throws(BundleError) {
    let (status, words): (ExitStatus, String)
    do throws(SystemError) {
      (status, words) = try Self.run([path] + arguments)
    } catch {
      throw .system(error)
    }
    guard status.isSuccess else {
      throw .tool(
        name: Path.name(of: path), path: subject,
        reason: words.split(separator: "\n").last.map(String.init)
          ?? "it ended with \(status) and without a word")
    }
  }

  /// How a command ended, and what it wrote.
  private static func run(
    _ command: [String]
  ) throws(SystemError) -> (status: ExitStatus, words: String) {
    let pipe = try makePipe()
    let output = FileDescriptor(rawValue: pipe.read, path: "the output of '\(command[0])'")
    let input = FileDescriptor(rawValue: pipe.write, path: "a pipe")
    let child = try ChildProcess(
      command, environment: processEnvironment(),
      streams: [.null, .descriptor(input.rawValue), .descriptor(input.rawValue)])
    // Closed here, or the output would have no end.
    _ = consume input
    let words = String(decoding: try output.readToEnd(), as: UTF8.self)
    return (try child.wait(), words)
  }

  /// The program on the PATH; nil where there is none.
  static func find(_ name: String, _ environment: [String: String]) -> BundleTool? {
    for directory in (environment["PATH"] ?? "").split(separator: ":") {
      let path = Path.join(String(directory), name)
      if unsafe access(path, X_OK) == 0 { return BundleTool(path: path) }
    }
    return nil
  }
}
