import Glibc
import Synchronization
import Testing

@testable import Reporting

/// Stands in for a terminal and its clock.
private final class Recorder: Sendable {
  private struct State {
    var now: UInt64 = 5_000_000_000
    var written: [String] = []
  }

  private let state = Mutex(State())

  var written: [String] { state.withLock { $0.written } }

  func advance(milliseconds: UInt64) {
    state.withLock { $0.now += milliseconds * 1_000_000 }
  }

  func output(columns: Int? = 20) -> ProgressLine.Output {
    ProgressLine.Output(
      columns: { columns }, now: { self.state.withLock { $0.now } },
      write: { text in self.state.withLock { $0.written.append(text) } })
  }
}

@Suite("A progress line")
struct ProgressLineTests {
  @Test("is drawn over itself at most ten times a second")
  func throttled() {
    let recorder = Recorder()
    let line = ProgressLine(output: recorder.output())
    for step in 0..<100 {
      line.update("step \(step)")
      recorder.advance(milliseconds: 10)
    }
    #expect(recorder.written.count == 10)
    #expect(recorder.written[0] == "\rstep 0\u{1B}[K")
    #expect(recorder.written[9] == "\rstep 90\u{1B}[K")
  }

  @Test("does not even make up its text when it is not drawn")
  func lazy() {
    let recorder = Recorder()
    let made = Mutex(0)
    func text() -> String {
      made.withLock { $0 += 1 }
      return "text"
    }
    let line = ProgressLine(output: recorder.output())
    line.update(text())
    line.update(text())
    ProgressLine(output: nil).update(text())
    #expect(made.withLock { $0 } == 1)
  }

  @Test(
    "is shorter than the window",
    arguments: [
      (16, "building stati…"), (6, "buil…"), (1, ""), (0, ""),
      (nil, "building static-tuned, 12 of 50"),
    ] as [(Int?, String)])
  func short(columns: Int?, expected: String) {
    let recorder = Recorder()
    ProgressLine(output: recorder.output(columns: columns)).update(
      "building static-tuned, 12 of 50")
    #expect(recorder.written.first == "\r\(expected)\u{1B}[K")
  }

  @Test("lets no control character of its text through")
  func safe() {
    let recorder = Recorder()
    ProgressLine(output: recorder.output(columns: 80)).update("a\nb \u{1B}[31m")
    #expect(recorder.written.first == "\ra b ␛[31m\u{1B}[K")
  }

  @Test("goes without trace, once, and comes back at once")
  func cleared() {
    let recorder = Recorder()
    let line = ProgressLine(output: recorder.output())
    line.clear()
    #expect(recorder.written.isEmpty)
    line.update("one")
    line.clear()
    line.clear()
    line.update("two")
    #expect(recorder.written == ["\rone\u{1B}[K", "\r\u{1B}[K", "\rtwo\u{1B}[K"])
  }

  @Test("clears itself when it is let go")
  func released() {
    let recorder = Recorder()
    do {
      let line = ProgressLine(output: recorder.output())
      line.update("one")
    }
    #expect(recorder.written.last == "\r\u{1B}[K")
  }

  @Test("may be updated from many threads")
  func concurrent() async {
    let recorder = Recorder()
    let line = ProgressLine(output: recorder.output())
    await withTaskGroup(of: Void.self) { group in
      for task in 0..<8 {
        group.addTask {
          for step in 0..<100 {
            line.update("\(task) \(step)")
          }
        }
      }
    }
    #expect(recorder.written.count == 1)
  }

  @Test("is drawn on a terminal, unless it cannot be erased or the user asked for quiet")
  func terminal() throws {
    let pseudo = try PseudoTerminal(columns: 12)
    ProgressLine(on: pseudo.terminal, type: "xterm", quiet: true).update("quiet")
    ProgressLine(on: pseudo.terminal, type: "dumb", quiet: false).update("dumb")
    ProgressLine(on: pseudo.terminal, type: nil, quiet: false).update("unknown")
    let line = ProgressLine(on: pseudo.terminal, type: "xterm", quiet: false)
    line.update("a text too long")
    line.clear()
    #expect(pseudo.output() == "\ra text too…\u{1B}[K\r\u{1B}[K")
  }

  @Test("is not drawn where there is no terminal")
  func pipe() throws {
    var ends: [Int32] = [0, 0]
    // Safe: pipe(2) writes exactly two descriptors.
    try #require(unsafe Glibc.pipe(&ends) == 0)
    let line = ProgressLine(on: Terminal(descriptor: ends[1]), type: "xterm", quiet: false)
    line.update("text")
    line.clear()
    close(ends[1])
    var byte: UInt8 = 0
    // Safe: one byte is read into one byte.
    #expect(unsafe read(ends[0], &byte, 1) == 0)
    close(ends[0])
  }
}
