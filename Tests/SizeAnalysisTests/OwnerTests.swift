import ELFInspection
import Platform
import SizeAnalysis
import TestSupport
import Testing

@Suite("Whose the bytes are")
struct OwnerTests {
  /// The symbols of a file that are defined there, by their names and in people's form.
  private struct Symbols {
    var set: FileSet
    var list: [(name: String, demangled: String, module: String, cost: SymbolCost)]

    init(_ set: FileSet) throws {
      self.set = set
      let names = set.names
      list = try #require(set.files.first?.symbols).symbols.map {
        (names.name($0.name), names.demangled($0.name), names.module($0.name), $0)
      }
    }

    var defined: [(name: String, demangled: String, module: String, cost: SymbolCost)] {
      list.filter { !$0.cost.traits.contains(.isImported) }
    }

    /// The owners of all that is defined and satisfies `predicate`, which must be something.
    func owners(_ predicate: (String) -> Bool) throws -> Set<Owner> {
      let owners = defined.filter { predicate($0.name) }.map(\.cost.owner)
      try #require(!owners.isEmpty)
      return Set(owners)
    }
  }

  @Test("a module's code is its author's, and there is nothing else of the author's in Swift")
  func ownModule() throws {
    let symbols = try Symbols(try StaticSwift.analyze().whole)
    let own = symbols.defined.filter { $0.module == "Stones" }
    #expect(own.count > 30 && own.allSatisfy { $0.cost.owner == .own })
    let others = symbols.defined.filter { $0.cost.owner == .own && !$0.module.isEmpty }
    #expect(Set(others.map(\.module)) == ["Stones"])
    let file = symbols.set.files[0]
    let module = try #require(
      symbols.set.modules(of: file).first { $0.module == "Stones" && $0.holder == .owner(.own) })
    #expect(module.fileSize == own.reduce(0) { $0 + $1.cost.fileSize })
    #expect(module.body > 1000 && module.body < module.fileSize)
  }

  @Test("Swift's runtime and standard library are the toolchain's, plr_ the runtime's, std:: C++'s")
  func runtimes() throws {
    let symbols = try Symbols(try StaticSwift.analyze().whole)
    #expect(symbols.set.files[0].symbols?.definesSwiftRuntime == true)
    for name in ["swift_retain", "swift_release", "swift_getTypeByMangledNameInContext"] {
      #expect(try symbols.owners { $0 == name } == [.stdlib], "\(name)")
    }
    #expect(try symbols.owners { $0.hasPrefix("$ss5print_9separator") } == [.stdlib])
    #expect(try symbols.owners { $0.contains("swift_image_constructor") } == [.stdlib])
    let buffers = symbols.defined.filter { symbol in
      symbol.cost.part != SymbolCost.noPart
        && symbols.set.files[0].parts[Int(symbol.cost.part)].name == "swift5_backtrace"
    }
    #expect(buffers.allSatisfy { $0.cost.owner == .stdlib } && !buffers.isEmpty)
    #expect(try symbols.owners { $0 == "plr_sample" } == [.runtime])
    #expect(try symbols.owners { $0.hasPrefix("_ZNSt6vectorI") } == [.other])
    let ownership = try #require(symbols.set.files[0].ownership())
    #expect(ownership.stdlib > 20 * ownership.own && ownership.own > 0)
    #expect(ownership.total == symbols.set.files[0].fileSize)
  }

  @Test("the toolchain's generic code made for a type, and an extension, are the type's author's")
  func specialisations() throws {
    let sets = try StaticSwift.analyze()
    for set in [sets.whole, sets.dynamic] {
      let symbols = try Symbols(set)
      let made = symbols.defined.filter {
        $0.demangled.contains("specialization") && $0.demangled.contains("<Stones.Pebble>")
      }
      try #require(!made.isEmpty)
      for symbol in made {
        #expect(symbol.cost.owner == .own, "\(symbol.demangled)")
        #expect(symbol.module == "Stones", "\(symbol.demangled)")
      }
      let tally = try #require(symbols.defined.first { $0.demangled.contains(".tally() -> ") })
      #expect(tally.cost.owner == .own && tally.module == "Stones", "\(tally.demangled)")
    }
  }

  @Test("what a runtime within the file imports from C++'s is not the author's")
  func importsOfTheRuntime() throws {
    let symbols = try Symbols(try StaticSwift.analyze().whole)
    let imported = symbols.list.filter {
      $0.cost.traits.contains(.isImported) && $0.name.hasPrefix("_ZNSt7__cxx1112basic_string")
    }
    #expect(imported.count > 3 && imported.allSatisfy { $0.cost.owner == .other })
  }

  @Test("what importing costs is the author's")
  func imports() throws {
    let symbols = try Symbols(try StaticSwift.analyze().dynamic)
    #expect(symbols.set.files[0].symbols?.definesSwiftRuntime == false)
    let retain = try #require(symbols.list.first { $0.name == "swift_retain" })
    #expect(retain.cost.traits.contains(.isImported) && retain.cost.owner == .own)
    #expect(retain.cost.body == 0 && retain.cost.tables > 0 && retain.cost.names >= 13)
    #expect(retain.cost.linkage >= 8 && retain.cost.relocations >= 24)
  }

  @Test(
    "what this project gives to plugins and hosts is the runtime's",
    arguments: [
      "PluginKit", "PluginInterfaces", "PluginServices", "PluginTrust", "PluginHost",
      "CEmbeddedPlugin",
    ])
  func ofThisProject(module: String) throws {
    let folder = Path.join(TestBuild.directory, module + ".build")
    let paths = try Files.list(folder).filter { $0.hasSuffix(".o") }.map { Path.join(folder, $0) }
    try #require(!paths.isEmpty)
    let set = FileSet.read([paths], depth: .symbols)[0]
    let symbols = set.files.flatMap { $0.symbols?.symbols ?? [] }.filter { symbol in
      let name = set.names.name(symbol.name)
      return !symbol.traits.contains(.isImported) && symbol.body > 0
        && (set.names.module(symbol.name) == module || name.hasPrefix("embedded_plugin_"))
    }
    try #require(symbols.count > 3)
    #expect(symbols.allSatisfy { $0.owner == .runtime })
  }

  @Test("a stripped copy has the same loading, metadata and exports")
  func stripped() throws {
    let sets = try StaticSwift.analyze()
    let (whole, stripped) = (sets.whole.files[0], sets.stripped.files[0])
    #expect(!whole.isStripped && stripped.isStripped)
    #expect(whole.relocations == stripped.relocations)
    // `strip` may round the size of thread-local storage.
    #expect(whole.loading.dirtyPages == stripped.loading.dirtyPages)
    #expect(whole.loading.writablePages == stripped.loading.writablePages)
    #expect(whole.loading.zeroPages == stripped.loading.zeroPages)
    #expect(whole.dynamic == stripped.dynamic)
    #expect(whole.swiftMetadata == stripped.swiftMetadata)
    #expect(whole.symbols?.exports == stripped.symbols?.exports)
    #expect(whole.unload == stripped.unload && whole.memorySize == stripped.memorySize)
    #expect(stripped.fileSize < whole.fileSize)
    #expect(stripped.ownership()?.total == stripped.fileSize)
  }
}
