import ELFInspection
import Platform
import TestSupport
import Testing

@Suite("Libraries that a file opens by itself are found where the loader finds them")
struct OpenedLibrariesTests {
  @Test("once all else is there, with what they need, and are not missing where they are not")
  func opened() throws {
    let directory = try TemporaryDirectory.make("opened")
    func file(_ name: String) -> String { Path.join(directory, name) }
    try NativeBuild.library("int deep(void) { return 1; }", to: file("libdeep.so"), ["-nostdlib"])
    try NativeBuild.library(
      "int deep(void); int zip(void) { return deep(); }", to: file("libzip.so"),
      ["-nostdlib", "-L\(directory)", "-ldeep", "-Wl,-rpath,$ORIGIN"])
    try NativeBuild.library(
      "int call(void) { return 2; }", to: file("user.so"), ["-nostdlib", "-Wl,-rpath,$ORIGIN"])
    let user = file("user.so")
    let header = try ELFFile(path: user).header
    let search = LibrarySearch.ofThisSystem(for: header, environment: [:])
    let plain = try NeededTree(of: user, search: search)
    #expect(plain.objects.allSatisfy { $0.requests.allSatisfy { $0.kind != .opened } })
    let tree = try NeededTree(
      of: user, search: search, opened: ["libzip.so", "libnone.so", "libdeep.so"])
    let requests = try #require(tree.objects.first).requests.filter { $0.kind == .opened }
    #expect(requests.map(\.finding) == [.runpath, .missing, .loadedAlready])
    #expect(tree.libraries.suffix(2) == [file("libzip.so"), file("libdeep.so")])
    #expect(tree.missing.isEmpty && tree.isComplete)
  }
}
