import Platform
import TestSupport
import Testing

@testable import PluginSets

@Suite("What files want of the runtime library")
struct RuntimeImportsTests {
  @Test("the record reads back as what was written, in whatever order the names came")
  func recordsBack() throws {
    let imports = RuntimeImports(names: ["swift_retain", "$sSSN", "plr_attach", "$sSSN"])
    #expect(imports.names == ["$sSSN", "plr_attach", "swift_retain"])
    let back = try #require(RuntimeImports(record: imports.record))
    #expect(back == imports)
    #expect(RuntimeImports(record: RuntimeImports(names: []).record) == RuntimeImports(names: []))
  }

  @Test("equal names have equal keys, and other names another")
  func keysNames() {
    #expect(RuntimeImports(names: ["a", "b"]).key == RuntimeImports(names: ["b", "a", "b"]).key)
    #expect(RuntimeImports(names: ["a", "b"]).key != RuntimeImports(names: ["ab"]).key)
  }

  @Test("a record that was edited, cut off or is none is not believed")
  func refusesEdited() {
    let record = RuntimeImports(names: ["a", "b"]).record
    #expect(RuntimeImports(record: record + "c\n") == nil)
    #expect(RuntimeImports(record: String(record.dropLast(2))) == nil)
    #expect(RuntimeImports(record: "a\nb\n") == nil)
    #expect(RuntimeImports(record: "") == nil)
  }

  @Test("of objects that are linked together it is what none of them defines")
  func subtractsDefinitions() throws {
    let directory = try TemporaryDirectory()
    func compile(_ name: String, _ text: String) throws -> String {
      let source = directory.file(name + ".c")
      try Files.replace(source, with: Array(text.utf8))
      let object = directory.file(name + ".o")
      let run = try CommandRun(["cc", "-c", "-fPIC", source, "-o", object])
      #expect(run.status.isSuccess, "\(run.errors)")
      return object
    }
    let user = try compile(
      "user", "int plr_a(void); int other(void); int f(void) { return plr_a() + other(); }")
    let other = try compile("other", "int other(void) { return 1; }")
    #expect(
      try RuntimeImports(of: [user]).names.filter { !$0.hasPrefix("_") } == ["other", "plr_a"])
    #expect(
      try RuntimeImports(of: [user, other]).names.filter { !$0.hasPrefix("_") } == ["plr_a"])
  }

  @Test("a file that is no ELF file is named")
  func namesBadFile() throws {
    let directory = try TemporaryDirectory()
    let path = directory.file("plugin.so")
    try Files.replace(path, with: Array("hello".utf8))
    let error = #expect(throws: PluginSetError.self) { try RuntimeImports(of: [path]) }
    #expect(error?.description.contains(path) == true)
  }
}
