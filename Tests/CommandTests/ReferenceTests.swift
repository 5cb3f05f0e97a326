import Foundation
import Platform
import TestSupport
import Testing

/// What the compiler knows of a module's public declarations.
private struct SymbolGraph: Decodable {
  struct Symbol: Decodable {
    struct Kind: Decodable { var identifier: String }
    struct Identifier: Decodable { var precise: String }
    struct Comment: Decodable {
      struct Line: Decodable { var text: String }
      var lines: [Line]
    }
    var kind: Kind
    var identifier: Identifier
    var pathComponents: [String]
    var docComment: Comment?

    var isDocumented: Bool { docComment?.lines.contains { !$0.text.isEmpty } == true }
  }
  struct Relationship: Decodable {
    var kind: String
    var source: String
  }
  var symbols: [Symbol]
  var relationships: [Relationship]
}

@Suite("The reference of the Swift modules")
struct ReferenceTests {
  static let modules = [
    "PluginKit", "PluginInterfaces", "PluginMacros", "PluginServices", "PluginHost",
  ]

  static let graphs = Result {
    let directory = try TemporaryDirectory.make("graphs")
    try Tool.run([
      Path.join(TestBuild.root, "tools/docs"), "--graphs", directory, TestBuild.directory,
    ])
    return directory
  }

  @Test("says something of every public symbol", arguments: modules)
  func isComplete(_ module: String) throws {
    let directory = try Self.graphs.get()
    // What a module adds to types of others stands in files of its own.
    let files = try Files.list(directory).filter {
      $0 == "\(module).symbols.json" || $0.hasPrefix("\(module)@")
    }
    try #require(!files.isEmpty)
    var undocumented: [String] = []
    for file in files {
      let graph = try JSONDecoder().decode(
        SymbolGraph.self, from: Data(try Files.read(Path.join(directory, file))))
      #expect(!graph.symbols.isEmpty, "\(file)")
      // What a protocol asks for is said there.
      let required = Set(
        graph.relationships.filter { ["defaultImplementationOf", "overrides"].contains($0.kind) }
          .map(\.source))
      for symbol in graph.symbols
      where symbol.kind.identifier != "swift.extension" && !symbol.isDocumented
        && !required.contains(symbol.identifier.precise) && !Self.speaksForItself(symbol)
      {
        undocumented.append(
          "\(symbol.kind.identifier) \(symbol.pathComponents.joined(separator: "."))")
      }
    }
    #expect(undocumented.isEmpty, "\(undocumented.joined(separator: "\n"))")
  }

  /// What the standard library's protocols ask for, whose meaning they define.
  private static func speaksForItself(_ symbol: SymbolGraph.Symbol) -> Bool {
    let name = symbol.pathComponents.last ?? ""
    return [
      "description", "==(_:_:)", "hash(into:)", "hashValue", "<(_:_:)", "rawValue",
      "init(rawValue:)",
    ]
    .contains(name) || symbol.pathComponents.count == 2 && name == "init()"
  }
}
