import ELFInspection
import Platform
import TestSupport
import Testing

@Suite("The size that a file has without symbols and debug information")
struct StrippedSizeTests {
  /// A shared object with both, made as `flags` say.
  private func build(_ flags: [String], in directory: TemporaryDirectory) throws -> String {
    let source = directory.file("code.c")
    let functions = (0..<200).map { "int function_\($0)(int x) { return x * \($0) + table[x]; }" }
    try Files.replace(
      source, with: Array(("static int table[64] = {1, 2, 3};\n" + functions.joined()).utf8))
    let file = directory.file("code.so")
    try Tool.run(["cc", "-shared", "-fPIC", source, "-o", file] + flags)
    return file
  }

  @Test(
    "is that of the file that strip makes of it, but for what aligns the rest",
    arguments: [["-g0"], ["-g"], ["-g", "-gz"], ["-g", "-fuse-ld=lld"], ["-g0", "-Wl,-s"]])
  func agreesWithStrip(flags: [String]) throws {
    let directory = try TemporaryDirectory()
    let path = try build(flags, in: directory)
    let file = try ELFFile(path: path)
    let stripped = directory.file("stripped.so")
    try Tool.run(["strip", path, "-o", stripped])
    let size = try #require(try Files.status(stripped)).byteCount
    #expect(abs(file.strippedSize() - size) <= 128, "\(file.strippedSize()), strip: \(size)")
    #expect((file.strippedSize() < file.fileSize) == !flags.contains("-Wl,-s"))
    // Nothing is left to leave out.
    let again = try ELFFile(path: stripped)
    #expect(again.strippedSize() == again.fileSize)
  }
}
