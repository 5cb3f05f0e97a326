import CCxxDemangle
import CSwiftDemangle
import ELFInspection
import MangledNames
import TestSupport
import Testing

@testable import SizeAnalysis

@Suite("The module and the type that a mangled name begins with")
struct SwiftContextTests {
  private func read(_ name: String) -> [String] {
    var context = SwiftContext()
    let bytes = Array(name.utf8)
    unsafe bytes.withUnsafeBytes { unsafe context.read($0, from: 0) }
    return [context.module, context.type].map { String(decoding: $0, as: UTF8.self) }
  }

  @Test(
    arguments: [
      ("4main3FooV", "main", "Foo"), ("4main5OuterV5InnerO", "main", "Outer.Inner"),
      ("4main3FooC3baryyF", "main", "Foo"), ("4main3baryyF", "main", ""),
      // Words: main, Foo, Outer.
      ("4main8FooOuterV0B5InnerV", "main", "FooOuter.FooInner"),
      ("4main8FooOuterV0bC0V", "main", "FooOuter.FooOuter"),
      ("4main8FooOuterV3Bar0C0V", "main", "FooOuter"),
      // Private: the name, what stands for its file, LL.
      ("4main6Secret33_0123456789ABCDEF0123456789ABCDEFLLV", "main", "Secret"),
      ("4main6Secret33_0123456789ABCDEF0123456789ABCDEFLLV1xSivp", "main", "Secret"),
      // Extensions begin with what they extend.
      ("Sa4mainE3fooyyF", "Swift", "Array"), ("SS", "Swift", "String"), ("Si", "Swift", "Int"),
      ("s5print", "Swift", ""), ("s6HasherV", "Swift", "Hasher"),
      ("So7NSThingC", "__C", "NSThing"), ("ScA", "_Concurrency", ""),
      // What protocols ask for begins with its own name, in descriptors and in references.
      ("7ElementSTTl", "Swift", "Sequence"),
      ("11SubSequenceSl_7ElementSTQZ", "Swift", "Collection"),
      ("3Keys30KeyedEncodingContainerProtocolPTl", "Swift", "KeyedEncodingContainerProtocol"),
      ("4Unit6Stones5HeavyPTl", "Stones", "Heavy"), ("4Unit6Stones5HeavyPQz", "Stones", "Heavy"),
      (
        "20AtomicRepresentation15Synchronization0A13RepresentablePTl", "Synchronization",
        "AtomicRepresentable"
      ),
      ("4main3foo3bar3bazySi_SitF", "main", ""),
      // Nothing, or damaged.
      ("", "", ""), ("99zz", "", ""), ("0A", "", ""), ("0", "", ""), ("4mai", "", ""),
      ("S", "", ""),
      ("4main0Z3FooV", "main", ""), ("4main99999999999999999999", "main", ""),
    ])
  func reads(name: String, module: String, type: String) {
    #expect(read(name) == [module, type], "\(name)")
  }

  @Test("is what the demangler says, for all types of the standard library")
  func agreesWithTheDemangler() throws {
    let file = try ELFFile(path: try Readelf.core)
    let found = file.dynamicSymbolTable
    let table = try #require(found)
    let symbols = file.symbols(of: table)
    var demangler = unsafe Demangler(swift: swift_demangle, cxx: __cxa_demangle)
    var compared = 0
    _ = file.withNames(of: table) { strings in
      for symbol in symbols where !symbol.isUndefined {
        guard let end = strings.end(of: symbol.nameOffset) else { continue }
        let name = unsafe strings[Int(symbol.nameOffset)..<end]
        // Descriptors of types say nothing but the type.
        guard unsafe name.suffix(2).elementsEqual("Mn".utf8),
          let scheme = unsafe ManglingScheme(name)
        else { continue }
        var form: [UInt8] = []
        guard unsafe demangler.append(name, scheme, to: &form) else { continue }
        let text = String(decoding: form, as: UTF8.self)
        let prefix = "nominal type descriptor for "
        // Extensions and private types are written in parentheses.
        guard text.hasPrefix(prefix), !text.contains("(") else { continue }
        var context = SwiftContext()
        unsafe context.read(name, from: 2)
        let parts = [context.module, context.type].map { String(decoding: $0, as: UTF8.self) }
        let expected = text.dropFirst(prefix.count).replacing(/<[^>]*>/, with: "")
        #expect(parts.joined(separator: ".") == expected)
        compared += 1
      }
    }
    #expect(compared > 200)
    print("\(compared) types compared with what the demangler says")
  }
}
