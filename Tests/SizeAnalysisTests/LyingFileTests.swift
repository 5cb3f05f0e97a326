import ELFInspection
import Glibc
import Platform
import SizeAnalysis
import TestSupport
import Testing

/// Everything that is asked of a file, and whether its sums are right.
enum Interrogation {
  /// - Returns: what was read, or why nothing was.
  static func run(_ path: String) -> Result<FileAnalysis, ELFError> {
    let set = FileSet.read([[path, path]], depth: .symbols, comparesBodies: true)[0]
    #expect(set.files.count + set.failures.count == 2)
    guard let file = set.files.first else { return .failure(set.failures[0]) }
    #expect(file.accountedFileSize == file.fileSize)
    let charged = (file.symbols?.symbols ?? []).reduce(UInt64(0)) { $0 + $1.fileSize }
    let left = (file.symbols?.remainders ?? []).reduce(0, +)
    #expect(charged + left == file.fileSize)
    #expect(file.ownership()?.total == file.fileSize)
    for symbol in file.symbols?.symbols ?? [] { _ = set.names.demangled(symbol.name) }
    _ = set.duplicates()
    _ = set.modules()
    _ = set.unusedExports()
    checkShares(path)
    return .success(file)
  }

  private static func checkShares(_ path: String) {
    guard let metadata = try? SwiftMetadata(path: path), let file = try? ELFFile(path: path),
      !file.header.isRelocatable
    else { return }
    let names = file.sectionNames()
    // Room for backtraces may be left out, but not in part.
    let left: Set =
      metadata.shares.contains { $0.section == "swift5_backtrace" }
      ? [] : ["swift5_backtrace"]
    let sections = file.sections.filter {
      names[$0.index].hasPrefix("swift5_") && !left.contains(names[$0.index]) && $0.isLoaded
        && !$0.hasNoBits
    }
    #expect(
      metadata.shares.reduce(0) { $0 + $1.bytes } == sections.reduce(UInt64(0)) { $0 + $1.size })
  }
}

@Suite("A file that lies is a named error or a labelled gap", .serialized)
struct LyingFileTests {
  @Test("whatever it lies about, at once and with little memory", arguments: LyingFile.all)
  func aLie(_ lie: LyingFile) throws {
    let path = try lie.write(into: try TemporaryDirectory.make("lie"))
    let start = monotonicNanoseconds()
    let result = Interrogation.run(path)
    #expect(monotonicNanoseconds() - start < 1_000_000_000)
    for expectation in lie.expectations { try check(expectation, result, path) }
  }

  private func check(
    _ expectation: LyingFile.Expectation, _ result: Result<FileAnalysis, ELFError>, _ path: String
  ) throws {
    switch expectation {
    case .error(let code, let field):
      let error = #expect(throws: ELFError.self) { try result.get() }
      #expect(code.isEmpty || error?.code.rawValue == code, "\(String(describing: error))")
      #expect(error?.field.hasPrefix(field) == true, "\(String(describing: error))")
      #expect(error?.found.isEmpty == false && error?.expected.isEmpty == false)
    case .part(let name):
      let file = try result.get()
      #expect(file.parts.contains { $0.name == name && $0.fileSize > 0 })
    case .incomplete("versions"):
      _ = try result.get()
      #expect(try !ELFFile(path: path).symbolVersions().isComplete)
    case .incomplete("notes"): #expect(try !result.get().notes.isComplete)
    case .incomplete(let table): Issue.record("no table '\(table)'")
    case .read: _ = try result.get()
    }
  }

  @Test("as a child with a gigabyte of address space sees it too", arguments: LyingFile.all)
  func hasLittleMemory(_ lie: LyingFile) throws {
    let path = try lie.write(into: try TemporaryDirectory.make("lie"))
    let host = Path.join(TestBuild.directory, "plugin-host")
    let run = try CommandRun(
      ["sh", "-c", "ulimit -v 1048576; exec \"$0\" \"$@\"", host, "verify", path])
    // 0 and 2 are verdicts; a signal or 1 would be a failure of the program.
    #expect([.exited(0), .exited(2)].contains(run.status), "\(run.status) \(run.errors)")
  }
}
