import Platform
import TestSupport
import Testing

@testable import SizeAnalysis

@Suite("The pairing of files")
struct FilePairingTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  /// Makes files with these contents; only their names and bytes matter here.
  private func tree(_ root: String, _ files: [(String, String)]) throws -> FileTree {
    let root = directory.file(root)
    let paths = try files.map { name, contents in
      let path = Path.join(root, name)
      try Files.makeDirectory(Path.parent(of: path))
      try FileEdits.write(Array(contents.utf8), to: path)
      return path
    }
    return FileTree(root: root, paths: paths)
  }

  private struct Row: Equatable {
    var old: String?
    var new: String?
    var match: FileMatch?
    var isIdentical = false
  }

  private func rows(_ old: FileTree, _ new: FileTree) -> [Row] {
    FilePairing(old: [old], new: [new]).pairs.map { pair in
      Row(
        old: pair.old.map { String($0.dropFirst(old.root.count + 1)) },
        new: pair.new.map { String($0.dropFirst(new.root.count + 1)) }, match: pair.matchedBy,
        isIdentical: pair.isIdentical)
    }
  }

  @Test("goes by path, then name, then bytes, then the name without version")
  func goesFromSureToLoose() throws {
    let old = try tree(
      "old",
      [
        ("a/same.so", "1"), ("a/moved.so", "2"), ("renamed.so", "bytes"), ("libv.so.1.2", "4"),
        ("gone.so", "5"),
      ])
    let new = try tree(
      "new",
      [
        ("a/same.so", "1"), ("b/moved.so", "22"), ("other.so", "bytes"), ("libv.so.1.3", "44"),
        ("fresh.so", "6"),
      ])
    #expect(
      rows(old, new) == [
        Row(old: "a/same.so", new: "a/same.so", match: .path, isIdentical: true),
        Row(old: "a/moved.so", new: "b/moved.so", match: .name),
        Row(old: "renamed.so", new: "other.so", match: .content, isIdentical: true),
        Row(old: "libv.so.1.2", new: "libv.so.1.3", match: .version),
        Row(old: nil, new: "fresh.so", match: nil), Row(old: "gone.so", new: nil, match: nil),
      ])
  }

  @Test("of files with one name in many folders goes by bytes first")
  func prefersBytes() throws {
    let old = try tree("old", [("a/x.so", "one"), ("b/x.so", "two")])
    let new = try tree("new", [("c/x.so", "two"), ("d/x.so", "one!")])
    #expect(
      rows(old, new) == [
        Row(old: "b/x.so", new: "c/x.so", match: .content, isIdentical: true),
        Row(old: "a/x.so", new: "d/x.so", match: .name),
      ])
  }

  @Test("takes two files that are all there is for a pair, whatever they are called")
  func takesWhatIsGiven() throws {
    let old = try tree("old", [("before", "1")]).paths[0]
    let new = try tree("new", [("after", "12")]).paths[0]
    let pairs = FilePairing(
      old: [FileTree(root: old, paths: [old])], new: [FileTree(root: new, paths: [new])]
    ).pairs
    #expect(
      pairs == [
        FilePair(
          old: old, new: new, size: SizeChange(old: 1, new: 2), matchedBy: .given,
          isIdentical: false)
      ])
  }

  @Test(
    "knows versions of one library by their names",
    arguments: [
      ("libfoo.so.1.2", "libfoo.so.2"), ("libfoo-1.2.so", "libfoo-1.3.so"),
      ("libfoo.so.6", "libfoo.so"),
      ("tool-1.0", "tool-1.1"), ("libLLVM-17.so.1", "libLLVM-18.so.1"),
    ])
  func knowsVersions(old: String, new: String) throws {
    let pairs = rows(
      try tree("old", [(old, "1"), ("a", "")]), try tree("new", [(new, "22"), ("a", "")]))
    #expect(pairs.first == Row(old: old, new: new, match: .version))
  }

  @Test("keeps libraries apart whose names end in different digits")
  func keepsApart() throws {
    let pairs = rows(
      try tree("old", [("libfoo2.so", "1"), ("a", "")]),
      try tree("new", [("libfoo3.so", "22"), ("a", "")]))
    #expect(pairs.map(\.match) == [nil, .path, nil])
  }

  @Test("knows two names of one file and equal bytes, and reads no file of another size")
  func knowsIdentical() throws {
    let bytes = [UInt8](repeating: 7, count: 700_000)
    let paths = ["a", "b", "c", "d"].map(directory.file)
    try FileEdits.write(bytes, to: paths[0])
    try FileEdits.write(bytes, to: paths[1])
    try FileEdits.write(bytes.dropLast() + [8], to: paths[2])
    try Files.link(paths[0], as: paths[3])
    #expect(try FileComparison.areIdentical(paths[0], paths[1]))
    #expect(try !FileComparison.areIdentical(paths[0], paths[2]))
    #expect(try FileComparison.areIdentical(paths[0], paths[3]))
    #expect(throws: SystemError.self) {
      try FileComparison.areIdentical(paths[0], directory.file("missing"))
    }
    try FileEdits.makeFIFO(directory.file("pipe"))
    #expect(try !FileComparison.areIdentical(directory.file("pipe"), directory.file("pipe")))
  }
}
