import Platform
import SizeAnalysis
import TestSupport
import Testing

@Suite("How a file comes to thread-local storage is named")
struct ThreadLocalModelTests {
  struct Case: CustomTestStringConvertible, Sendable {
    var model: ThreadLocalModel?
    var flags: [String]
    var source = "_Thread_local int depth; int enter(void) { return ++depth; }"
    var testDescription: String { model?.rawValue ?? "none" }
  }

  static let cases = [
    Case(model: nil, flags: ["-shared"], source: "int enter(void) { return 1; }"),
    Case(model: .generalDynamic, flags: ["-shared", "-mtls-dialect=gnu"]),
    Case(model: .descriptor, flags: ["-shared", "-mtls-dialect=gnu2"]),
    Case(model: .initialExec, flags: ["-shared", "-ftls-model=initial-exec"]),
    Case(
      model: .localExec, flags: ["-fPIE", "-pie"],
      source: "static _Thread_local int depth; int _start(void) { return ++depth; }"),
  ]

  @Test(arguments: cases) func byItsRelocations(_ subject: Case) throws {
    let directory = try TemporaryDirectory()
    let (source, output) = (directory.file("tls.c"), directory.file("tls"))
    try FileEdits.write(Array(subject.source.utf8), to: source)
    try Tool.run(["gcc", "-O1", "-fPIC", "-nostdlib", source, "-o", output] + subject.flags)
    let file = try #require(FileSet.read([[output]], depth: .sections)[0].files.first)
    #expect(file.loading.threadLocalModels == [subject.model].compactMap { $0 })
    #expect((file.loading.threadLocalSize == 0) == (subject.model == nil))
  }

  @Test("of a file that uses two ways both are named")
  func both() throws {
    let directory = try TemporaryDirectory()
    let (source, output) = (directory.file("tls.c"), directory.file("tls.so"))
    let text = """
      _Thread_local int first;
      __attribute__((tls_model("initial-exec"))) extern _Thread_local int second;
      int enter(void) { return ++first + second; }
      """
    try FileEdits.write(Array(text.utf8), to: source)
    try Tool.run(
      ["gcc", "-O1", "-fPIC", "-shared", "-nostdlib", "-mtls-dialect=gnu", source, "-o", output])
    let file = try #require(FileSet.read([[output]], depth: .sections)[0].files.first)
    #expect(file.loading.threadLocalModels == [.generalDynamic, .initialExec])
  }
}
