import ELFInspection
import Platform
import TestSupport
import Testing

@testable import PluginSets

@Suite("Giving a file its search path")
struct SearchPathEditorTests {
  private let patchelf = BundleTool.find("patchelf", environmentVariables())
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  /// A library that needs another, with the linker's `options`.
  private func library(_ options: String...) throws -> String {
    let (other, source) = (directory.file("libother.so"), directory.file("source.c"))
    try Files.replace(source, with: Array("int other(void) { return 0; }\n".utf8))
    try Tool.run(["cc", "-shared", "-fPIC", source, "-o", other])
    try Files.replace(
      source, with: Array("int other(void); int own(void) { return other(); }\n".utf8))
    let library = directory.file("library.so")
    try Tool.run(
      ["cc", "-shared", "-fPIC", source, "-L", directory.path, "-lother", "-o", library] + options)
    return library
  }

  private func searchPath(of path: String) throws -> String? {
    try ELFFile(path: path).dynamicSection()?.runpath
  }

  @Test("a shorter one goes where a longer one was, and no byte of it stays; nothing else changes")
  func overwrites() throws {
    let library = try library("-Wl,--enable-new-dtags,-rpath,/home/builder/lib")
    let before = try Files.read(library)
    try SearchPathEditor(patchelf: nil).set("$ORIGIN", of: library)
    #expect(try searchPath(of: library) == "$ORIGIN")
    let after = try Files.read(library)
    #expect(after.count == before.count)
    #expect(zip(before, after).count { $0 != $1 } <= "/home/builder/lib".utf8.count)
    #expect(!String(decoding: after, as: UTF8.self).contains("builder"))
  }

  @Test("one that is right already is left alone")
  func keeps() throws {
    let library = try library("-Wl,--enable-new-dtags,-rpath,$ORIGIN")
    let before = try Files.read(library)
    try SearchPathEditor(patchelf: nil).set("$ORIGIN", of: library)
    #expect(try Files.read(library) == before)
  }

  @Test("where another name lies in the same bytes, that name is never changed")
  func keepsOtherNames() throws {
    // The linker lets the second name be the end of the first.
    let library = try library(
      "-Wl,--enable-new-dtags,-O2,-rpath,/opt/long/name/libtail.so", "-Wl,-soname,libtail.so")
    let place = try #require(try ELFFile(path: library).runpathPlace())
    let before = try Files.read(library)
    let name = Array("libtail.so".utf8)
    let places = before.indices.dropLast(name.count).filter {
      before[$0] == name[0] && Array(before[$0..<$0 + name.count]) == name
    }
    try #require(places == [place.upperBound - name.count], "the linker has shared nothing")
    #expect(throws: BundleError.noSearchPathEditor(path: library)) {
      try SearchPathEditor(patchelf: nil).set("$ORIGIN/../lib", of: library)
    }
    #expect(try Files.read(library) == before)
    // Older versions of patchelf write over such a name: that is an error.
    let patchelf: BundleTool = try #require(self.patchelf)
    do {
      try SearchPathEditor(patchelf: patchelf).set("$ORIGIN/../lib", of: library)
      #expect(try ELFFile(path: library).dynamicSection()?.soname == "libtail.so")
    } catch let error as BundleError {
      #expect(error.description.contains("it changed more than the search path"))
    }
  }

  @Test(
    "where there is no room for it patchelf makes it; without patchelf that is one sentence, and the file is as it was",
    arguments: [[], ["-Wl,--enable-new-dtags,-rpath,/a"]])
  func makesRoom(_ options: [String]) throws {
    let library = try self.library(options.first ?? "-Wl,-O1", options.last ?? "-Wl,-O1")
    let before = try Files.read(library)
    let error = #expect(throws: BundleError.self) {
      try SearchPathEditor(patchelf: nil).set("$ORIGIN/../lib", of: library)
    }
    #expect(error == .noSearchPathEditor(path: library))
    #expect(error?.description.contains("'patchelf'") == true)
    #expect(try Files.read(library) == before)

    let soname = try ELFFile(path: library).dynamicSection()?.soname
    let patchelf: BundleTool = try #require(self.patchelf)
    try SearchPathEditor(patchelf: patchelf).set("$ORIGIN/../lib", of: library)
    let dynamic = try #require(try ELFFile(path: library).dynamicSection())
    #expect(dynamic.runpath == "$ORIGIN/../lib")
    #expect(dynamic.soname == soname)
    #expect(dynamic.needed.first == "libother.so")
  }

  @Test("an old DT_RPATH becomes a DT_RUNPATH")
  func replacesOld() throws {
    let library = try library("-Wl,--disable-new-dtags,-rpath,/a")
    #expect(try ELFFile(path: library).dynamicSection()?.rpath == "/a")
    let patchelf: BundleTool = try #require(self.patchelf)
    try SearchPathEditor(patchelf: patchelf).set("$ORIGIN", of: library)
    let dynamic = try #require(try ELFFile(path: library).dynamicSection())
    #expect(dynamic.runpath == "$ORIGIN" && dynamic.rpath == nil)
  }
}

@Suite("What is left to the system")
struct SystemLibrariesTests {
  @Test(
    "is the C library and its loader, always",
    arguments: [
      "libc.so.6", "libm.so.6", "libmvec.so.1", "ld-linux-x86-64.so.2", "ld-linux-aarch64.so.1",
      "libpthread.so.0", "libdl.so.2", "libnss_files.so.2",
    ])
  func isC(_ name: String) {
    #expect(SystemLibraries.contain(name))
    #expect(SystemLibraries.contain(name, shipped: [name]))
  }

  @Test(
    "and the compiler's, unless they are asked for", arguments: ["libgcc_s.so.1", "libstdc++.so.6"])
  func isCompilers(_ name: String) {
    #expect(SystemLibraries.contain(name))
    #expect(!SystemLibraries.contain(name, shipped: [name]))
  }

  @Test(
    "nothing else is, whatever it begins with",
    arguments: ["libcrypto.so.3", "libmd.so.0", "libelf.so.1", "libz.so.1", "libswiftCore.so"])
  func isNotOthers(_ name: String) {
    #expect(!SystemLibraries.contain(name))
  }
}
