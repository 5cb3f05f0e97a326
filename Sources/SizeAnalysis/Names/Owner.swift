internal import Glibc

/// Whose code or data something is.
public enum Owner: String, CaseIterable, Sendable {
  /// The author's of the file.
  case own
  /// This project's runtime and what it gives to plugins.
  case runtime
  /// The Swift toolchain's libraries.
  case stdlib
  /// The C and C++ runtime.
  case other
}

extension Owner {
  /// Modules of this project that plugins link or import.
  private static let runtimeModules: Set<String> = [
    "PluginRuntime", "PluginKit", "PluginInterfaces", "PluginServices", "PluginHost", "PluginTrust",
    "CPluginABI",
    "CRuntimeSupport", "CEmbeddedPlugin",
  ]

  /// Modules that come with the toolchain on Linux.
  private static let toolchainModules: Set<String> = [
    "Swift", "_Concurrency", "_StringProcessing", "_RegexParser", "Synchronization", "Observation",
    "Distributed", "_Differentiation", "_Volatile", "_Builtin_float", "SwiftOnoneSupport",
    "RegexBuilder", "Cxx", "CxxStdlib", "Glibc", "SwiftGlibc", "Dispatch", "Runtime", "Foundation",
    "FoundationEssentials", "FoundationInternationalization", "FoundationNetworking",
    "FoundationXML", "_FoundationICU", "_FoundationCShims", "_FoundationCollections",
    "_RopeModule", "_SwiftFoundationICU", "Builtin", "__C_Synthesized",
  ]

  static func isToolchain(module: String) -> Bool { toolchainModules.contains(module) }

  /// The owner of a module's code; nil where the module says nothing, as that of imported C does.
  init?(module: String) {
    if Self.runtimeModules.contains(module) {
      self = .runtime
    } else if Self.toolchainModules.contains(module) || module.hasPrefix("_swift_") {
      self = .stdlib
    } else if module == "__C" || module.isEmpty {
      return nil
    } else {
      self = .own
    }
  }

  /// The owner that a C or C++ name gives away; nil where it could be anybody's.
  init?(cName name: UnsafeRawBufferPointer) {
    func begins(_ prefixes: [StaticString]) -> Bool {
      prefixes.contains { prefix in
        unsafe prefix.utf8CodeUnitCount <= name.count
          && memcmp(prefix.utf8Start, name.baseAddress!, prefix.utf8CodeUnitCount) == 0
      }
    }
    if begins(Self.runtimePrefixes) {
      self = .runtime
    } else if begins(Self.toolchainPrefixes) {
      self = .stdlib
    } else if begins(Self.systemPrefixes) {
      self = .other
    } else {
      return nil
    }
  }

  private static let runtimePrefixes: [StaticString] = ["plr_", "embedded_plugin_"]

  /// Swift's runtime is written in C++ and C; its C++ lies in the namespaces `swift` and `llvm`.
  private static let toolchainPrefixes: [StaticString] = [
    "swift_", "_swift_", "swift::", "_ZN5swift", "_ZNK5swift", "_ZZN5swift", "_ZZNK5swift",
    "_ZTVN5swift", "_ZTSN5swift", "_ZTIN5swift", "_ZGVZN5swift", "_ZNV5swift", "_ZN7__swift",
    "_ZNK7__swift", "_ZN4llvm", "_ZNK4llvm", "dispatch_", "_dispatch_", "_Block_", "_ZL5swift",
    "__swift_stdlib_", "_swift", "_ZN9swift_stdlib", "_ZN12swift",
    // Of swiftrt.o, which every Swift file has, and the room for the paths of its backtracer.
    "_ZL23swift_image_constructor", "_ZN12_GLOBAL__N_117swiftBacktrace",
    "_ZN12_GLOBAL__N_118swiftBacktrace", "_ZN12_GLOBAL__N_124swiftBacktrace",
  ]

  private static let systemPrefixes: [StaticString] = [
    "_ZSt", "_ZNSt", "_ZNKSt", "_ZTISt", "_ZTSSt", "_ZTVSt", "_ZTTSt", "_ZTINSt", "_ZTSNSt",
    "_ZTVNSt", "_ZTIN10__cxxabiv1", "_ZTSN10__cxxabiv1", "_ZTVN10__cxxabiv1",
    "_ZN10__cxxabiv1", "_ZNK10__cxxabiv1", "_ZN9__gnu_cxx", "_ZNK9__gnu_cxx", "_ZGVNSt",
    "__cxa_", "__gxx_", "_Unwind_", "__gcc_", "__gnu", "_ZNSs", "_ZNKSs", "_ZNSa", "_ZNSi",
    "_ZNSo", "_ZNSd", "__cxx", "_ZdlPv", "_Znw", "_Zna", "_ZdaPv", "_fini", "_init", "_start",
    "frame_dummy", "deregister_tm_clones", "register_tm_clones", "__do_global_", "completed.",
    "__frame_dummy_", "__FRAME_END__", "__dso_handle", "__TMC_END__", "_DYNAMIC",
    "_GLOBAL_OFFSET_TABLE_", "crtstuff.c", "__GNU_EH_FRAME_HDR", "__bss_start", "_edata", "_end",
    "_IO_stdin_used", "__libc_", "_dl_", "__divti3", "__udivti3", "__umodti3", "__modti3",
    "__muloti4", "__multi3", "__clear_cache",
  ]
}
