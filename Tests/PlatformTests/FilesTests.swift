import Glibc
import TestSupport
import Testing

@testable import Platform

@Suite("Files")
struct FilesTests {
  let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  @Test("a replaced file has the new contents and no other name beside it")
  func replacesWhole() throws {
    let path = directory.file("data")
    try Files.replace(path, with: Array("old".utf8))
    try Files.replace(path, with: Array("new".utf8))
    #expect(try Files.readText(path) == "new")
    #expect(try Files.list(directory.path) == ["data"])
  }

  @Test("replacing through a symbolic link keeps the link")
  func keepsLink() throws {
    try Files.replace(directory.file("target"), with: Array("old".utf8))
    #expect(unsafe symlink(directory.file("target"), directory.file("link")) == 0)
    try Files.replace(directory.file("link"), with: Array("new".utf8))
    #expect(try Files.readText(directory.file("target")) == "new")
    #expect(try Files.list(directory.path) == ["link", "target"])
  }

  @Test("replacing through a link to nothing makes what it points to")
  func followsDanglingLink() throws {
    #expect(unsafe symlink("target", directory.file("link")) == 0)
    try Files.replace(directory.file("link"), with: Array("new".utf8))
    #expect(try Files.readText(directory.file("target")) == "new")
  }

  @Test("a name that is not UTF-8 is an error, not left out")
  func namesForeignName() throws {
    let bytes: [CChar] = Array((directory.path + "/b").utf8CString.dropLast()) + [-1, 0]
    #expect(unsafe mkdir(bytes, 0o755) == 0)
    #expect(throws: SystemError.self) { try Files.list(directory.path) }
    #expect(unsafe rmdir(bytes) == 0)
  }

  @Test("a device is written to, never replaced")
  func keepsDevice() throws {
    try Files.replace("/dev/null", with: Array("gone".utf8))
    #expect(try Files.status("/dev/null")?.isRegularFile == false)
    #expect(throws: SystemError("write", "/dev/full", code: ENOSPC)) {
      try Files.replace("/dev/full", with: Array("x".utf8))
    }
  }

  @Test("what cannot be replaced leaves nothing behind")
  func leavesNothing() throws {
    #expect(throws: SystemError.self) {
      try Files.replace(directory.file("missing/data"), with: [1])
    }
    #expect(try Files.list(directory.path).isEmpty)
  }

  @Test("names are listed in byte order")
  func listsInByteOrder() throws {
    for name in ["b", "a", "Z", "é", "a.so", "10", "9"] {
      try Files.replace(directory.file(name), with: [])
    }
    #expect(try Files.list(directory.path) == ["10", "9", "Z", "a", "a.so", "b", "é"])
  }

  @Test("a tree is made and removed, and removing nothing is no error")
  func makesAndRemovesTree() throws {
    let deep = directory.file("a/b/c")
    try Files.makeDirectory(deep)
    try Files.makeDirectory(deep)
    try Files.replace(Path.join(deep, "file"), with: [1, 2, 3])
    try Files.remove(directory.file("a"))
    try Files.remove(directory.file("a"))
    #expect(try Files.list(directory.path).isEmpty)
  }

  @Test("an error names operation, subject and the system's own words")
  func describesError() {
    let error = #expect(throws: SystemError.self) { try Files.read("/nonexistent/file") }
    #expect(error?.description == "cannot open '/nonexistent/file': No such file or directory")
  }

  @Test(
    "paths are taken apart as text",
    arguments: [
      ("/a/b", "/a", "b"), ("/a", "/", "a"), ("a", ".", "a"), ("a/b/c", "a/b", "c"),
    ])
  func splitsPath(path: String, parent: String, name: String) {
    #expect(Path.parent(of: path) == parent)
    #expect(Path.name(of: path) == name)
    #expect(parent == "." || Path.join(parent, name) == path)
  }

  @Test(
    "a name is put behind a directory with one slash between",
    arguments: [
      ("/a", "b", "/a/b"), ("/a/", "b", "/a/b"), ("/", "b", "/b"), ("", "b", "/b"),
      ("ä", "ü.so", "ä/ü.so"),
      ("/a", "", "/a/"),
    ])
  func joinsPath(directory: String, name: String, path: String) {
    #expect(Path.join(directory, name) == path)
    #expect(Array(Path.join(directory, name).utf8) == Array(path.utf8))
  }

  @Test("threads that replace files of one directory do not meet")
  func replacesApart() throws {
    let directory = try TemporaryDirectory()
    let texts = (0..<4).map { Array(repeating: UInt8(ascii: "a") + UInt8($0), count: 50_000) }
    let failures = Guarded(0)
    onThreads(4) { number in
      for _ in 0..<100 {
        let path = directory.file("\(number)")
        do {
          try Files.replace(path, with: texts[number])
          if try Files.read(path) != texts[number] { failures.withLock { $0 += 1 } }
        } catch {
          failures.withLock { $0 += 1 }
        }
      }
    }
    #expect(failures.withLock { $0 } == 0)
    #expect(try Files.list(directory.path) == ["0", "1", "2", "3"])
  }
}
