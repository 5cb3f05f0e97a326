import ELFInspection
import Platform
import TestSupport
import Testing

@testable import PluginSets

@Suite("A copy of a static library that lets go of what nobody refers to")
struct RetaggedArchiveTests {
  private static let core = Result {
    try Toolchain(environment: environmentVariables()).staticLibraries().core
  }

  /// The sections of the member that holds the standard library's Swift code, by position.
  private func sections(
    of archive: [UInt8], in directory: TemporaryDirectory
  ) throws -> [(name: String, section: ELFFile.Section, contents: [UInt8]?)] {
    let path = directory.file("copy.a")
    try Files.replace(path, with: archive)
    let toolchain = try Toolchain(environment: environmentVariables())
    let folder = directory.file("members")
    try Files.makeDirectory(folder)
    try Tool.run(
      [
        try toolchain.companion("llvm-ar"), "x", "--output", folder, path, "Swift.o",
      ])
    let file = try ELFFile(path: Path.join(folder, "Swift.o"))
    return zip(file.sectionNames(), file.sections).map { name, section in
      // Those of the code would take long to compare: there are thousands.
      (
        name, section,
        section.size < 4096 && section.index % 50 == 0
          ? file.contents(of: section) : nil
      )
    }
  }

  @Test(
    "has the same bytes in all sections, which differ in two flags, and those of Swift's tables in none"
  )
  func changesFlagsOnly() throws {
    let directory = try TemporaryDirectory()
    let path = try Self.core.get()
    let original = try Files.read(path)
    let copy = try RetaggedArchive().bytes(of: path, in: directory.path)
    #expect(copy.count == original.count)
    let before = try sections(of: original, in: directory)
    let after = try sections(of: copy, in: directory)
    try #require(before.count == after.count && before.count > 1000)
    let (write, retain): (UInt64, UInt64) = (1, 0x20_0000)
    var released = 0
    for (old, new) in zip(before, after) {
      #expect(old.name == new.name && old.contents == new.contents)
      var section = old.section
      section.flags = new.section.flags
      #expect(section == new.section, "\(old.name)")
      let changed = old.section.flags ^ new.section.flags
      if changed & retain != 0 { released += 1 }
      #expect(changed & ~(write | retain) == 0, "\(old.name)")
      #expect(changed & write == 0 || old.name.hasPrefix(".rodata"), "\(old.name)")
      if old.name.hasPrefix("swift5_") { #expect(changed == 0, "\(old.name)") }
    }
    #expect(released > 1000)
    #expect(!after.contains { $0.name.hasPrefix(".rodata") && $0.section.isWritable })
  }

  @Test("that was cut short, or is none, is one sentence")
  func refusesDamaged() throws {
    let directory = try TemporaryDirectory()
    let path = directory.file("lib.a")
    let good = try Files.read(try Self.core.get())
    for (bytes, words) in [
      ([UInt8]("hello".utf8), "is no archive"),
      (Array(good[..<(good.count / 2)]), "was cut short"),
    ] {
      try Files.replace(path, with: bytes)
      let error = #expect(throws: PluginSetError.self) {
        try RetaggedArchive().bytes(of: path, in: directory.path)
      }
      #expect(error?.description.contains(words) == true, "\(error as Any)")
      #expect(error?.description.contains(path) == true)
    }
  }
}
