// swift-tools-version: 6.3
import PackageDescription

/// What every Swift target is held to.
let strict: [SwiftSetting] = [
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

/// For what runs inside the measured process or inside a plugin: two libraries fewer to map, and the
/// linker can leave out each function that nothing calls.
let lean: [SwiftSetting] =
  strict + [
    .unsafeFlags([
      "-Xfrontend", "-disable-implicit-concurrency-module-import",
      "-Xfrontend", "-disable-implicit-string-processing-module-import",
      "-Xfrontend", "-function-sections",
    ])
  ]

let abi = Target.Dependency.product(name: "CPluginABI", package: "Runtime")
let runtime = Target.Dependency.product(name: "PluginRuntime", package: "Runtime")

let package = Package(
  name: "PluginRuntime",
  products: [
    .library(name: "PluginKit", targets: ["PluginKit"]),
    .library(name: "PluginServices", targets: ["PluginServices"]),
    .library(name: "CEmbeddedPlugin", targets: ["CEmbeddedPlugin"]),
    .library(name: "PluginHost", targets: ["PluginHost"]),
    .library(name: "PluginSets", targets: ["PluginSets"]),
    .library(name: "PluginTrust", targets: ["PluginTrust"]),
    .library(name: "ELFInspection", targets: ["ELFInspection"]),
    .executable(name: "bench-runtime", targets: ["bench-runtime"]),
    .executable(name: "plugin-host", targets: ["plugin-host"]),
    .executable(name: "package-runtime", targets: ["package-runtime"]),
    .executable(name: "size-report", targets: ["size-report"]),
  ],
  dependencies: [.package(path: "Sources/Runtime")],
  targets: [
    .systemLibrary(name: "CDemangle"),
    .systemLibrary(name: "CDw", pkgConfig: "libdw", providers: [.apt(["libdw-dev"])]),
    .systemLibrary(name: "CElf"),
    .systemLibrary(name: "CLibelf", pkgConfig: "libelf", providers: [.apt(["libelf-dev"])]),
    .systemLibrary(name: "CLoader"),
    .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
    .systemLibrary(name: "CSodium", pkgConfig: "libsodium", providers: [.apt(["libsodium-dev"])]),

    // What plugins and hosts are made with.
    .target(name: "PluginKit", dependencies: [abi, runtime], swiftSettings: lean),
    .target(name: "PluginServices", dependencies: [abi], swiftSettings: lean),
    .target(
      name: "CEmbeddedPlugin", dependencies: [abi],
      cSettings: [.unsafeFlags(["-std=c11", "-Wall", "-Wextra", "-Werror", "-ffunction-sections"])]),
    .target(name: "CPlatform", cSettings: [.unsafeFlags(["-Wall", "-Wextra", "-Werror"])]),
    .target(name: "Platform", dependencies: ["CPlatform"], swiftSettings: lean),
    .target(name: "ELFReading", dependencies: [abi, "CElf", "Platform"], swiftSettings: lean),
    .target(
      name: "ELFInspection", dependencies: [abi, "CElf", "CLibelf", "ELFReading", "Platform"],
      swiftSettings: lean),
    .target(
      name: "PluginHost", dependencies: [abi, runtime, "CLoader", "ELFReading", "Platform"],
      swiftSettings: lean),
    .target(
      name: "PluginTrust", dependencies: ["CSodium", "Platform", "PluginHost"],
      swiftSettings: lean),

    // The measured process.
    .target(name: "CProbe", cSettings: [.unsafeFlags(["-Wall", "-Wextra", "-Werror"])]),
    .executableTarget(
      name: "bench-probe", dependencies: ["CProbe", "PluginHost", abi], swiftSettings: lean),
    .executableTarget(
      name: "bench-probe-floor", dependencies: ["CProbe"],
      cSettings: [.unsafeFlags(["-Wall", "-Wextra", "-Werror"])]),

    // Measuring and telling.
    .target(name: "CommandLine", swiftSettings: strict),
    .target(name: "Measurement", swiftSettings: strict),
    .target(name: "ConcurrentMap", swiftSettings: strict),
    .target(name: "Reporting", dependencies: ["ConcurrentMap"], swiftSettings: strict),
    .target(
      name: "PluginSets", dependencies: ["CSodium", "ELFInspection", "Platform"],
      swiftSettings: strict),
    .target(
      name: "SizeAnalysis",
      dependencies: [
        "CDemangle", "CDw", "CommandLine", "ConcurrentMap", "ELFInspection", "Platform",
      ],
      swiftSettings: strict),
    .target(name: "CPostgreSQL", cSettings: [.unsafeFlags(["-Wall", "-Wextra", "-Werror"])]),
    .target(
      name: "Regression",
      dependencies: ["CPostgreSQL", "CSodium", "CSQLite", "Measurement", "Platform", "Reporting"],
      swiftSettings: strict),
    .target(
      name: "RuntimeBenchmark",
      dependencies: [
        "ELFInspection", "Measurement", "Platform", "PluginSets", "Regression", "Reporting",
      ],
      swiftSettings: strict),
    .target(
      name: "CommandOutput", dependencies: ["CommandLine", "Platform", "Reporting"],
      swiftSettings: strict),
    .executableTarget(
      name: "bench-runtime",
      dependencies: [
        "CommandLine", "CommandOutput", "Measurement", "Platform", "PluginSets", "Regression",
        "Reporting", "RuntimeBenchmark",
      ],
      swiftSettings: strict),
    .executableTarget(
      name: "package-runtime",
      dependencies: ["CommandLine", "Platform", "PluginSets", "Reporting"],
      swiftSettings: strict),
    .executableTarget(
      name: "size-report",
      dependencies: [
        "CommandLine", "CommandOutput", "ConcurrentMap", "ELFInspection", "Measurement", "Platform",
        "Regression", "Reporting", "SizeAnalysis",
      ],
      swiftSettings: strict),
    .executableTarget(
      name: "plugin-host",
      dependencies: [
        "CommandLine", "CommandOutput", "ELFInspection", "Platform", "PluginHost", "PluginTrust",
        "Reporting",
      ],
      swiftSettings: strict),

    // Tests are claims; fixtures are built from the sources in Tests/Fixtures.
    .systemLibrary(name: "CFixture", path: "Tests/Fixtures/include"),
    .target(
      name: "TestSupport", dependencies: [abi, "Platform"], path: "Tests/TestSupport",
      swiftSettings: strict),
    .testTarget(
      name: "ABITests",
      dependencies: [
        abi, runtime, "ELFInspection", "Platform", "PluginHost", "TestSupport",
      ],
      exclude: ["exports.txt"],
      swiftSettings: strict),
    .testTarget(
      name: "PluginRuntimeTests",
      dependencies: [abi, runtime, "Platform", "PluginServices", "TestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "ELFInspectionTests",
      dependencies: [abi, "CLibelf", "ELFInspection", "Platform", "TestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "PluginHostTests",
      dependencies: [
        abi, runtime, "CFixture", "ELFInspection", "Platform", "PluginHost", "PluginTrust",
        "TestSupport",
      ],
      swiftSettings: strict),
    .testTarget(name: "CommandLineTests", dependencies: ["CommandLine"], swiftSettings: strict),
    .testTarget(name: "MeasurementTests", dependencies: ["Measurement"], swiftSettings: strict),
    .testTarget(
      name: "ReportingTests", dependencies: ["CSodium", "Platform", "Reporting", "TestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "PlatformTests", dependencies: ["Platform", "TestSupport"], swiftSettings: strict),
    .testTarget(
      name: "PluginSetsTests",
      dependencies: [
        abi, runtime, "CProbe", "ELFInspection", "Platform", "PluginHost", "PluginSets",
        "TestSupport",
      ],
      swiftSettings: strict),
    .testTarget(
      name: "RegressionTests",
      dependencies: ["Measurement", "Platform", "Regression", "Reporting", "TestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "RuntimeBenchmarkTests",
      dependencies: [
        "Measurement", "Platform", "PluginSets", "Regression", "Reporting", "RuntimeBenchmark",
        "TestSupport",
      ], swiftSettings: strict),
    .testTarget(
      name: "SizeAnalysisTests",
      dependencies: ["ELFInspection", "Platform", "SizeAnalysis", "TestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "CommandTests", dependencies: ["ELFInspection", "Platform", "TestSupport"],
      swiftSettings: strict),
  ],
  swiftLanguageModes: [.v6]
)
