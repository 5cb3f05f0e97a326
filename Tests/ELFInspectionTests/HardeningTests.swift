import ELFInspection
import Platform
import TestSupport
import Testing

@Suite("What could be harder is found, with what to do about it")
struct HardeningTests {
  /// The options that bring a finding, and those that take it away.
  struct Case: CustomTestStringConvertible, Sendable {
    var code: HardeningFinding.Code
    var with: [String]
    var without: [String]
    var source = HardeningTests.source
    var isProgram = true
    var testDescription: String { "\(code)" }
  }

  static let source = """
    #include <stdio.h>
    #include <string.h>
    void fill(char *text, const char *from);
    int main(int count, char **words) {
      char text[64];
      strcpy(text, words[0]);
      return printf("%s", text);
    }

    """

  static let cases: [Case] = [
    Case(
      code: .writableCode, with: ["-fuse-ld=bfd", "-nostdlib", "-static", "-Wl,-N"],
      without: ["-fuse-ld=bfd", "-nostdlib", "-static"],
      source: "int x = 1; void _start(void) { for (;;) x++; }\n"),
    Case(
      code: .textRelocations,
      with: ["-fuse-ld=bfd", "-shared", "-fno-pic", "-mcmodel=large", "-Wl,-z,notext"],
      without: ["-shared", "-fPIC"], source: "int x; int *f(void) { return &x; }\n",
      isProgram: false),
    Case(
      code: .executableStack, with: ["-Wl,-z,execstack"], without: ["-Wl,-z,noexecstack"]),
    Case(code: .fixedAddress, with: ["-no-pie"], without: ["-fPIE", "-pie"]),
    Case(code: .noRELRO, with: ["-Wl,-z,norelro"], without: ["-Wl,-z,relro"]),
    Case(
      code: .partialRELRO, with: ["-Wl,-z,relro,-z,lazy"], without: ["-Wl,-z,relro,-z,now"]),
    Case(code: .searchPath, with: ["-Wl,-rpath,lib"], without: ["-Wl,-rpath,$ORIGIN/lib"]),
    Case(code: .searchPath, with: ["-Wl,-rpath,/tmp"], without: ["-Wl,-rpath,${ORIGIN}"]),
    Case(code: .searchPath, with: ["-Wl,-rpath,/usr:"], without: []),
    Case(
      code: .searchPath, with: ["-Wl,-rpath,$ORIGIN/../../lib"],
      without: ["-Wl,-rpath,$ORIGIN/lib/../lib"]),
    Case(
      code: .searchPath, with: ["-Wl,-rpath,${ORIGIN}/../lib"],
      without: ["-Wl,-rpath,${ORIGIN}/./lib"]),
    Case(code: .searchPath, with: ["-Wl,-rpath,$ORIGINAL/lib"], without: ["-Wl,-rpath,$ORIGIN/"]),
    Case(
      code: .oldSearchPath, with: ["-Wl,-rpath,$ORIGIN,--disable-new-dtags"],
      without: ["-Wl,-rpath,$ORIGIN,--enable-new-dtags"]),
    Case(
      code: .noStackProtector, with: ["-fno-stack-protector"],
      without: ["-fstack-protector-strong"]),
    Case(
      code: .notFortified, with: ["-O2", "-U_FORTIFY_SOURCE"],
      without: ["-O2", "-D_FORTIFY_SOURCE=2"]),
    Case(
      code: .noIndirectBranchTracking, with: ["-fcf-protection=none"],
      without: ["-fcf-protection=full", "-nostdlib", "-shared", "-fPIC"],
      source: "int f(void) { return 1; }\n", isProgram: false),
    Case(
      code: .noShadowStack, with: ["-fcf-protection=branch"],
      without: ["-fcf-protection=full", "-nostdlib", "-shared", "-fPIC"],
      source: "int f(void) { return 1; }\n", isProgram: false),
    Case(
      code: .sharedCodePages, with: ["-fuse-ld=bfd", "-Wl,-z,noseparate-code"],
      without: ["-fuse-ld=bfd", "-Wl,-z,separate-code"]),
    Case(code: .sharedCodePages, with: ["-fuse-ld=lld"], without: ["-fuse-ld=bfd"]),
    Case(code: .notStripped, with: [], without: ["-Wl,-s"]),
  ]

  private static func findings(_ test: Case, _ flags: [String]) throws -> [HardeningFinding] {
    let path = Path.join(try TemporaryDirectory.make("hardening"), "a.out")
    let extra = test.isProgram || flags.contains("-shared") ? [] : ["-shared", "-nostdlib"]
    try NativeBuild.run(test.source, to: path, compiler: "gcc", extra + flags)
    return try #require(try ELFFile(path: path).hardening()).findings
  }

  @Test(arguments: cases) func aFindingAppearsAndDisappears(_ test: Case) throws {
    let with = try Self.findings(test, test.with)
    let without = try Self.findings(test, test.without)
    #expect(with.contains { $0.code == test.code }, "\(with.map(\.code))")
    #expect(!without.contains { $0.code == test.code }, "\(without.map(\.code))")
    #expect(with.allSatisfy { !$0.found.isEmpty && !$0.advice.isEmpty })
    #expect(zip(with, with.dropFirst()).allSatisfy { $0.severity >= $1.severity })
  }

  @Test(
    "a search path is judged by how far above the file's directory it comes on its way",
    arguments: [
      ("$ORIGIN/../lib", 1), ("$ORIGIN/../../opt/x", 2), ("$ORIGIN/a/../../b", 1),
      ("${ORIGIN}/a/../b", 0), ("$ORIGIN", 0), ("$ORIGIN/./a//b", 0),
    ])
  func levels(path: String, levels: Int) throws {
    let library = Path.join(try TemporaryDirectory.make("levels"), "a.so")
    try NativeBuild.library("int x;", to: library, ["-Wl,-rpath,\(path)"])
    let found = try #require(try ELFFile(path: library).hardening()?.searchPaths.first)
    #expect(found.text == path && found.levelsAboveOrigin == levels)
    #expect(found.flaw == (levels > 0 ? .aboveOrigin : nil))
  }

  @Test func aFileThatSaysNothingOfItsStack() throws {
    let target = Path.join(try TemporaryDirectory.make(), "a.so")
    try FileEdits.copy(Readelf.runtime, to: target) { $0.hideSegments(ofType: 0x6474_e551) }
    let hardening = try #require(try ELFFile(path: target).hardening())
    #expect(hardening.stack == .unspecified)
    #expect(hardening.findings.contains { $0.code == .stackUnspecified })
  }

  @Test func branchProtectionOnAArch64() throws {
    for (flag, isProtected) in [("none", false), ("standard", true)] {
      let path = try CrossTarget.aarch64.library(
        "int f(void) { return 1; }", in: try TemporaryDirectory.make(),
        compiling: ["-mbranch-protection=\(flag)"])
      let codes = try #require(try ELFFile(path: path).hardening()).findings.map(\.code)
      #expect(codes.contains(.noBranchTargets) != isProtected)
      #expect(codes.contains(.noPointerAuthentication) != isProtected)
      #expect(!codes.contains(.noIndirectBranchTracking))
    }
  }

  @Test func anObjectFileHasNone() throws {
    let object = try CrossTarget.x86_64.object(
      "int f(void) { return 1; }", in: try TemporaryDirectory.make())
    #expect(try ELFFile(path: object).hardening() == nil)
  }

  @Test(arguments: NeededTreeTests.subjects) func systemFilesAsReadelfSaysThem(
    _ path: String
  ) throws {
    let hardening = try #require(try ELFFile(path: path).hardening())
    let segments = try Tool.run(["readelf", "-lW", path])
    let dynamic = try Tool.run(["readelf", "-dW", path])
    let sections = try Tool.run(["readelf", "-SW", path])
    let stack = segments.split(separator: "\n").first { $0.contains("GNU_STACK") }
    #expect((hardening.stack == .executable) == (stack?.contains("RWE") == true))
    #expect((hardening.stack == .unspecified) == (stack == nil))
    #expect((hardening.relro == .none) == !segments.contains("GNU_RELRO"))
    let bindsNow = dynamic.contains("BIND_NOW") || dynamic.contains("Flags: NOW")
    #expect(hardening.bindsNow == bindsNow)
    #expect((hardening.relro == .full) == (bindsNow && segments.contains("GNU_RELRO")))
    #expect(hardening.hasTextRelocations == dynamic.contains("TEXTREL"))
    #expect(hardening.isStripped == !sections.contains(" .symtab "))
    let isWritableCode = segments.split(separator: "\n").contains {
      $0.contains("LOAD") && $0.contains(" RWE ")
    }
    #expect(hardening.writableExecutableSegments.isEmpty != isWritableCode)
    let symbols = try Tool.run(["readelf", "--dyn-syms", "-W", path])
    if symbols.contains("__stack_chk_fail") { #expect(hardening.stackProtector == .found) }
    let isChecked = symbols.split(separator: "\n").contains {
      $0.contains(" UND ") && $0.contains("_chk@")
    }
    #expect(hardening.checkedFunctions.isEmpty != isChecked)
    if segments.contains("Elf file type is EXEC") { #expect(hardening.kind == .fixedProgram) }
    if dynamic.contains("PIE") { #expect(hardening.kind == .positionIndependentProgram) }
  }
}
