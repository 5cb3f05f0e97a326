import Platform
import TestSupport
import Testing

@testable import RuntimeBenchmark

@Suite("The page cache")
struct PageCacheTests {
  @Test("is empty of a file that was dropped")
  func dropsPages() throws {
    let directory = try TemporaryDirectory(onBuildDisk: "page-cache")
    let path = directory.file("data")
    try Files.replace(path, with: Array(repeating: 7, count: 1 << 20))
    #expect(try PageCache.drop(path) == 0)
  }

  @Test("an empty file has nothing to drop, a missing one is an error")
  func handlesEdges() throws {
    let directory = try TemporaryDirectory()
    try Files.replace(directory.file("empty"), with: [])
    #expect(try PageCache.drop(directory.file("empty")) == 0)
    #expect(throws: SystemError.self) { try PageCache.drop(directory.file("missing")) }
  }
}
