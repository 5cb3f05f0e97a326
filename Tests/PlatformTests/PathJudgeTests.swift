import Glibc
import TestSupport
import Testing

@testable import Platform

/// One judge that is asked for many paths must say of each what a new one says.
@Suite("Paths that are judged")
struct PathJudgeTests {
  let root: TemporaryDirectory

  init() throws { root = try TemporaryDirectory() }

  @Test("one after the other are judged as each alone")
  func remembers() throws {
    for (name, mode) in [
      ("good", 0o755), ("good/inner", 0o755), ("goodness", 0o777), ("open", 0o777),
      ("open/inner", 0o755), ("sticky", 0o1777), ("sticky/inner", 0o755), ("other", 0o755),
    ] as [(String, mode_t)] {
      try Files.makeDirectory(root.file(name))
      #expect(unsafe chmod(root.file(name), mode) == 0)
    }
    let files = [
      "good/a", "good/inner/b", "goodness/c", "open/d", "open/inner/e", "sticky/f",
      "sticky/inner/g", "other/h", "i",
    ]
    for file in files { try Files.replace(root.file(file), with: [1]) }
    try Files.replace(root.file("good/writable"), with: [1])
    #expect(unsafe chmod(root.file("good/writable"), 0o666) == 0)
    #expect(unsafe symlink("../open/d", root.file("good/link")) == 0)
    let paths =
      (files + [
        "good", "good/inner", "goodness", "open", "sticky", "sticky/inner", "good/writable",
        "good/link", "other", "good/inner/../a",
      ]).map(root.file)
    func verdict(_ path: String, _ judge: inout PathJudge) -> String {
      do { return "\(String(describing: try judge.flaw(of: path)))" } catch { return "\(error)" }
    }
    var alone: [String: String] = [:]
    for path in paths {
      var judge = PathJudge()
      alone[path] = verdict(path, &judge)
    }
    #expect(Set(alone.values).count > 3)
    for first in paths {
      for second in paths {
        var judge = PathJudge()
        for path in [first, second, first] {
          #expect(verdict(path, &judge) == alone[path], "\(path) after \(first)")
        }
      }
    }
  }

  @Test("are known by the directory that was found good, and by no other that begins alike")
  func knowsDirectory() throws {
    for name in ["good", "goodness", "good/inner"] { try Files.makeDirectory(root.file(name)) }
    var judge = PathJudge()
    #expect(!judge.knowsDirectory(of: root.file("good/a")))
    #expect(try judge.flaw(of: root.file("good")) == nil)
    #expect(judge.knowsDirectory(of: root.file("good/a")))
    #expect(!judge.knowsDirectory(of: root.file("good/inner/a")))
    #expect(!judge.knowsDirectory(of: root.file("goodness/a")))
    #expect(!judge.knowsDirectory(of: root.file("good")))
  }
}

@Suite("Directories that are read")
struct DirectoryScanTests {
  let root: TemporaryDirectory

  init() throws { root = try TemporaryDirectory() }

  /// What a file says that is opened by a path, in a directory that is open.
  private func text(_ path: String, in place: DirectoryPlace?) throws -> String {
    String(decoding: try FileDescriptor(opening: path, in: place).readToEnd(), as: UTF8.self)
  }

  @Test("lead to their own files, whatever takes their place, and to no others")
  func keepsItsFiles() throws {
    for name in ["now", "now/inner"] { try Files.makeDirectory(root.file(name)) }
    for name in ["now/a", "now/inner/a", "nowhere"] {
      try Files.replace(root.file(name), with: Array(name.utf8))
    }
    let scan = try DirectoryScan(root.file("now"))
    #expect(unsafe rename(root.file("now"), root.file("then")) == 0)
    let isInPlace = scan.isInPlace
    #expect(!isInPlace)
    try Files.makeDirectory(root.file("now/inner"))
    try Files.replace(root.file("now/a"), with: Array("another".utf8))
    try Files.replace(root.file("now/inner/a"), with: Array("another inner".utf8))

    #expect(try text(root.file("now/a"), in: scan.place) == "now/a")
    #expect(try text(root.file("now/a"), in: nil) == "another")
    #expect(try text(root.file("now/inner/a"), in: scan.place) == "another inner")
    #expect(try text(root.file("nowhere"), in: scan.place) == "nowhere")
  }

  @Test("with a slash behind their path lead to the same files")
  func takesSlash() throws {
    try Files.makeDirectory(root.file("now"))
    try Files.replace(root.file("now/a"), with: Array("a".utf8))
    let scan = try DirectoryScan(root.file("now/"))
    let names = try Files.list(scan) { _ in true }
    #expect(names == ["a"])
    #expect(try text(root.file("now/a"), in: scan.place) == "a")
  }

  @Test("show only names that are wanted, and stumble over no other")
  func listsWhatIsWanted() throws {
    let foreign: [CChar] = Array((root.path + "/b").utf8CString.dropLast()) + [-1, 0]
    #expect(unsafe mkdir(foreign, 0o755) == 0)
    for name in ["a.so", "c.txt", "d.so"] { try Files.replace(root.file(name), with: []) }
    #expect(
      try Files.list(root.path) { unsafe $0.bytes.last == UInt8(ascii: "o") } == ["a.so", "d.so"])
    #expect(unsafe rmdir(foreign) == 0)
  }

  @Test("and files are not opened by a name with a NUL in it")
  func refusesNUL() throws {
    try Files.replace(root.file("a"), with: [1])
    let scan = try DirectoryScan(root.path)
    for place in [nil, scan.place] {
      let error = #expect(throws: SystemError.self) {
        _ = try FileDescriptor(opening: root.file("a\0b"), in: place)
      }
      #expect(error?.code == EINVAL)
    }
  }
}
