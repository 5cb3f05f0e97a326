import DebugInspection
import ELFInspection
import Platform
import TestSupport
import Testing

@testable import SizeAnalysis

@Suite("Debug information says which source code comes from")
struct SourceFilesTests {
  /// Two sources with debug information in a shared library, and the object of the second.
  private static func build() throws -> (library: String, object: String) {
    let directory = try TemporaryDirectory.make("sources")
    var objects: [String] = []
    for (name, text) in [
      ("first.c", "int one(int x) { return x + 1; }\nint two(int x) { return one(x) * 2; }\n"),
      (
        "second.c",
        "static int three(int x) { return x * 3; }\nint four(int x) { return three(x) + 4; }\n"
      ),
    ] {
      let source = Path.join(directory, name)
      try FileEdits.write(Array(text.utf8), to: source)
      let object = source + ".o"
      try Tool.run(["cc", "-c", "-g", "-O0", "-fPIC", "-ffunction-sections", source, "-o", object])
      objects.append(object)
    }
    let library = Path.join(directory, "both.so")
    try Tool.run(["cc", "-shared", "-o", library] + objects)
    return (library, objects[1])
  }

  @Test("of each function, and of nothing that they do not hold")
  func addresses() throws {
    let path = try Self.build().library
    let sources = SourceFiles(try ELFFile(path: path))
    #expect(sources.flaw == nil)
    #expect(Set(sources.names) == ["first.c", "second.c"])
    let expected = ["one": "first.c", "two": "first.c", "three": "second.c", "four": "second.c"]
    var found: [String: String] = [:]
    for symbol in try NM(path).symbols where expected[symbol.name] != nil {
      for address in [symbol.value, symbol.value + symbol.size - 1] {
        let index = try #require(sources.file(at: address), "\(symbol.name)")
        found[symbol.name] = sources.names[Int(index)]
      }
    }
    #expect(found == expected)
    #expect(sources.file(at: 0) == nil && sources.file(at: .max) == nil)
  }

  @Test("so that bytes of C are told apart by it")
  func modules() throws {
    let set = FileSet.read([[try Self.build().library]], depth: .symbols)[0]
    let file = try #require(set.files.first)
    #expect(file.flaws == [])
    let modules = set.modules(of: file)
    for name in ["first.c", "second.c"] {
      let module = try #require(modules.first { $0.module == name })
      #expect(module.symbols == 2 && module.body > 10)
    }
  }

  @Test("but not of an object file, whose addresses are still to come")
  func objects() throws {
    let path = try Self.build().object
    #expect(SourceFiles(try ELFFile(path: path)).names.isEmpty)
    let set = FileSet.read([[path]], depth: .symbols)[0]
    let symbols = try #require(set.files.first?.symbols)
    #expect(symbols.symbols.count { $0.traits.contains(.isFunction) } == 2)
    #expect(symbols.symbols.allSatisfy { $0.sourceFile == SymbolCost.noFile })
  }

  @Test("and nothing is said of a file without it")
  func without() throws {
    let sources = SourceFiles(try ELFFile(path: try LyingFile.Base.library.path()))
    #expect(sources.names.isEmpty && sources.flaw == nil)
  }
}
