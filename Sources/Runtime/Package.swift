// swift-tools-version: 6.3
//
// The runtime is a package of its own because SwiftPM links the targets of one package statically
// into every product: only a dynamic product of *another* package exists once in a process.
import PackageDescription

let package = Package(
  name: "Runtime",
  products: [
    .library(name: "PluginRuntime", type: .dynamic, targets: ["PluginRuntime"]),
    .library(name: "PluginRuntimeStatic", type: .static, targets: ["PluginRuntime"]),
    .library(name: "CPluginABI", targets: ["CPluginABI"]),
  ],
  targets: [
    .target(
      name: "CPluginABI",
      path: "CPluginABI",
      cSettings: [.unsafeFlags(["-std=c11", "-Wall", "-Wextra", "-Werror", "-pedantic"])]
    ),
    .target(
      name: "CRuntimeSupport", path: "CRuntimeSupport",
      cSettings: [.unsafeFlags(["-Os"], .when(configuration: .release))]),
    .target(
      name: "PluginRuntime",
      dependencies: ["CPluginABI", "CRuntimeSupport"],
      path: "PluginRuntime",
      swiftSettings: [
        .unsafeFlags(["-index-ignore-system-modules"]),
        .strictMemorySafety(),
        .treatAllWarnings(as: .error),
        // Two libraries fewer for every process to map; the runtime uses neither.
        .unsafeFlags([
          "-Xfrontend", "-disable-implicit-concurrency-module-import",
          "-Xfrontend", "-disable-implicit-string-processing-module-import",
          // The linker can leave out each function that nothing calls.
          "-Xfrontend", "-function-sections",
        ]),
        // Every process maps this library: small code is worth more than the last nanosecond, and what is
        // fast is so by what it does not do. Nobody reflects on its types.
        .unsafeFlags(
          ["-Osize", "-Xfrontend", "-disable-reflection-metadata"],
          .when(configuration: .release)),
      ],
      // Swift's runtime keeps addresses of every image it has seen: none may be unmapped.
      // A name of its own makes the loader see one library wherever copies of the file lie.
      linkerSettings: [
        .unsafeFlags([
          "-Xlinker", "-z", "-Xlinker", "nodelete", "-Xlinker", "-soname", "-Xlinker",
          "libPluginRuntime.so",
        ]),
        // The toolchain's own linker folds functions that came out the same and leaves out unused ones.
        .unsafeFlags(
          ["-use-ld=lld", "-Xlinker", "--icf=all", "-Xlinker", "--gc-sections"],
          .when(configuration: .release)),
      ]
    ),
  ],
  swiftLanguageModes: [.v6]
)
