import Testing

@testable import SizeAnalysis

@Suite("The loose form of a name")
struct LooseNameTests {
  private func signature(_ name: String, isMangled: Bool = true) -> String {
    var loose = LooseName()
    unsafe Array(name.utf8).withUnsafeBytes { unsafe loose.read($0, isMangled: isMangled) }
    return String(decoding: loose.text, as: UTF8.self)
  }

  private func withoutModule(
    _ name: String, isMangled: Bool = true, module: String = ""
  ) -> String {
    var loose = LooseName()
    unsafe Array(name.utf8).withUnsafeBytes { unsafe loose.read($0, isMangled: isMangled) }
    loose.removeModule(module)
    return String(decoding: loose.text, as: UTF8.self)
  }

  @Test(
    "has no parameters, result, generic arguments or private discriminator",
    arguments: [
      ("m.T.f(x: Swift.Int, y: (Swift.Int) -> ()) -> Swift.Array<Swift.Int>", "m.T.f"),
      ("m.T.f() async throws -> ()", "m.T.f"),
      ("m.T<A>.f<B where B: m.P<A>>(B) -> A", "m.T.f"),
      ("m.(hidden in _0123456789ABCDEF)(x: Swift.Int) -> ()", "m.hidden"),
      ("m.T.count.getter : Swift.Array<m.(P in _AB12)>", "m.T.count.getter"),
      ("closure #1 (Swift.Int) -> () in m.T.f(x: Swift.Int) -> ()", "closure #1 in m.T.f"),
      ("closure #1 @Sendable (Swift.Int) -> () in m.f() -> ()", "closure #1 @Sendable in m.f"),
      ("(extension in m):Swift.Array.f(A) -> ()", "(extension in m):Swift.Array.f"),
      ("generic specialization <Swift.Int> of m.f<A>(A) -> A", "generic specialization of m.f"),
      ("static m.T.< infix(m.T, m.T) -> Swift.Bool", "static m.T.< infix"),
      ("static m.T.<<= infix(m.T, m.T) -> ()", "static m.T.<<= infix"),
      ("outlined copy of Swift.Array<m.T>", "outlined copy of Swift.Array<m.T>"),
      ("m.f() -> () with unmangled suffix \".llvm.123\"", "m.f"),
      (
        "protocol witness for m.P.x.getter : Swift.Int in conformance m.T<A> : m.P in m",
        "protocol witness for m.P.x.getter in conformance m.T : m.P in m"
      ),
      ("protocol witness table for m.T : m.P in m", "protocol witness table for m.T : m.P in m"),
      ("a::b<int, c<d>>::f(int, g<h>&) const", "a::b::f const"),
      ("(anonymous namespace)::f(int)", "(anonymous namespace)::f"),
      ("a::operator<(a const&, a const&)", "a::operator<"),
      ("a::operator()(int)", "a::operator()"),
      ("a::operator->() const", "a::operator-> const"),
      ("a::f(int) [clone .constprop.0]", "a::f"),
      ("a::f(int) [clone .cold]", "a::f.cold"),
    ])
  func dropsSignatures(name: String, expected: String) {
    #expect(signature(name) == expected)
  }

  @Test(
    "has no suffix of a compiler's variant",
    arguments: [
      ("f.constprop.0", "f"), ("f.isra.1.constprop.2", "f"), ("f.llvm.1234567", "f"),
      ("f.part.2", "f.part"), ("f.cold", "f.cold"), ("f.cold.7", "f.cold"),
      ("counter.12", "counter"),
      ("f.lto_priv.3", "f"), (".1", ".1"), (".constprop.0", ".constprop"), ("f.a", "f.a"),
      ("f(int)", "f(int)"), ("", ""),
    ])
  func dropsSuffixes(name: String, expected: String) {
    #expect(signature(name, isMangled: false) == expected)
  }

  @Test(
    "has, most loosely, no module and no mark of a part that was split off",
    arguments: [
      ("m.T.f(x: Swift.Int) -> ()", "T.f"), ("other.T.f() -> ()", "T.f"),
      ("closure #1 (Swift.Int) -> () in m.f() -> ()", "closure #1 in f"),
      ("(extension in m):Swift.Array.f(A) -> ()", "Array.f"),
      ("protocol witness table for m.T : m.P in m", "protocol witness table for T : P"),
      ("static m.T.== infix(m.T, m.T) -> Swift.Bool", "static T.== infix"),
      ("outlined copy of Swift.Array<m.T>", "outlined copy of Array<T>"),
      ("m.T.($s1m1a.b in _0AF).getter : Swift.Int", "T.$s1m1a.b.getter"),
      ("a::f(int) [clone .cold]", "a::f"),
    ])
  func dropsModules(name: String, expected: String) {
    #expect(withoutModule(name) == expected)
  }

  @Test("names in mangled form what mangled names name, without the module")
  func dropsMangledModules() {
    #expect(
      withoutModule("symbolic _____ 6Shapes1SV", isMangled: false, module: "Shapes")
        == withoutModule("symbolic _____ 7Figures1SV", isMangled: false, module: "Figures"))
    #expect(withoutModule("f.part.2", isMangled: false) == "f")
    #expect(withoutModule("f.cold", isMangled: false) == "f")
  }

  @Test("is made of any text without harm, and in linear time")
  func survivesAnything() {
    for piece in ["(", "<", " : ", " -> ", "(a in _", " in ", "conformance : ", "operator<", "m."] {
      let name = String(repeating: piece, count: 65536 / piece.utf8.count)
      #expect(signature(name).utf8.count <= name.utf8.count)
      #expect(withoutModule(name).utf8.count <= name.utf8.count)
    }
  }
}
