// swift-tools-version: 6.3
//
// One interface, declared once in Swift; a plugin in Swift and one in C that implement it; a host that
// asks both. See README.md beside this file.
import PackageDescription

let root = "../.."
let kit = Target.Dependency.product(name: "PluginMacros", package: "PluginRuntime")

let package = Package(
  name: "Greeter",
  products: [
    .library(name: "polite", type: .dynamic, targets: ["Polite"]),
    .library(name: "terse", type: .dynamic, targets: ["Terse"]),
    .executable(name: "greet", targets: ["greet"]),
  ],
  dependencies: [
    .package(name: "PluginRuntime", path: root),
    .package(path: root + "/Sources/Runtime"),
  ],
  targets: [
    // The interface: a protocol, and the header that plugin-interface has written from it.
    .target(name: "CGreeter", dependencies: [.product(name: "CPluginABI", package: "Runtime")]),
    .target(name: "Greeter", dependencies: ["CGreeter", kit]),

    .target(name: "Polite", dependencies: ["Greeter"]),
    .target(
      name: "Terse", dependencies: ["CGreeter", .product(name: "CPluginABI", package: "Runtime")],
      publicHeadersPath: "."),

    .executableTarget(
      name: "greet",
      dependencies: ["Greeter", .product(name: "PluginHost", package: "PluginRuntime")]),
  ],
  swiftLanguageModes: [.v6]
)
