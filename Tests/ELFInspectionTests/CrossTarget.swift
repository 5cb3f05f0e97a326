import Platform
import TestSupport
import Testing

/// A machine that the toolchain's clang and lld make shared libraries for, without its C library.
enum CrossTarget: String, CaseIterable, CustomTestStringConvertible {
  case powerpc, powerpc64, s390x, mips, i386, aarch64, x86_64

  var testDescription: String { rawValue }

  var is64Bit: Bool { ![.powerpc, .mips, .i386].contains(self) }
  var isLittleEndian: Bool { [.i386, .aarch64, .x86_64].contains(self) }

  /// Where the toolchain's programs lie.
  private static let programs: String? = {
    for directory in (environmentVariables()["PATH"] ?? "").split(separator: ":") {
      if let swift = try? Files.resolve(Path.join(String(directory), "swiftc")) {
        return Path.parent(of: swift)
      }
    }
    return nil
  }()

  /// Whether the toolchain brings what this takes.
  static let isPossible = ["clang", "ld.lld"].allSatisfy {
    Files.exists(Path.join(programs ?? "/nowhere", $0))
  }

  /// Compiles C and links it as a shared library.
  ///
  /// - Parameters:
  ///   - name: of the file, without `.so`.
  ///   - flags: for the linker.
  /// - Returns: the path of the library.
  func library(
    _ source: String, name: String = "library", in directory: String,
    compiling: [String] = [], linking flags: [String] = []
  ) throws -> String {
    let object = try object(source, name: name, in: directory, compiling: compiling)
    let output = Path.join(directory, name + ".so")
    try Tool.run(
      [Path.join(Self.programs ?? "", "ld.lld"), "-shared", object, "-o", output] + flags)
    return output
  }

  /// Compiles C.
  func object(
    _ source: String, name: String = "library", in directory: String, compiling: [String] = []
  ) throws -> String {
    let file = Path.join(directory, name + ".c")
    let object = Path.join(directory, name + ".o")
    try FileEdits.write(Array(source.utf8), to: file)
    try Tool.run(
      [Path.join(Self.programs ?? "", "clang"), "--target=\(rawValue)-linux-gnu", "-c", "-fPIC"]
        + ["-O1", "-nostdinc", "-fuse-init-array", file, "-o", object] + compiling)
    return object
  }
}

/// A library or program for this machine, made from one C file.
enum NativeBuild {
  /// - Returns: the path of the file, which the compiler has made.
  @discardableResult
  static func run(
    _ source: String, to output: String, compiler: String = "cc", _ flags: [String] = []
  ) throws -> String {
    try FileEdits.write(Array(source.utf8), to: output + ".c")
    try Tool.run([compiler, output + ".c", "-o", output] + flags)
    return output
  }

  @discardableResult
  static func library(
    _ source: String, to output: String, compiler: String = "cc", _ flags: [String] = []
  ) throws -> String {
    try run(source, to: output, compiler: compiler, ["-shared", "-fPIC"] + flags)
  }
}
