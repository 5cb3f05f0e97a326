import Testing

@testable import SizeAnalysis

@Suite("A pool of names")
struct NamePoolTests {
  @Test("has the empty name at 0 and every other once")
  func storesOnce() {
    var pool = NamePool()
    #expect(pool.count == 1 && pool.text(of: 0) == "")
    #expect(pool.add("".utf8) == 0)
    let first = pool.add("swift_retain".utf8)
    #expect(first != 0 && pool.add("swift_retain".utf8) == first)
    #expect(pool.add("swift_retai".utf8) != first && pool.add("swift_retain\0".utf8) != first)
    #expect(pool.count == 4)
  }

  @Test("finds all names again after it has grown, also where many share a slot")
  func grows() {
    var pool = NamePool()
    // More than slots at the beginning; lengths around the hash's steps of eight bytes.
    let names = (0..<5000).map { String(repeating: "a", count: $0 % 17) + "\($0)" }
    let numbers = names.map { pool.add($0.utf8) }
    #expect(Set(numbers).count == names.count)
    #expect(names.map { pool.add($0.utf8) } == numbers)
    #expect(numbers.map { pool.text(of: $0) } == names)
  }

  @Test("takes over another's names, known ones under their numbers here")
  func merges() {
    var (left, right) = (NamePool(), NamePool())
    let shared = left.add("shared".utf8)
    _ = right.add("new".utf8)
    _ = right.add("shared".utf8)
    let numbers = left.merge(right)
    #expect(numbers.count == 3 && numbers[0] == 0 && numbers[2] == shared)
    #expect(left.text(of: numbers[1]) == "new" && left.count == 3)
  }

  @Test("keeps bytes that are no UTF-8")
  func keepsBytes() {
    var pool = NamePool()
    let number = pool.add([0xff, 0x00, 0xfe])
    #expect(unsafe pool.withBytes(of: number) { unsafe Array($0) } == [0xff, 0x00, 0xfe])
  }
}

@Suite("The module that a demangled name is for")
struct DemangledModuleTests {
  @Test(
    arguments: [
      ("generic specialization <Mine.T> of Swift.Array.append(A) -> ()", "Mine"),
      ("Swift.Array<Mine.T>.Index", "Mine"),
      ("(extension in Foundation):Swift.String.trimmed() -> Swift.String", "Foundation"),
      ("protocol witness for Swift.P.f() in conformance Swift.Int : Swift.P in Other", "Other"),
      ("Swift.Array.append(A) -> ()", nil), ("Swift.Mine.T", nil), ("NotMine.T", nil),
      ("Mine", nil), ("", nil), (".", nil), ("..Mine..", nil), ("(extension in ", nil),
      (" in ", nil),
    ] as [(String, String?)])
  func module(text: String, module: String?) {
    var modules = NamePool()
    _ = modules.add("Mine".utf8)
    let text = Array(text.utf8)
    let found = DemangledModule.find(modules, in: text)
    #expect(found.map { String(decoding: text[$0], as: UTF8.self) } == module)
  }

  @Test func withoutForeignModules() {
    let text = Array("(extension in Foundation):Mine.T".utf8)
    let found = DemangledModule.find(NamePool(), in: text)
    #expect(found.map { String(decoding: text[$0], as: UTF8.self) } == "Foundation")
  }
}
