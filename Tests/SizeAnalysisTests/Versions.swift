import ELFInspection
import Platform
import SizeAnalysis
import Synchronization
import TestSupport

/// A library before and after, built from the sources in `Tests/Fixtures/size-before-and-after`.
enum Versions {
  static let c = Versions.Pair("c") { version, output in
    try Tool.run(
      ["cc", "-std=gnu11", "-g", "-O1", "-fPIC", "-shared", "-Wl,--build-id", "-o", output]
        + [source(version, "library.c")])
  }

  /// The module is called Shapes before and Figures after.
  static let swift = Versions.Pair("swift") { version, output in
    try Tool.run(
      ["swiftc", "-emit-library", "-O", "-parse-as-library", "-o", output]
        + ["-module-name", version == "old" ? "Shapes" : "Figures"]
        + [source(version, "library.swift")])
  }

  /// Two paths, built when they are first asked for.
  final class Pair: Sendable {
    private let name: String
    private let build: @Sendable (_ version: String, _ output: String) throws -> Void
    private let built = Mutex<(old: String, new: String)?>(nil)

    init(_ name: String, _ build: @escaping @Sendable (String, String) throws -> Void) {
      self.name = name
      self.build = build
    }

    func paths() throws -> (old: String, new: String) {
      try built.withLock { built in
        if let built { return built }
        let directory = try TemporaryDirectory.make("versions-" + name)
        let paths = (
          old: Path.join(directory, "old/lib\(name).so"),
          new: Path.join(directory, "new/lib\(name).so")
        )
        for (version, path) in [("old", paths.old), ("new", paths.new)] {
          try Files.makeDirectory(Path.parent(of: path))
          try build(version, path)
        }
        built = paths
        return paths
      }
    }
  }

  private static func source(_ version: String, _ name: String) -> String {
    Path.join(TestBuild.root, "Tests/Fixtures/size-before-and-after/\(version)/\(name)")
  }
}

/// A comparison of two files and the names to read it with.
struct Compared {
  var file: FileComparison
  var names: NameFacts

  init(_ old: String, _ new: String, depth: Depth = .symbols) throws {
    let sets = FileSet.read([[old], [new]], depth: depth)
    guard let before = sets[0].files.first, let after = sets[1].files.first else {
      throw sets[0].failures.first ?? sets[1].failures[0]
    }
    file = FileComparison(old: before, new: after, names: sets[1].names)
    names = sets[1].names
  }

  /// The change of the symbol that is called so in people's form, before or after.
  func change(_ name: String) -> SymbolChange? {
    file.symbols?.first { change in
      [change.old, change.new].contains { $0.map { names.demangled($0.name) } == name }
    }
  }

  func changes(_ predicate: (String) -> Bool) -> [SymbolChange] {
    file.symbols?.filter { predicate(names.demangled($0.name)) } ?? []
  }
}

extension FileComparison {
  /// What the parts add up to.
  var sumOfParts: Int64 { parts.reduce(0) { $0 + $1.file.delta } }

  /// What symbols and what they leave of the parts add up to.
  var sumOfSymbols: Int64 {
    (symbols ?? []).reduce(0) { $0 + $1.size.delta }
      + parts.reduce(0) { $0 + ($1.remainder?.delta ?? 0) }
  }
}

func byteCount(_ path: String) throws -> Int64 { Int64(try Files.read(path).count) }
