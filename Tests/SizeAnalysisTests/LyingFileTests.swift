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
    let set = FileSet.read([[path]], depth: .symbols, comparesBodies: true)[0]
    #expect(set.files.count + set.failures.count == 1)
    guard let file = set.files.first else { return .failure(set.failures[0]) }
    #expect(file.accountedFileSize == file.fileSize)
    let charged = (file.symbols?.symbols ?? []).reduce(UInt64(0)) { $0 + $1.fileSize }
    let left = (file.symbols?.remainders ?? []).reduce(0, +)
    #expect(charged + left == file.fileSize)
    #expect(file.ownership()?.total == file.fileSize)
    for symbol in file.symbols?.symbols ?? [] { _ = set.names.demangled(symbol.name) }
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

@Suite("A file that lies is a named error, a named flaw or a labelled gap")
struct LyingFileTests {
  @Test("whatever it lies about, at once", arguments: LyingFile.all)
  func aLie(_ lie: LyingFile) throws {
    let path = try lie.write(into: try TemporaryDirectory.make("lie"))
    let start = monotonicNanoseconds()
    let result = Interrogation.run(path)
    #expect(monotonicNanoseconds() - start < 1_000_000_000)
    for expectation in lie.expectations { try check(expectation, result) }
  }

  private func check(
    _ expectation: LyingFile.Expectation, _ result: Result<FileAnalysis, ELFError>
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
    case .flaw(let code, let subject):
      let flaws = try result.get().flaws
      #expect(
        flaws.contains { $0.code.rawValue == code && $0.subject.hasPrefix(subject) },
        "\(flaws.map { "\($0.code.rawValue) \($0)" })")
      #expect(flaws.allSatisfy { !$0.found.isEmpty && !$0.expected.isEmpty })
    case .sound:
      let flaws = try result.get().flaws
      #expect(flaws.isEmpty, "\(flaws.map { "\($0.code.rawValue) \($0)" })")
    }
  }

  @Test("what nobody has lied in has no flaw", arguments: LyingFile.Base.allCases)
  func noLie(_ base: LyingFile.Base) throws {
    #expect(try Interrogation.run(try base.path()).get().flaws == [])
  }

  @Test("all of them together are a set like any other")
  func allLies() throws {
    let directory = try TemporaryDirectory.make("lies")
    let paths = try LyingFile.all.map { try $0.write(into: directory) }
    let set = FileSet.read([paths], depth: .symbols, comparesBodies: true)[0]
    #expect(set.files.count + set.failures.count == paths.count)
    #expect(set.files.count > 40 && set.failures.count > 10)
    #expect(set.files.allSatisfy { $0.accountedFileSize == $0.fileSize })
    #expect(!set.duplicates().isEmpty)
    _ = set.modules()
  }
}
