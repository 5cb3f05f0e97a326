internal import CommandLine
internal import InterfaceSyntax
internal import Platform
internal import PluginProject

/// The checkout of PluginRuntime that this program was built in.
enum Checkout {
  static func root() throws -> String {
    var candidate = Path.parent(of: try executablePath())
    while !Files.exists(Path.join(candidate, "Sources/Runtime/Package.swift")) {
      let parent = Path.parent(of: candidate)
      guard parent != candidate else {
        throw CommandLineError(
          .invalidValue, subject: "new-plugin", expected: "a checkout of PluginRuntime above it",
          fix: "run tools/new-plugin of a checkout")
      }
      candidate = parent
    }
    return candidate
  }
}

/// Where interfaces are found: in the examples by id, or in a Swift file.
struct Interfaces {
  let root: String

  /// - Parameter text: an id, a Swift file, or FILE:ID.
  func find(_ text: String) throws -> DeclaredInterface {
    if let file = text.split(separator: ":").first.map(String.init), file.hasSuffix(".swift") {
      return try choose(
        try DeclaredInterface.all(inSource: try Files.readText(file), name: file),
        id: file == text ? nil : String(text.dropFirst(file.utf8.count + 1)), of: file)
    }
    let known = try examples()
    if let found = known.first(where: { $0.declaration.id == text }) { return found }
    throw CommandLineError(
      .invalidValue, subject: "--interface", found: text,
      expected: "an interface of the examples ("
        + known.map(\.declaration.id).joined(separator: ", ")
        + ") or a Swift file that declares one",
      fix: "name the file: --interface PATH.swift")
  }

  private func choose(
    _ interfaces: [DeclaredInterface], id: String?, of file: String
  ) throws -> DeclaredInterface {
    let found = interfaces.filter { id == nil || $0.declaration.id == id }
    guard found.count != 1 else { return found[0] }
    let ids = interfaces.map(\.declaration.id).joined(separator: ", ")
    throw CommandLineError(
      .invalidValue, subject: "--interface", found: id ?? file,
      expected: interfaces.isEmpty
        ? "a protocol with '@PluginInterface' in '\(file)'" : "one of \(ids)",
      fix: interfaces.isEmpty
        ? "put it before the protocol that plugins implement"
        : "name it: \(file):\(interfaces[0].declaration.id)")
  }

  private func examples() throws -> [DeclaredInterface] {
    let directory = Path.join(root, "Examples")
    return try Files.list(directory).flatMap { example in
      try sources(below: Path.join(directory, example + "/Sources")).flatMap {
        try DeclaredInterface.all(inSource: try Files.readText($0), name: $0)
      }
    }
  }

  private func sources(below directory: String) throws -> [String] {
    guard try Files.status(directory)?.isDirectory == true else { return [] }
    return try Files.list(directory).flatMap { name in
      let path = Path.join(directory, name)
      if try Files.status(path)?.isDirectory == true { return try sources(below: path) }
      return name.hasSuffix(".swift") ? [path] : []
    }
  }
}
