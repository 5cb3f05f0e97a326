import ELFInspection
import Platform
import TestSupport
import Testing

@testable import PluginSets

@Suite("An object whose functions get sections of their own")
struct FunctionSectionsTests {
  private let directory: TemporaryDirectory
  private let clang: String
  private let disassembler: String
  private let sorter: String

  init() throws {
    directory = try TemporaryDirectory()
    let toolchain = try Toolchain(environment: environmentVariables())
    clang = try toolchain.companion("clang")
    disassembler = try toolchain.companion("llvm-objdump")
    sorter = try toolchain.companion("llvm-nm")
  }

  private func divided(_ path: String) throws -> [UInt8] {
    try #require(
      try FunctionSections.divided(
        Files.read(path), at: path, by: disassembler, leastSize: 1))
  }

  /// Calls, jumps and addresses from one local function to another, a short jump between two, and jump tables,
  /// two of which lie behind one another.
  private static let program = """
    #include <stdio.h>
    #define LOCAL __attribute__((noinline)) static
    LOCAL int one(int x) { return x * 3 + 1; }
    LOCAL int two(int x) { return one(x + 2) ^ 5; }
    LOCAL int three(int x) { return two(x) + one(x); }
    typedef int function(int);
    LOCAL int apply(function *f, int x) { return f(x); }
    LOCAL int choose(int x) {
      switch (x) {
        case 0: return apply(one, 7);  case 1: return three(9);   case 2: return two(1) - 4;
        case 3: return x * 11;         case 4: return one(x) * 2; case 5: return apply(three, 3);
        case 6: return two(two(x));    default: return -1;
      }
    }
    LOCAL int other(int x) {
      switch (x & 7) {
        case 0: return choose(x);      case 1: return one(1);     case 2: return choose(5) + 1;
        case 3: return 77;             case 4: return three(x);   case 5: return apply(two, x);
        case 6: return choose(x - 1);  default: return apply(choose, x & 3);
      }
    }
    static function *const table[] = {one, two, three, choose, other};
    __asm__(".text\\n.p2align 4\\n.type near,@function\\nnear: leal 1(%rdi), %eax\\nret\\n.size near, .-near\\n"
            ".type short_jump,@function\\nshort_jump: addl $2, %edi\\njmp near\\n.size short_jump, .-short_jump");
    int short_jump(int) __asm__("short_jump");
    int main(void) {
      int sum = short_jump(4);
      for (int i = 0; i < 64; i += 1) sum = sum * 31 + other(i) + table[i % 5](i);
      printf("%d\\n", sum);
      return 0;
    }
    """

  private func compile() throws -> String {
    let source = directory.file("program.c")
    try Files.replace(source, with: Array(Self.program.utf8))
    let object = directory.file("program.o")
    // So far apart that the compiler makes no short jumps.
    try Tool.run([clang, "-O2", "-fPIC", "-falign-functions=256", "-c", source, "-o", object])
    return object
  }

  @Test("works wherever its functions lie, and is let go of where nobody refers to it")
  func movesFunctions() throws {
    let object = try compile()
    let program = directory.file("program")
    try Tool.run([clang, object, "-o", program])
    let expected = try Tool.run([program])

    let copy = directory.file("divided.o")
    try Files.replace(copy, with: try divided(object))
    let names = [
      "main", "other", "choose", "apply", "three", "two", "one", "near", "short_jump",
    ]
    let order = directory.file("order")
    for names in [names, names.reversed(), Array(names[4...] + names[..<4])] {
      try Files.replace(order, with: Array(names.joined(separator: "\n").utf8))
      try Tool.run([
        clang, "-fuse-ld=lld", "-Wl,--gc-sections,--symbol-ordering-file,\(order)", copy, "-o",
        program,
      ])
      #expect(try Tool.run([program]) == expected)
      let found = try Tool.run([sorter, "--numeric-sort", program]).split(separator: "\n")
        .compactMap { $0.split(separator: " ").last.map(String.init) }
        .filter { names.contains($0) && $0 != "short_jump" }
      #expect(found == names.filter { $0 != "short_jump" })
    }
  }

  @Test("of the toolchain has the same bytes at the same places where they are laid as they were")
  func isTheSameInOrder() throws {
    let toolchain = try Toolchain(environment: environmentVariables())
    let archive = Path.join(
      Path.parent(of: try toolchain.staticLibraries().core), "libswift_StringProcessing.a")
    let members = directory.file("members")
    try Files.makeDirectory(members)
    try Tool.run([try toolchain.companion("llvm-ar"), "x", "--output", members, archive])
    let object = Path.join(members, "_StringProcessing.o")
    let copy = directory.file("divided.o")
    try Files.replace(copy, with: try divided(object))
    let script = directory.file("script.ld")
    try Files.replace(
      script,
      with: Array(
        "SECTIONS { .text : { *(.text) *(.text.function) *(.text.*) } }\n".utf8))
    let sections = try [object, copy].map { object in
      let linked = directory.file("linked-\(Path.name(of: object))")
      try Tool.run([
        try toolchain.companion("ld.lld"), "-shared", "--unresolved-symbols=ignore-all", "-T",
        script, object, "-o", linked,
      ])
      let file = try ELFFile(path: linked)
      return zip(file.sectionNames(), file.sections).filter { name, _ in
        ![".symtab", ".strtab", ".shstrtab"].contains(name)
      }.map { name, section in (name, section.address, file.contents(of: section)) }
    }
    #expect(sections[0].count == sections[1].count && sections[0].count > 20)
    for (old, new) in zip(sections[0], sections[1]) {
      #expect(old.0 == new.0 && old.1 == new.1 && old.2 == new.2, "\(old.0)")
    }
    let pieces = try ELFFile(path: copy).sectionNames().filter { $0 == ".text.function" }
    #expect(pieces.count > 500)
  }

  @Test("stays as it is where anything is not understood, whatever its bytes are")
  func refusesDamaged() throws {
    let object = try compile()
    let good = try Files.read(object)
    #expect(throws: NotDivisible.self) {
      try FunctionSections.divided(
        Array(good[..<40]), at: object, by: disassembler, leastSize: 1)
    }
    #expect(throws: NotDivisible.self) {
      try FunctionSections.divided(
        good, at: object, by: directory.file("no-disassembler"), leastSize: 1)
    }
    #expect(try FunctionSections.divided(good, at: object, by: disassembler) == nil)
    let listing = try Tool.run([
      disassembler, "--disassemble", "--no-show-raw-insn", "--section=.text", object,
    ])
    var generator = Steps(state: 20)
    var refused = 0
    for _ in 0..<2000 {
      var bytes = good
      for _ in 0..<Int.random(in: 1...4, using: &generator) {
        bytes[Int.random(in: 0..<bytes.count, using: &generator)] =
          UInt8.random(in: 0...255, using: &generator)
      }
      do throws(NotDivisible) {
        _ = try FunctionSections.divided(bytes, listing: listing, leastSize: 1)
      } catch {
        refused += 1
      }
    }
    #expect(refused > 0 && refused < 2000)
  }

  @Test(
    "is not divided by a listing that is none",
    arguments: [
      "", "nothing here", "   0:\tretq\n   0:\tretq\n", "   0:\t<unknown>\n", "   9:\tretq\n",
    ])
  func refusesListings(_ text: String) {
    #expect(throws: NotDivisible.self) { try CodeListing(text, size: 4) }
  }

  @Test("names what its instructions name")
  func readsListings() throws {
    let listing = try CodeListing(
      """
      file.o:\tfile format elf64-x86-64

      0000000000000000 <first>:
             0:      \tjmp\t0x20 <second>
             5:      \tleaq\t(%rip), %rax             # 0xc <first+0xc>
             c:      \tcallq\t*(%rip)
            12:      \tmovsd\t(%rip), %xmm1           # xmm1 = mem[0],zero
            1a:      \tcallq\t*%rax

      0000000000000020 <second>:
            20:      \tjne\t0x5 <first+0x5>
            22:      \tretq
      """, size: 0x23)
    #expect(listing.starts == [0, 5, 0xc, 0x12, 0x1a, 0x20, 0x22])
    #expect(listing.references.map(\.start) == [0, 5, 0xc, 0x12, 0x20])
    #expect(listing.references.map(\.end) == [5, 0xc, 0x12, 0x1a, 0x22])
    #expect(listing.references.map(\.target) == [0x20, 0xc, nil, nil, 5])
  }
}

/// The same numbers each time: Knuth's multiplier, and the upper half, mixed.
private struct Steps: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return (state ^ state >> 29) &* 0x9e37_79b9_7f4a_7c15
  }
}
