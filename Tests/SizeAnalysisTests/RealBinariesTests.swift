import ELFInspection
import Platform
import SizeAnalysis
import TestSupport
import Testing

/// The invariant of the whole analysis, on files whose makers know nothing of it.
@Suite("Every byte of a file that others built has one place")
struct RealBinariesTests {
  /// Bytes of a file up to which its symbols are read too; larger ones have too many of them for a test
  /// that is not optimized.
  private static let limit = 512 << 10

  /// Holds all sums against the size that the system tells, and says how many files there were.
  private func check(_ kind: String, _ paths: [String]) throws {
    let sizes = try paths.map { UInt64(try #require(try Files.status($0)).byteCount) }
    let all = FileSet.read([paths], depth: .sections)[0]
    #expect(all.failures.map(\.description) == [])
    try #require(all.files.count == paths.count)
    for (file, size) in zip(all.files, sizes) {
      #expect(file.fileSize == size, "\(file.path)")
      #expect(file.accountedFileSize == size, "\(file.path)")
      #expect(file.segmentSizes().reduce(0) { $0 + $1.fileSize } == size, "\(file.path)")
    }
    let small = zip(paths, sizes).filter { $0.1 <= Self.limit }.map(\.0)
    let set = FileSet.read([small], depth: .symbols)[0]
    try #require(set.files.count == small.count)
    for file in set.files { try checkSymbols(of: file, in: set) }
    let count = set.files.reduce(0) { $0 + ($1.symbols?.symbols.count ?? 0) }
    #expect(set.symbolTotals().rows.reduce(0) { $0 + $1.symbols } == count)
    print(
      """
      \(kind): \(paths.count) files of \(sizes.reduce(0, +)) bytes accounted for, of these \
      \(small.count) by \(count) symbols
      """)
  }

  private func checkSymbols(of file: FileAnalysis, in set: FileSet) throws {
    let symbols = try #require(file.symbols)
    let named = symbols.symbols.reduce(0) { $0 + $1.fileSize }
    #expect(named + symbols.remainders.reduce(0, +) == file.fileSize, "\(file.path)")
    #expect(file.accountedFileSize == file.fileSize, "\(file.path)")
    #expect(symbols.remainders.count == file.parts.count, "\(file.path)")
    #expect(file.ownership()?.total == file.fileSize, "\(file.path)")
    #expect(set.modules(of: file).reduce(0) { $0 + $1.fileSize } == named, "\(file.path)")
  }

  @Test(
    "the toolchain's libraries", .enabled(if: !RealBinaries.toolchain.isEmpty, Comment.toolchain))
  func toolchain() throws { try check("toolchain", RealBinaries.toolchain) }

  @Test("plugins for audio", .enabled(if: !RealBinaries.ladspa.isEmpty, Comment.ladspa))
  func ladspa() throws { try check("LADSPA plugins", RealBinaries.ladspa) }

  @Test("converters of the C library", .enabled(if: !RealBinaries.gconv.isEmpty, Comment.gconv))
  func gconv() throws { try check("gconv modules", RealBinaries.gconv) }

  @Test("Python's extensions", .enabled(if: !RealBinaries.python.isEmpty, Comment.python))
  func python() throws { try check("Python extensions", RealBinaries.python) }

  @Test(
    "libraries of the system", .enabled(if: !RealBinaries.systemLibraries.isEmpty, Comment.system))
  func systemLibraries() throws { try check("system libraries", RealBinaries.systemLibraries) }

  @Test("programs of the system", .enabled(if: !RealBinaries.programs.isEmpty, Comment.programs))
  func programs() throws { try check("programs", RealBinaries.programs) }

  @Test("object files, whatever the compiler was asked for")
  func objects() throws { try check("object files", try Objects.paths()) }
}

extension Comment {
  fileprivate static let toolchain: Comment = "SKIPPED: no libswiftCore.so is mapped here"
  fileprivate static let ladspa: Comment = "SKIPPED: no LADSPA plugins here; install 'swh-plugins'"
  fileprivate static let gconv: Comment = "SKIPPED: no gconv modules here; install 'libc6'"
  fileprivate static let python: Comment = "SKIPPED: no Python extensions; install 'python3'"
  fileprivate static let system: Comment = "SKIPPED: no libc.so.6 is mapped here"
  fileprivate static let programs: Comment = "SKIPPED: no programs in /usr/bin"
}
