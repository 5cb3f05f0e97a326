// swift-tools-version: 6.3
//
// What a call across the boundary costs, in each of the ways there are. See run beside this file.
import PackageDescription

let root = "../.."
let kit = Target.Dependency.product(name: "PluginMacros", package: "PluginRuntime")
let abi = Target.Dependency.product(name: "CPluginABI", package: "Runtime")

let package = Package(
  name: "Calls",
  products: [
    .library(name: "measured", type: .dynamic, targets: ["Plugin"]),
    .library(name: "measured-c", type: .dynamic, targets: ["CPlugin"]),
    .library(name: "neighbour", type: .dynamic, targets: ["Neighbour"]),
    .executable(name: "calls", targets: ["calls"]),
  ],
  dependencies: [
    .package(name: "PluginRuntime", path: root),
    .package(path: root + "/Sources/Runtime"),
  ],
  targets: [
    .target(name: "CInterface", dependencies: [abi]),
    .target(name: "Interface", dependencies: ["CInterface", kit]),
    .target(name: "Plugin", dependencies: ["Interface"]),
    .target(name: "CPlugin", dependencies: ["CInterface", abi], publicHeadersPath: "."),
    // An implementation in another module of this program, and in a library that is no plugin: called as plugins are.
    .target(name: "Neighbour", dependencies: ["Interface"]),
    .executableTarget(
      name: "calls",
      dependencies: [
        "Interface", "Neighbour", "CCalls",
        .product(name: "PluginHost", package: "PluginRuntime"),
      ]),
    .target(name: "CCalls", dependencies: ["CInterface"]),
  ],
  swiftLanguageModes: [.v6]
)
