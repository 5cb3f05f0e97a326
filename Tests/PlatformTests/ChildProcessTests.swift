import Glibc
import Platform
import TestSupport
import Testing

@Suite("A child process")
struct ChildProcessTests {
  @Test("tells how it ended", arguments: [0, 1, 255])
  func tellsExit(code: Int32) throws {
    #expect(try CommandRun(["/bin/sh", "-c", "exit \(code)"]).status == .exited(code))
  }

  @Test("tells the signal that ended it")
  func tellsSignal() throws {
    let status = try CommandRun(["/bin/sh", "-c", "kill -SEGV $$"]).status
    #expect(status == .signaled(SIGSEGV))
    #expect(status.description == "signal 11 (Segmentation fault)")
  }

  @Test("that does not exist is an error with its name")
  func namesMissing() {
    #expect(throws: SystemError("start", "/nonexistent/tool", code: ENOENT)) {
      try ChildProcess(["/nonexistent/tool"], environment: [], streams: [])
    }
  }

  @Test("sees the environment and the descriptors that it was given, and no others")
  func inheritsNothing() throws {
    let file = try FileDescriptor(opening: "/dev/null")
    let run = try CommandRun(
      ["/bin/sh", "-c", "echo $A; ls /proc/self/fd | wc -l"], environment: ["A=b", "PATH=/bin"])
    // Standard streams and the directory that ls reads.
    #expect(run.output == "b\n4\n")
    _ = file.rawValue
  }

  @Test("is ended with all that it has started")
  func endsGroup() throws {
    let pipe = try makePipe()
    let reader = FileDescriptor(rawValue: pipe.read, path: "a pipe")
    let child = try ChildProcess(
      ["/bin/sh", "-c", "tail -f /dev/null & tail -f /dev/null"], environment: ["PATH=/bin"],
      streams: [.null, .descriptor(pipe.write), .null])
    close(pipe.write)
    child.kill()
    #expect(try child.wait() == .signaled(SIGKILL))
    // The pipe ends only when nobody holds it any more.
    #expect(try reader.readToEnd().isEmpty)
  }
}
