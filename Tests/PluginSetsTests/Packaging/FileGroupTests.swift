import Platform
import TestSupport
import Testing

@testable import PluginSets

@Suite("Files of a package")
struct FileGroupTests {
  @Test("are put in place together, and what no longer belongs to them goes")
  func puts() throws {
    let directory = try TemporaryDirectory()
    let source = directory.file("source")
    try Files.replace(source, with: [1, 2])
    let target = directory.file("out")
    var group = FileGroup(directory: target)
    group.files = [("library", source)]
    group.texts = [("record", "one")]
    try group.put()
    #expect(try Files.list(target) == ["library", "record"])
    group.texts = []
    group.removed = ["record"]
    try Files.replace(Path.join(target, "notes"), with: [])
    try group.put()
    #expect(try Files.list(target) == ["library", "notes"])
    #expect(try Files.read(Path.join(target, "library")) == [1, 2])
  }

  @Test("are as they were where one of them cannot be put in place")
  func rollsBack() throws {
    let directory = try TemporaryDirectory()
    let source = directory.file("source")
    try Files.replace(source, with: [9])
    let target = directory.file("out")
    try Files.makeDirectory(target)
    try Files.replace(Path.join(target, "library"), with: [1])
    try Files.replace(Path.join(target, "gone"), with: [2])
    // Nothing can be renamed over it.
    try Files.makeDirectory(Path.join(target, "record/inside"))
    var group = FileGroup(directory: target)
    group.files = [("library", source), ("new", source)]
    group.texts = [("record", "text")]
    group.removed = ["gone"]
    let error = #expect(throws: SystemError.self) { try group.put() }
    #expect(error?.subject == Path.join(target, "record"))
    #expect(try Files.list(target) == ["gone", "library", "record"])
    #expect(try Files.read(Path.join(target, "library")) == [1])
    #expect(try Files.read(Path.join(target, "gone")) == [2])
  }

  @Test("come back where the last step fails after others were done")
  func comesBack() throws {
    let directory = try TemporaryDirectory()
    try Files.replace(directory.file("gone"), with: [2])
    try Files.makeDirectory(directory.file("folder"))
    let source = directory.file("library")
    try Files.replace(source, with: [1])
    var group = FileGroup(directory: directory.path)
    group.texts = [("library", "new")]
    group.removed = ["gone", "folder"]
    #expect(throws: SystemError.self) { try group.put() }
    #expect(try Files.list(directory.path) == ["folder", "gone", "library"])
    #expect(try Files.read(source) == [1])
    #expect(try Files.read(directory.file("gone")) == [2])
  }

  @Test("leave no directory behind that was not there")
  func leavesNothing() throws {
    let directory = try TemporaryDirectory()
    var group = FileGroup(directory: directory.file("out"))
    group.files = [("library", directory.file("nowhere"))]
    #expect(throws: SystemError.self) { try group.put() }
    #expect(!Files.exists(directory.file("out")))
  }
}
