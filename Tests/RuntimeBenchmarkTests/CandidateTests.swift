import Testing

@testable import RuntimeBenchmark

@Suite("Who is compared with whom")
struct CandidateTests {
  @Test(
    "the first and the smallest way of sharing and what needs no Swift runtime, else a directory, else the first",
    arguments: [
      (["floor", "shared", "static"], ["shared"]),
      (["floor", "shared", "shared-merged", "shared-trimmed"], ["shared", "shared-trimmed"]),
      (["shared-trimmed", "shared", "static"], ["shared", "shared-trimmed"]),
      (["floor", "shared-merged", "static"], ["shared-merged"]),
      (["floor", "shared", "static", "embedded"], ["shared", "embedded"]),
      (["floor", "static", "embedded", "directory"], ["embedded"]),
      (["floor", "directory"], ["directory"]),
      (["static", "floor"], ["static"]),
    ])
  func choosesCandidates(names: [String], expected: [String]) {
    #expect(BenchmarkResult.candidates(among: names) == expected)
  }

  @Test("ways of sharing are compared with the smallest of them only")
  func comparesSharing() {
    let names = ["floor", "shared", "shared-merged", "shared-trimmed", "static"]
    func baselines(_ candidate: String) -> [String] {
      names.filter { BenchmarkResult.compares(candidate, with: $0, among: names) }
    }
    #expect(baselines("shared") == ["floor", "static"])
    #expect(baselines("embedded") == ["floor", "static"])
    #expect(baselines("shared-trimmed") == ["floor", "shared", "shared-merged", "static"])
  }
}
