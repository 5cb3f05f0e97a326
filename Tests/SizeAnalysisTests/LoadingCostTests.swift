import ELFInspection
import Platform
import SizeAnalysis
import TestSupport
import Testing

/// Loads files into a process that does nothing else, and asks the kernel which of their pages have
/// become the process's own.
@Suite("Predicted private memory is what the kernel counts")
struct LoadingCostTests {
  struct Case: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var source: String
    var flags: [String] = []
  }

  /// Nothing of the compiler's start files, whose constructors would write too.
  private static let flags = ["-O1", "-fPIC", "-shared", "-nostdlib", "-fvisibility=hidden"]

  private static let table = """
    static int values[4096];
    __attribute__((visibility("default"))) int *table[4096] = {\(
      (0..<4096).map { "&values[\($0)]" }.joined(separator: ","))};
    """
  private static let sparse = """
    #define HOLE static char
    extern char place;
    __attribute__((visibility("default"))) struct { char *pointer; char rest[8184]; } sparse[6] = {
      {&place}, {&place}, {&place}, {&place}, {&place}, {&place}};
    char place = 1;
    """
  private static let tail = """
    __attribute__((visibility("default"))) int data[1100] = {1};
    __attribute__((visibility("default"))) char zeros[40000];
    """
  private static let plain = "__attribute__((visibility(\"default\"))) int f(int v) { return v; }"

  static let cases = [
    Case(testDescription: "relocations on several neighbouring pages", source: table),
    Case(testDescription: "relocations on every other page", source: sparse),
    Case(testDescription: "zeros that begin within a page of data", source: tail),
    Case(
      testDescription: "constants with addresses",
      source: """
        static const char *const words[] = {"a", "b", "c"};
        __attribute__((visibility("default"))) const char *word(int i) { return words[i]; }
        """),
    Case(testDescription: "no data at all", source: plain),
    Case(
      testDescription: "packed relocations", source: table,
      flags: ["-fuse-ld=lld", "-Wl,-z,pack-relative-relocs"]),
    Case(
      testDescription: "imports, bound at once",
      source: plain + """
         extern int puts(const char *);
        __attribute__((visibility("default"))) int (*say)(const char *) = puts;
        """, flags: ["-Wl,-z,now"]),
    Case(
      testDescription: "everything behind .dynamic read-only", source: table + tail,
      flags: ["-Wl,-z,relro,-z,now"]),
  ]

  /// Prints what the kernel says of itself as soon as the files are loaded.
  private static let host = """
    #include <dlfcn.h>
    #include <stdio.h>
    int main(int count, char **arguments) {
      for (int index = 1; index < count; index++) {
        if (!dlopen(arguments[index], RTLD_NOW | RTLD_LOCAL)) return puts(dlerror()), 1;
      }
      FILE *maps = fopen("/proc/self/smaps", "r");
      char line[4096];
      while (maps && fgets(line, sizeof line, maps)) fputs(line, stdout);
      return 0;
    }
    """

  @Test("to the page, whatever the loader has to write", arguments: cases)
  func agrees(_ subject: Case) throws {
    let directory = try TemporaryDirectory()
    let library = directory.file("subject.so")
    try FileEdits.write(Array(subject.source.utf8), to: directory.file("subject.c"))
    try FileEdits.write(Array(Self.host.utf8), to: directory.file("host.c"))
    let compiler = subject.flags.contains("-fuse-ld=lld") ? "clang" : "cc"
    try Tool.run(
      [compiler] + Self.flags + subject.flags + [directory.file("subject.c"), "-o", library])
    try Tool.run(["cc", "-O1", directory.file("host.c"), "-o", directory.file("host"), "-ldl"])
    let file = try #require(FileSet.read([[library]], depth: .sections)[0].files.first)
    let run = try Tool.run([directory.file("host"), library])
    let pages = try Self.anonymousKilobytes(of: library, in: run) / 4
    #expect(file.loading.dirtyPages == pages, "\(file.loading)")
    #expect(file.loading.predictedAnonymous == UInt64(pages) * 4096)
    #expect(pages <= file.loading.writablePages)
  }

  /// The kernel's `Anonymous` of all mappings of a file: the pages of it that were written to.
  private static func anonymousKilobytes(of path: String, in smaps: String) throws -> Int {
    var sum = 0
    var mappings = 0
    var isInside = false
    for line in smaps.split(separator: "\n") {
      let fields = line.split(separator: " ")
      // A mapping begins with its range of addresses.
      if fields.first?.hasSuffix(":") == false {
        isInside = line.hasSuffix(path)
        mappings += isInside ? 1 : 0
      } else if isInside, fields.first == "Anonymous:" {
        sum += try #require(Int(fields[1]))
      }
    }
    try #require(mappings > 1)
    return sum
  }
}
