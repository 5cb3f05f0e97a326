import Glibc
import Testing

@testable import Reporting

@Suite("A terminal")
struct TerminalTests {
  @Test("knows its width, each time anew", arguments: [80, 120] as [UInt16])
  func columns(width: UInt16) throws {
    let pseudo = try PseudoTerminal(columns: width)
    #expect(pseudo.terminal.isInteractive)
    #expect(pseudo.terminal.columns == Int(width))
    try pseudo.resize(columns: 40)
    #expect(pseudo.terminal.columns == 40)
  }

  @Test("that does not know its width says so")
  func unknownWidth() throws {
    #expect(try PseudoTerminal(columns: 0).terminal.columns == nil)
  }

  @Test("is none if it is a file, a pipe or closed")
  func noTerminal() throws {
    // Safe: the path is a constant.
    let descriptor = unsafe open("/dev/null", O_WRONLY)
    for terminal in [Terminal(descriptor: descriptor), Terminal(descriptor: -1)] {
      #expect(!terminal.isInteractive)
      #expect(terminal.columns == nil)
      terminal.write("nobody reads this")
    }
    close(descriptor)
  }
}
