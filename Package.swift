// swift-tools-version: 6.3
import CompilerPluginSupport
import Glibc
import PackageDescription

/// Where the toolchain that evaluates this keeps the libraries that macros are made with: SwiftPM's own
/// program, which runs this one, lies in its `bin`.
let macroLibraries: String = {
  guard let program = realpath("/proc/\(getppid())/exe", nil) else {
    return "/usr/lib/swift/host"
  }
  defer { free(program) }
  let bin = String(cString: program).split(separator: "/").dropLast()
  return "/" + (bin.dropLast() + ["lib", "swift", "host"]).joined(separator: "/")
}()

/// What every Swift target is held to.
let strict: [SwiftSetting] = [
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  // For the index alone, the compiler would compile the toolchain's own modules once more.
  .unsafeFlags(["-index-ignore-system-modules"]),
]

/// For what runs inside the measured process or inside a plugin: two libraries fewer to map, and the
/// linker can leave out each function that nothing calls.
let hosted: [SwiftSetting] =
  strict + [
    .unsafeFlags([
      "-Xfrontend", "-disable-implicit-concurrency-module-import",
      "-Xfrontend", "-disable-implicit-string-processing-module-import",
      "-Xfrontend", "-function-sections",
      // Else values are copied and destroyed through tables of their types, which are made at start.
      "-Xfrontend", "-disable-type-layout",
    ])
  ]

/// The same for what many processes or plugins carry each: small code is worth more than fast code.
let lean: [SwiftSetting] =
  hosted + [.unsafeFlags(["-Osize"], .when(configuration: .release))]

/// For what reads and writes Swift source.
let swiftSyntax: [SwiftSetting] = strict + [.unsafeFlags(["-I", macroLibraries])]
let swiftSyntaxLinking: [LinkerSetting] = [
  .unsafeFlags(["-L", macroLibraries, "-Xlinker", "-rpath", "-Xlinker", macroLibraries])
]

let abi = Target.Dependency.product(name: "CPluginABI", package: "Runtime")
let runtime = Target.Dependency.product(name: "PluginRuntime", package: "Runtime")

let package = Package(
  name: "PluginRuntime",
  products: [
    .library(name: "PluginKit", targets: ["PluginKit"]),
    .library(name: "PluginInterfaces", targets: ["PluginInterfaces"]),
    .library(name: "PluginMacros", targets: ["PluginMacros"]),
    .library(name: "PluginServices", targets: ["PluginServices"]),
    .library(name: "CEmbeddedPlugin", targets: ["CEmbeddedPlugin"]),
    .library(name: "PluginHost", targets: ["PluginHost"]),
    .library(name: "PluginSets", targets: ["PluginSets"]),
    .library(name: "PluginHostConcurrency", targets: ["PluginHostConcurrency"]),
    .library(name: "PluginQuarantine", targets: ["PluginQuarantine"]),
    .library(name: "PluginTrust", targets: ["PluginTrust"]),
    .library(name: "ELFInspection", targets: ["ELFInspection", "DebugInspection"]),
    .executable(name: "bench-runtime", targets: ["bench-runtime"]),
    .executable(name: "plugin-host", targets: ["plugin-host"]),
    .executable(name: "plugin-interface", targets: ["plugin-interface"]),
    .executable(name: "new-plugin", targets: ["new-plugin"]),
    .executable(name: "plugin-probe", targets: ["plugin-probe"]),
    .executable(name: "package-runtime", targets: ["package-runtime"]),
    .executable(name: "size-report", targets: ["size-report"]),
  ],
  dependencies: [.package(path: "Sources/Runtime")],
  targets: [
    .systemLibrary(name: "CCxxDemangle"),
    .systemLibrary(name: "CDw", pkgConfig: "libdw", providers: [.apt(["libdw-dev"])]),
    .systemLibrary(name: "CElf"),
    .systemLibrary(name: "CLibelf", pkgConfig: "libelf", providers: [.apt(["libelf-dev"])]),
    .systemLibrary(name: "CLoader"),
    .systemLibrary(name: "CSwiftDemangle"),
    .systemLibrary(name: "CPluginHeap", path: "Sources/Runtime/CHeapTracker/include"),
    .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
    .systemLibrary(name: "CSodium", pkgConfig: "libsodium", providers: [.apt(["libsodium-dev"])]),

    // What plugins and hosts are made with.
    .target(name: "PluginKit", dependencies: [abi, runtime], swiftSettings: lean),
    // Apart from PluginKit, so that a plugin without interfaces in Swift does not carry it.
    .target(
      name: "PluginInterfaces", dependencies: [abi, runtime, "PluginKit"], swiftSettings: lean),
    .target(
      name: "InterfaceSyntax", swiftSettings: swiftSyntax, linkerSettings: swiftSyntaxLinking),
    .macro(
      name: "PluginMacroExpansion", dependencies: ["InterfaceSyntax", "Manifests"],
      swiftSettings: swiftSyntax, linkerSettings: swiftSyntaxLinking),
    .target(
      name: "PluginMacros", dependencies: ["PluginInterfaces", "PluginMacroExpansion"],
      swiftSettings: lean),
    .target(name: "PluginServices", dependencies: [abi], swiftSettings: lean),
    .target(
      name: "CEmbeddedPlugin", dependencies: [abi],
      cSettings: [.unsafeFlags(["-std=c11", "-Wall", "-Wextra", "-Werror", "-ffunction-sections"])]),
    // Linked into runtime libraries that hold the standard library, by `PluginSets`.
    .target(
      name: "CLazyMath",
      cSettings: [
        .unsafeFlags(["-Wall", "-Wextra", "-Werror", "-ffunction-sections", "-fno-builtin"])
      ]),
    .target(name: "CPluginPins", cSettings: [.unsafeFlags(["-Wall", "-Wextra", "-Werror"])]),
    .target(name: "CPlatform", cSettings: [.unsafeFlags(["-Wall", "-Wextra", "-Werror"])]),
    .target(name: "Platform", dependencies: ["CPlatform"], swiftSettings: hosted),
    // Apart from SizeAnalysis, so that a host can ask it before it demangles a name.
    .target(name: "MangledNames", swiftSettings: lean),
    // Apart from ELFReading, so that the macros' tool does not compile what reads files.
    .target(name: "Manifests", dependencies: [abi], swiftSettings: lean),
    .target(
      name: "ELFReading", dependencies: [abi, "CElf", "Manifests", "Platform"],
      swiftSettings: hosted),
    .target(
      name: "ELFInspection", dependencies: [abi, "CElf", "CLibelf", "ELFReading", "Platform"],
      swiftSettings: lean),
    .target(
      name: "PluginHost",
      dependencies: [
        abi, runtime, "CLoader", "CPluginHeap", "CPluginPins", "ELFReading", "MangledNames",
        "Platform",
      ],
      swiftSettings: hosted),
    .target(
      name: "PluginTrust", dependencies: ["CSodium", "Platform", "PluginHost"],
      swiftSettings: lean),

    // Apart from PluginHost, so that a host that does not await needs no `_Concurrency`.
    .target(
      name: "PluginHostConcurrency", dependencies: ["Platform", "PluginHost"],
      swiftSettings: strict),
    // New plugins are tried in a process of their own.
    .target(
      name: "PluginQuarantine", dependencies: ["Platform", "PluginHost"], swiftSettings: lean),
    .target(
      name: "CPluginProbe", cSettings: [.unsafeFlags(["-Wall", "-Wextra", "-Werror"])]),
    .executableTarget(
      name: "plugin-probe", dependencies: [abi, "CPluginProbe", "ELFReading", "PluginHost"],
      swiftSettings: lean),

    // The measured process.
    .target(
      name: "CProbe",
      cSettings: [
        .headerSearchPath("../Runtime/CPluginABI/include"),
        .headerSearchPath("../Runtime/CHeapTracker/include"),
        .unsafeFlags(["-Wall", "-Wextra", "-Werror"]),
      ]),
    .executableTarget(
      name: "bench-probe", dependencies: ["CProbe", "PluginHost", abi], swiftSettings: lean),
    .executableTarget(
      name: "bench-probe-floor", dependencies: ["CProbe"],
      cSettings: [.unsafeFlags(["-Wall", "-Wextra", "-Werror"])]),

    .executableTarget(
      name: "host-pipeline", dependencies: ["Platform", "PluginHost"],
      path: "Benchmarks/host/pipeline", swiftSettings: lean),

    // Measuring and telling.
    .target(name: "CommandLine", swiftSettings: strict),
    .target(name: "Measurement", swiftSettings: strict),
    .target(name: "ConcurrentMap", swiftSettings: strict),
    .target(name: "Reporting", dependencies: ["ConcurrentMap"], swiftSettings: strict),
    .target(
      name: "PluginSets", dependencies: ["CElf", "CSodium", "ELFInspection", "Platform"],
      swiftSettings: strict),
    // Apart from ELFInspection, so that a host does not load libdw.
    .target(
      name: "DebugInspection", dependencies: ["CDw", "ELFInspection", "Platform"],
      swiftSettings: strict),
    .target(
      name: "SizeAnalysis",
      dependencies: [
        "CCxxDemangle", "CSwiftDemangle", "CommandLine", "ConcurrentMap", "DebugInspection",
        "ELFInspection", "MangledNames", "Platform",
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
    .target(
      name: "PluginProject", dependencies: ["InterfaceSyntax"], swiftSettings: swiftSyntax,
      linkerSettings: swiftSyntaxLinking),
    .executableTarget(
      name: "new-plugin",
      dependencies: ["CommandLine", "InterfaceSyntax", "Platform", "PluginProject", "Reporting"],
      swiftSettings: swiftSyntax, linkerSettings: swiftSyntaxLinking),
    .executableTarget(
      name: "plugin-interface",
      dependencies: ["CommandLine", "InterfaceSyntax", "Platform", "Reporting"],
      swiftSettings: swiftSyntax, linkerSettings: swiftSyntaxLinking),
    .executableTarget(
      name: "plugin-host",
      dependencies: [
        "CSwiftDemangle", "CommandLine", "CommandOutput", "ELFInspection", "Platform", "PluginHost",
        "PluginQuarantine", "PluginTrust", "Reporting",
      ],
      swiftSettings: strict),

    // Tests are claims; fixtures are built from the sources in Tests/Fixtures.
    .systemLibrary(name: "CFixture", path: "Tests/Fixtures/include"),
    .target(
      name: "TestSupport", dependencies: [abi, "ELFInspection", "Platform", "SizeAnalysis"],
      path: "Tests/TestSupport", swiftSettings: strict),
    .executableTarget(
      name: "elf-evidence", dependencies: ["Platform", "TestSupport"], path: "Tests/Evidence",
      exclude: ["run"], swiftSettings: strict),
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
      name: "HeapTrackerTests",
      dependencies: ["ELFInspection", "Platform", "TestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "ELFInspectionTests",
      dependencies: [abi, "CLibelf", "ELFInspection", "Platform", "TestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "PluginHostTests",
      dependencies: [
        abi, runtime, "CFixture", "ELFInspection", "Platform", "PluginHost",
        "PluginHostConcurrency", "PluginQuarantine", "PluginTrust", "TestSupport",
      ],
      swiftSettings: strict),
    .systemLibrary(name: "CAllKinds", path: "Tests/Fixtures/all-kinds"),
    .systemLibrary(name: "CTickets", path: "Tests/Fixtures/tickets"),
    .systemLibrary(name: "CEveryValue", path: "Tests/Fixtures/every-value"),
    .testTarget(
      name: "PluginMacrosTests",
      dependencies: [
        abi, runtime, "CAllKinds", "CEveryValue", "CTickets", "Platform", "PluginHost",
        "PluginMacros", "TestSupport",
      ],
      swiftSettings: strict),
    .testTarget(
      name: "PluginMacroExpansionTests", dependencies: ["PluginMacroExpansion"],
      swiftSettings: swiftSyntax, linkerSettings: swiftSyntaxLinking),
    .testTarget(
      name: "InterfaceSyntaxTests", dependencies: ["InterfaceSyntax", "Platform", "TestSupport"],
      swiftSettings: swiftSyntax, linkerSettings: swiftSyntaxLinking),
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
      name: "MangledNamesTests",
      dependencies: [
        "CCxxDemangle", "CSwiftDemangle", "ELFInspection", "MangledNames", "Platform",
        "TestSupport",
      ],
      swiftSettings: strict),
    .testTarget(
      name: "SizeAnalysisTests",
      dependencies: [
        "CCxxDemangle", "CSwiftDemangle", "DebugInspection", "ELFInspection", "MangledNames",
        "Platform", "SizeAnalysis", "TestSupport",
      ],
      swiftSettings: strict),
    .testTarget(
      name: "CommandTests", dependencies: ["ELFInspection", "Platform", "TestSupport"],
      swiftSettings: strict),
  ],
  swiftLanguageModes: [.v6]
)
