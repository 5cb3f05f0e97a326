internal import InterfaceSyntax
internal import SwiftParser

extension Project {
  func filesInSwift() -> [ProjectFile] {
    [
      ProjectFile("Makefile", makefileInSwift),
      ProjectFile("Package.swift", package),
      ProjectFile("Sources/\(module)/\(name.camel).swift", pluginInSwift),
      ProjectFile("Tests/\(module)Tests/\(name.camel)Tests.swift", testInSwift),
      ProjectFile("Sources/\(interfaceModule)/\(declaration.name).swift", interfaceInSwift),
      ProjectFile(
        "Sources/C\(interfaceModule)/headers.c",
        "/* SwiftPM wants a source file; the headers are all there is. */\n"),
    ]
      + declaration(headersIn: "Sources/C\(interfaceModule)/include")
  }

  private func declaration(headersIn directory: String) -> [ProjectFile] {
    interface.headers.map { ProjectFile("\(directory)/\($0.name)", $0.text) }
  }

  var module: String { name.camel + "Plugin" }
  var interfaceModule: String { declaration.name + "Interface" }
  /// The type that implements the protocol: no name of the protocol's own.
  var type: String { name.camel + declaration.name }

  private var makefileInSwift: String {
    """
    \(makefileHead)
    export PLUGIN_RUNTIME
    # The first build is the quicker for it: no index of the toolchain's own modules, which would be compiled for
    # that alone, and one compiler for each module, so that nothing is read twice.
    FLAGS = -Xswiftc -index-ignore-system-modules -Xswiftc -driver-batch-count -Xswiftc 1

    plugin:
    \tswift build --product \(name.plugin) $(FLAGS)

    test:
    \tswift build --build-tests $(FLAGS)
    \tswift test --skip-build $(FLAGS)

    clean:
    \tswift package clean

    .PHONY: plugin test clean

    """
  }

  private var package: String {
    """
    // swift-tools-version: 6.3
    import PackageDescription

    /// Where PluginRuntime is.
    let root = Context.environment["PLUGIN_RUNTIME"] ?? "\(root)"

    let abi = Target.Dependency.product(name: "CPluginABI", package: "Runtime")
    let kit = Target.Dependency.product(name: "PluginMacros", package: "PluginRuntime")
    let host = Target.Dependency.product(name: "PluginHost", package: "PluginRuntime")

    let package = Package(
      name: "\(name.plugin)",
      products: [.library(name: "\(name.plugin)", type: .dynamic, targets: ["\(module)"])],
      dependencies: [
        .package(name: "PluginRuntime", path: root), .package(path: root + "/Sources/Runtime"),
      ],
      targets: [
        // The interface, as its author declared it and as C sees it.
        .target(name: "C\(interfaceModule)", dependencies: [abi]),
        .target(name: "\(interfaceModule)", dependencies: ["C\(interfaceModule)", kit]),

        .target(name: "\(module)", dependencies: ["\(interfaceModule)"]),
        .testTarget(name: "\(module)Tests", dependencies: ["\(interfaceModule)", host]),
      ],
      swiftLanguageModes: [.v6]
    )

    """
  }

  var interfaceInSwift: String {
    """
    @_exported public import C\(interfaceModule)
    @_exported public import PluginMacros

    \(interface.swift)

    """
  }

  var pluginInSwift: String {
    """
    import \(interfaceModule)

    #plugin(
      name: "\(name.plugin)", version: "0.1.0", offers: ["\(declaration.id)/\(declaration.revision)"])

    /// One is made whenever a host initialises the plugin. What is called may be called by several threads at once.
    @PluginImplementation(\(declaration.name).self)
    struct \(type): \(declaration.name) {
    \(declaration.functions.map(methodInSwift).joined(separator: "\n\n"))
    }

    """
  }

  private func methodInSwift(_ function: InterfaceDeclaration.Function) -> String {
    let sample = SampleCall(function)
    let parameters = function.parameters.map { parameter in
      let label =
        parameter.label == parameter.name ? "" : (parameter.label.map(swiftName) ?? "_") + " "
      return "\(label)\(swiftName(parameter.name)): \(parameter.type.inSwift)"
    }
    let echoed = sample.echoed.map { swiftName(function.parameters[$0].name) }
    let isBorrowed = sample.echoed.map { function.parameters[$0].type != function.result } ?? false
    let value: String
    switch function.result {
    case .nothing: value = ""
    case .text: value = isBorrowed ? "String(copying: \(echoed!))" : echoed ?? "\"\""
    case .bytes: value = isBorrowed ? "Array(\(echoed!))" : echoed ?? "[]"
    case .scalar("Bool", _): value = echoed ?? "false"
    case .scalar: value = echoed ?? "0"
    case .optional where !function.canThrow: value = "nil"
    default:
      value = "throw PluginError(subject: \"\(function.name)\", message: \"it is not written yet\")"
    }
    return """
        func \(swiftName(function.name))(\(parameters.joined(separator: ", ")))\
      \(function.canThrow ? " throws(PluginError)" : "")\
      \(function.result == .nothing ? "" : " -> \(function.result.inSwift)") {
      \(value.isEmpty ? "" : "    \(value)\n")  }
      """
  }

  private var testInSwift: String {
    """
    import Foundation
    import \(interfaceModule)
    import PluginHost
    import Testing

    @Suite("\(name.plugin)")
    struct \(name.camel)Tests {
      /// The plugin lies beside the program that runs this.
      static let plugin = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        .deletingLastPathComponent().appendingPathComponent("lib\(name.plugin).so").path

      @Test("is loaded by a host, and answers")
      func answers() throws {
        let host = try PluginHost(name: "tests")
        try host.load(Self.plugin)
        try \(declaration.name)Proxy.withImplementations(host.account) { all in
          let plugin = try #require(all.first)
    \(declaration.functions.map { "      " + checkInSwift($0) }.joined(separator: "\n"))
        }
      }
    }

    """
  }

  private func checkInSwift(_ function: InterfaceDeclaration.Function) -> String {
    let sample = SampleCall(function)
    func argument(_ index: Int) -> String? {
      switch function.parameters[index].type {
      case .text: "\"\(SampleCall.text(index))\""
      case .bytes: "[\(SampleCall.number(index))]"
      case .scalar("Bool", _): "true"
      case .scalar: "\(SampleCall.number(index))"
      default: nil
      }
    }
    let arguments = function.parameters.indices.map(argument)
    guard sample.isCallable, !arguments.contains(nil) else {
      return "// \(function.name): call it here, with values of your own."
    }
    let list = zip(function.parameters, arguments).map { parameter, value in
      (parameter.label.map { swiftName($0) + ": " } ?? "") + value!
    }
    let call = "plugin.\(swiftName(function.name))(\(list.joined(separator: ", ")))"
    let tried = function.canThrow ? "try " : ""
    switch function.result {
    case .nothing: return tried + call
    case .text: return "#expect(\(tried)\(call) == \(sample.echoed.flatMap(argument) ?? "\"\""))"
    case .bytes: return "#expect(\(tried)\(call) == \(sample.echoed.flatMap(argument) ?? "[]"))"
    case .scalar("Bool", _):
      return "#expect(\(tried)\(call) == \(sample.echoed == nil ? "false" : "true"))"
    default: return "#expect(\(tried)\(call) == \(sample.echoed.flatMap(argument) ?? "0"))"
    }
  }
}

/// A name as Swift takes it anywhere.
private func swiftName(_ name: String) -> String {
  name.isValidSwiftIdentifier(for: .variableName) ? name : "`\(name)`"
}
