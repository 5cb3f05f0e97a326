// swift-tools-version: 6.3
//
// The editor, its hooks, and the plugin that is written in Swift. The Makefile beside this file builds the
// others. See README.md.
import PackageDescription

let root = "../.."
let abi = Target.Dependency.product(name: "CPluginABI", package: "Runtime")
let host = Target.Dependency.product(name: "PluginHost", package: "PluginRuntime")
let kit = Target.Dependency.product(name: "PluginMacros", package: "PluginRuntime")

let package = Package(
  name: "TextEditor",
  products: [
    .library(name: "auto-indent", type: .dynamic, targets: ["AutoIndent"]),
    .executable(name: "edit", targets: ["edit"]),
  ],
  dependencies: [
    .package(name: "PluginRuntime", path: root),
    .package(path: root + "/Sources/Runtime"),
  ],
  targets: [
    // The hooks: protocols, and the headers that plugin-interface has written from them.
    .target(name: "CEditorHooks", dependencies: [abi], exclude: ["rust"]),
    .target(name: "EditorHooks", dependencies: ["CEditorHooks", kit]),

    .target(name: "AutoIndent", dependencies: ["EditorHooks"]),

    .target(name: "EditorCore", dependencies: ["EditorHooks", host]),
    .executableTarget(name: "edit", dependencies: ["EditorCore", "EditorHooks", host]),
  ],
  swiftLanguageModes: [.v6]
)
