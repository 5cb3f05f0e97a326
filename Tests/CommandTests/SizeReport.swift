import Platform
import Synchronization
import TestSupport
import Testing

/// `size-report` as a user calls it, and files to call it on.
enum SizeReport {
  static let command = Path.join(TestBuild.directory, "size-report")

  static func run(_ arguments: [String]) throws -> CommandRun {
    try CommandRun([command] + arguments)
  }

  /// Runs it with status 0 and reads what it writes as JSON.
  static func document(_ arguments: [String]) throws -> SizeDocument {
    let run = try run(arguments + ["--format", "json"])
    try #require(run.status.isSuccess, "\(run.errors)")
    return try SizeDocument(run.output)
  }

  /// One sentence on standard error that holds `words`, nothing on standard output, status 1.
  static func expectRefusal(
    _ arguments: [String], _ words: [String], _ location: SourceLocation = #_sourceLocation
  ) throws {
    let run = try run(arguments)
    #expect(run.status == .exited(1), sourceLocation: location)
    #expect(run.output.isEmpty, "\(run.output)", sourceLocation: location)
    #expect(
      run.errors.split(separator: "\n").count == 1, "\(run.errors)", sourceLocation: location)
    for word in words {
      #expect(run.errors.contains(word), "\(run.errors)", sourceLocation: location)
    }
  }

  /// Two plugins, a library and a file that is no ELF, in a directory of their own.
  static func directory() throws -> TemporaryDirectory {
    let directory = try TemporaryDirectory()
    _ = try Fixture("well-behaved-c").copy(to: directory.path, as: "a.so")
    _ = try Fixture("abi-too-new").copy(to: directory.path, as: "b.so")
    try Files.makeDirectory(directory.file("sub"))
    let versions = try versions()
    try FileEdits.copy(versions.new, to: directory.file("sub/libc.so"))
    try Files.replace(directory.file("notes.txt"), with: Array("no ELF file".utf8))
    return directory
  }

  private static let built = Mutex<(old: String, new: String)?>(nil)

  /// A library before and after, under one name in two directories.
  static func versions() throws -> (old: String, new: String) {
    try built.withLock { built in
      if let built { return built }
      let directory = try TemporaryDirectory.make("size-report")
      let paths = try ["old", "new"].map { version in
        try Files.makeDirectory(Path.join(directory, version))
        let output = Path.join(directory, version + "/library.so")
        let source = "Tests/Fixtures/size-before-and-after/\(version)/library.c"
        try Tool.run(
          ["cc", "-std=gnu11", "-g", "-O1", "-fPIC", "-shared", "-Wl,--build-id", "-o", output]
            + [Path.join(TestBuild.root, source)])
        return output
      }
      built = (paths[0], paths[1])
      return (paths[0], paths[1])
    }
  }

  static func byteCount(_ path: String) throws -> UInt64 {
    UInt64(try #require(try Files.status(path)).byteCount)
  }
}
