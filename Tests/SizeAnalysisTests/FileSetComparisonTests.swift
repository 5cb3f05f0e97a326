import Platform
import SizeAnalysis
import TestSupport
import Testing

@Suite("The comparison of two sets of files")
struct FileSetComparisonTests {
  @Test("counts files by what became of them, and reads no file that is the same")
  func countsFiles() throws {
    let (old, new) = try Versions.c.paths()
    let (oldSwift, newSwift) = try Versions.swift.paths()
    let directory = try TemporaryDirectory()
    for (name, files) in [
      ("before", [("same.so", old), ("changed.so", oldSwift), ("gone.so", oldSwift)]),
      ("after", [("same.so", old), ("changed.so", newSwift), ("fresh.so", new)]),
    ] {
      try Files.makeDirectory(directory.file(name))
      for (file, source) in files {
        try FileEdits.copy(source, to: Path.join(directory.file(name), file))
      }
    }
    let result = FileSetComparison.read(
      old: [try FileTree.find(directory.file("before"))],
      new: [try FileTree.find(directory.file("after"))], depth: .symbols)
    let comparison = result.comparison
    #expect(comparison.addedFiles == 1 && comparison.removedFiles == 1)
    #expect(comparison.changedFiles == 1 && comparison.unchangedFiles == 1)
    #expect(comparison.unread.isEmpty)
    #expect(result.new.files.count == 2)
    let delta = try byteCount(newSwift) + byteCount(new) - 2 * byteCount(oldSwift)
    #expect(comparison.size.delta == delta)
    #expect(
      comparison.size.new
        == UInt64(try byteCount(old) + byteCount(newSwift) + byteCount(new)))
    #expect(comparison.files.reduce(0) { $0 + $1.sumOfSymbols } == delta)
    #expect(comparison.rollup.byHolder.values.reduce(0) { $0 + $1.delta } == delta)
    #expect(comparison.rollup.byModule.values.reduce(0) { $0 + $1.delta } == delta)
  }

  @Test("names what could not be read, and counts it nowhere")
  func namesUnread() throws {
    let (old, _) = try Versions.c.paths()
    let directory = try TemporaryDirectory()
    try FileEdits.copy(old, to: directory.file("lib.so")) { $0.truncate(to: 100) }
    let result = FileSetComparison.read(
      old: [FileTree(root: old, paths: [old])],
      new: [FileTree(root: directory.file("lib.so"), paths: [directory.file("lib.so")])],
      depth: .sections)
    #expect(result.comparison.unread.map(\.old) == [old])
    #expect(result.comparison.files.isEmpty && result.comparison.size == SizeChange())
    #expect(result.new.failures.count == 1)
  }
}
