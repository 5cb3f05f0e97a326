import Platform
import Synchronization
import TestSupport

/// Object files, each compiled another way from one C and one Swift source.
enum Objects {
  private static let c = """
    #include <stdio.h>
    struct point { double x, y; const char *name; };
    static const char *const names[] = {"first", "second", "third"};
    struct point origin = {0, 0, "origin"};
    int counter;
    static _Thread_local int depth = 3;
    static long add(long left, long right) { return left + right + depth; }
    long (*const operation)(long, long) = add;
    int describe(const struct point *point) {
      counter++;
      return printf("%s %g %s", point->name, point->x, names[counter % 3]);
    }
    int describe_again(const struct point *) __attribute__((alias("describe")));
    """

  private static let swift = """
    public protocol Shape { func area() -> Int }
    public struct Square: Shape { let side: Int; public func area() -> Int { side * side } }
    public final class Stack<Element> {
      var items: [Element] = []
      public init() {}
      public func push(_ item: Element) { items.append(item) }
    }
    public func fill(_ stack: Stack<Square>) { for side in 0..<9 { stack.push(Square(side: side)) } }
    """

  private static let variants: [(name: String, source: String, command: [String])] = [
    ("plain", "point.c", ["cc", "-c", "-O1"]),
    ("common", "point.c", ["cc", "-c", "-O0", "-fcommon"]),
    ("sections", "point.c", ["cc", "-c", "-Os", "-ffunction-sections", "-fdata-sections"]),
    ("position-independent", "point.c", ["cc", "-c", "-O2", "-fPIC"]),
    ("debug", "point.c", ["cc", "-c", "-g"]),
    ("debug-compressed", "point.c", ["cc", "-c", "-g3", "-gz"]),
    ("clang", "point.c", ["clang", "-c", "-O1", "-g", "-ffunction-sections"]),
    ("clang-compressed", "point.c", ["clang", "-c", "-g", "-gz"]),
    (
      "swift", "shape.swift", ["swiftc", "-c", "-O", "-parse-as-library", "-module-name", "Shapes"]
    ),
    ("swift-debug", "shape.swift", ["swiftc", "-c", "-g", "-parse-as-library"]),
  ]

  private static let built = Mutex<[String]?>(nil)

  static func paths() throws -> [String] {
    try built.withLock { built in
      if let built { return built }
      let directory = try TemporaryDirectory.make("objects")
      for (name, text) in [("point.c", c), ("shape.swift", swift)] {
        try FileEdits.write(Array(text.utf8), to: Path.join(directory, name))
      }
      let paths = try variants.map { name, source, command in
        let output = Path.join(directory, name + ".o")
        try Tool.run(command + [Path.join(directory, source), "-o", output])
        return output
      }
      built = paths
      return paths
    }
  }
}
