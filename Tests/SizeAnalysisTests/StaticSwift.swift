import Platform
import Synchronization
import TestSupport

/// A shared object of Swift with its runtime and standard library in it, and a little C++ and C: what
/// a plugin is that somebody builds with `-static-stdlib`.
enum StaticSwift {
  struct Built {
    var whole: String
    /// The same without the table for debuggers.
    var stripped: String
    /// The Swift part alone, which imports the standard library.
    var dynamic: String
  }

  private static let swift = """
    public struct Pebble { public var weight: Int }
    public protocol Heavy { associatedtype Unit; var grams: Unit { get } }
    extension Pebble: Heavy { public var grams: Int { weight } }
    extension Pebble: CustomStringConvertible { public var description: String { "a pebble" } }
    public enum Kind { case round(Pebble), flat }
    private final class Hidden { var inner = [Pebble](); init() {} }
    public final class Bag {
      var pebbles: [Pebble] = []
      private var hidden = Hidden()
      public init() {}
      public func add(_ pebble: Pebble) { pebbles.append(pebble); hidden.inner = pebbles }
      public func sort() { pebbles.sort { $0.weight < $1.weight } }
    }
    extension Array where Element == Int { public func tally() -> Int { reduce(0, +) } }
    """

  private static let cxx = """
    #include <string>
    #include <vector>
    extern "C" int plr_sample(int value) { return value * 3 + 1; }
    std::vector<std::string> words;
    extern "C" void add_word(const char *word) { words.push_back(word); }
    """

  private static let built = Mutex<Built?>(nil)

  static func build() throws -> Built {
    try built.withLock { built in
      if let built { return built }
      let directory = try TemporaryDirectory.make("static-swift")
      func file(_ name: String) -> String { Path.join(directory, name) }
      try FileEdits.write(Array(swift.utf8), to: file("Stones.swift"))
      try FileEdits.write(Array(cxx.utf8), to: file("words.cc"))
      try Tool.run(["c++", "-c", "-O1", "-fPIC", file("words.cc"), "-o", file("words.o")])
      try Tool.run(
        ["swiftc", "-c", "-O", "-wmo", "-parse-as-library", "-module-name", "Stones"]
          + [file("Stones.swift"), "-o", file("Stones.o")])
      let result = Built(
        whole: file("whole.so"), stripped: file("stripped.so"), dynamic: file("dynamic.so"))
      try Tool.run(
        ["swiftc", "-emit-library", "-static-stdlib", file("Stones.o"), file("words.o")]
          + ["-lstdc++", "-o", result.whole])
      try Tool.run(["strip", "-o", result.stripped, result.whole])
      try Tool.run(["swiftc", "-emit-library", file("Stones.o"), "-o", result.dynamic])
      built = result
      return result
    }
  }
}
