import Testing

@testable import Regression

@Suite("Sizes of files in history")
struct FileSizesTests {
  private func file(_ path: String, name: String, symbols: Int? = 7) -> FileSizes {
    FileSizes(
      path: path, name: name, machine: "x86_64", fileSize: 100, memorySize: 90, relocations: 3,
      dirtyPages: 1, exports: 2, symbols: symbols, sections: [(".text", 40), (".data", 2)])
  }

  private func figures(_ files: [FileSizes]) -> [Series: Double] {
    let run = Run(sizesOf: files, startedAt: 1, revision: Revision())
    return Dictionary(uniqueKeysWithValues: run.figures.map { ($0.series, $0.median) })
  }

  @Test("one more file, wherever it lies, renames no series of the others")
  func keepsNames() {
    let old = [file("/a/build/lib/x.so", name: "lib/x.so"), file("/a/build/y.so", name: "y.so")]
    let before = figures(old)
    let after = figures(old + [file("/other/place/z.so", name: "z.so")])
    #expect(Set(before.keys).isSubset(of: Set(after.keys)))
    #expect(Set(before.keys.map(\.subject)) == ["lib/x.so", "y.so"])
    #expect(after.count == before.count / 2 * 3)
  }

  @Test("the place of a build has no part in a name")
  func movesFreely() {
    let here = figures([file("/a/build/lib/x.so", name: "lib/x.so")])
    let there = figures([file("/b/c/lib/x.so", name: "lib/x.so")])
    #expect(here == there)
  }

  @Test(
    "files of two folders that are called alike have as much of their folders as tells them apart")
  func tellsApart() {
    let files = [
      file("/a/old/lib/x.so", name: "lib/x.so"), file("/a/new/lib/x.so", name: "lib/x.so"),
      file("/a/y.so", name: "y.so"),
    ]
    #expect(Run.subjects(of: files) == ["old/lib/x.so", "new/lib/x.so", "y.so"])
    #expect(Run.subjects(of: files.reversed()) == ["y.so", "new/lib/x.so", "old/lib/x.so"])
  }

  @Test("all that is exact of a file is a figure, its symbols too; what was not read is none")
  func hasAll() {
    let all = figures([file("/x.so", name: "x.so")])
    let values = Dictionary(uniqueKeysWithValues: all.map { ($0.key.metric, $0.value) })
    #expect(
      values == [
        "size.file": 100, "size.memory": 90, "size.sections": 42, "relocations.total": 3,
        "relocations.dirtyPages": 1, "exports.total": 2, "symbols.total": 7,
      ])
    #expect(
      !figures([file("/x.so", name: "x.so", symbols: nil)]).keys
        .contains { $0.metric == "symbols.total" })
  }
}
