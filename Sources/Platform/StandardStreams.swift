internal import Glibc

/// Writes all of `text` to the file at `path`, replaced whole, or with `-` to standard output.
///
/// - Returns: the exit status: 0, or 1 after one sentence on standard error.
public func writeOutput(_ text: String, to path: String) -> Int32 {
  writeOutput(to: path) { file throws(SystemError) in try file.write(Array(text.utf8)) }
}

/// Writes to the file at `path`, replaced whole, or with `-` to standard output, what `body` does.
///
/// - Returns: the exit status: 0, or 1 after one sentence on standard error.
public func writeOutput(
  to path: String, _ body: (OutputFile) throws(SystemError) -> Void
) -> Int32 {
  do {
    let file = try OutputFile(path)
    try body(file)
    try file.commit()
    return 0
  } catch {
    // A reader that has seen enough is no failure.
    if path == "-" && error.code == EPIPE { return 0 }
    printError("\(error)")
    return 1
  }
}

/// Writes a line to standard error; control characters in it, which a path may hold, as escapes.
public func printError(_ line: String) {
  let visible = line.unicodeScalars.map { scalar in
    scalar.value < 0x20 || (0x7f..<0xa0).contains(scalar.value)
      ? scalar.escaped(asASCII: true) : String(scalar)
  }.joined()
  let bytes = Array((visible + "\n").utf8)
  _ = unsafe bytes.withUnsafeBytes { unsafe write(STDERR_FILENO, $0.baseAddress, $0.count) }
}

/// Ends the process. The corresponding C function is `exit(3)`.
public func exitProcess(_ status: Int32) -> Never { exit(status) }

/// Opens the standard streams that this process was started without, so that no other file takes
/// their numbers and is written to in their place.
public func openMissingStandardStreams() {
  while true {
    let descriptor = unsafe open("/dev/null", O_RDWR)
    guard (0...2).contains(descriptor) else {
      if descriptor > 2 { close(descriptor) }
      return
    }
  }
}
