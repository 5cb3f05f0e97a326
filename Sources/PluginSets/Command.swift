internal import Platform

/// Runs short commands to their end.
enum Command {
  struct Failure: Error {
    var reason: String
  }

  /// What the command writes to its standard output.
  static func run(_ arguments: [String]) throws(Failure) -> String {
    do {
      let pipe = try makePipe()
      let output = FileDescriptor(rawValue: pipe.read, path: "the output of '\(arguments[0])'")
      let child: ChildProcess
      do {
        let input = FileDescriptor(rawValue: pipe.write, path: "a pipe")
        child = try ChildProcess(
          arguments, environment: processEnvironment(),
          streams: [.null, .descriptor(input.rawValue), .null])
      }
      let text = String(decoding: try output.readToEnd(), as: UTF8.self)
      let status = try child.wait()
      guard status.isSuccess else { throw Failure(reason: "it ended with \(status)") }
      return text
    } catch let error as Failure {
      throw error
    } catch {
      throw Failure(reason: "\(error)")
    }
  }
}
