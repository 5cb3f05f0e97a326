import CCxxDemangle
import CSwiftDemangle
import ELFInspection
import MangledNames
import TestSupport
import Testing

@Suite("Demangling")
struct DemanglerTests {
  private func demangle(_ name: String) -> String? {
    let bytes = Array(name.utf8)
    var text: [UInt8] = []
    var demangler = unsafe Demangler(swift: swift_demangle, cxx: __cxa_demangle)
    let isDone = unsafe bytes.withUnsafeBytes { name in
      guard let scheme = unsafe ManglingScheme(name) else { return false }
      return unsafe demangler.append(name, scheme, to: &text)
    }
    return isDone ? String(decoding: text, as: UTF8.self) : nil
  }

  private func isHarmless(_ name: String) -> Bool {
    let bytes = Array(name.utf8)
    return unsafe bytes.withUnsafeBytes { name in
      unsafe ManglingScheme(name).map { unsafe Expansion.isHarmless(name, $0) } ?? true
    }
  }

  @Test(
    "gives Swift's and C++'s names their form",
    arguments: [
      ("$s4main3FooV3baryyF", "main.Foo.bar() -> ()"),
      ("$sSaySiGD", "Swift.Array<Swift.Int>"),
      (
        "_ZNSt6vectorIiSaIiEE9push_backERKi",
        "std::vector<int, std::allocator<int> >::push_back(int const&)"
      ),
      ("_ZN5swift9getTypeIDEv", "swift::getTypeID()"),
    ])
  func forms(name: String, form: String) { #expect(demangle(name) == form) }

  @Test(
    "leaves names alone that are not mangled, damaged or cut",
    arguments: ["", "$s", "_Z", "main", "swift_retain", "_ZZZZ", "_ZN", "_ZNSt6vectorI", "$ Foo"])
  func leavesAlone(name: String) { #expect(demangle(name) == nil) }

  @Test("leaves names alone that are longer than 16 KB")
  func long() throws {
    func name(_ length: Int) -> String {
      "$s4main\(length)" + String(repeating: "x", count: length) + "yyF"
    }
    let text = try #require(demangle(name(16_000)))
    #expect(text == "main." + String(repeating: "x", count: 16_000) + "() -> ()")
    #expect(demangle(name(17_000)) == nil)
  }

  @Test("is asked for every name that the standard library has")
  func acceptsRealNames() throws {
    let file = try ELFFile(path: try Readelf.core)
    let found = file.dynamicSymbolTable
    let table = try #require(found)
    let symbols = file.symbols(of: table)
    var refused: [String] = []
    var count = 0
    _ = file.withNames(of: table) { strings in
      for symbol in symbols {
        guard let end = strings.end(of: symbol.nameOffset) else { continue }
        let name = unsafe strings[Int(symbol.nameOffset)..<end]
        guard let scheme = unsafe ManglingScheme(name) else { continue }
        count += 1
        if unsafe !Expansion.isHarmless(name, scheme) {
          unsafe refused.append(String(decoding: name, as: UTF8.self))
        }
      }
    }
    #expect(refused == [] && count > 10_000)
    print("\(count) mangled names are harmless")
  }

  @Test("leaves names alone that nobody can read")
  func withoutFunctions() {
    for name in ["$s4main3FooV3baryyF", "_ZN5swift9getTypeIDEv"] {
      let bytes = Array(name.utf8)
      var text: [UInt8] = []
      var demangler = unsafe Demangler(swift: nil, cxx: nil)
      let isDone = unsafe bytes.withUnsafeBytes { name in
        unsafe ManglingScheme(name).map { unsafe demangler.append(name, $0, to: &text) }
      }
      #expect(isDone == false && text.isEmpty)
    }
  }
}
