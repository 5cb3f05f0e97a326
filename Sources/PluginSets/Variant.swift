/// One way to build the same plugins.
public enum Variant: String, CaseIterable, Sendable {
  /// Bare C plugins, opened with bare `dlopen` by a bare C process.
  case floor
  /// One runtime library and the toolchain's Swift libraries, shared by all.
  case shared
  /// One runtime library that holds the standard library as well.
  case sharedMerged = "shared-merged"
  /// The same library with only what this host and these plugins import.
  case sharedTrimmed = "shared-trimmed"
  /// Each plugin with a runtime and a standard library of its own, as the compiler gives it.
  case `static`
  /// The same with every saving that the linker knows.
  case staticTuned = "static-tuned"
  /// The plugins linked into the host's executable.
  case builtin
  /// Plugins in Embedded Swift, which need no Swift runtime and can be unmapped, on a trimmed library.
  case embedded

  /// One sentence for help texts and reports.
  public var summary: String {
    switch self {
    case .floor: return "bare C plugins through bare dlopen"
    case .shared: return "one shared runtime and the toolchain's Swift libraries"
    case .sharedMerged: return "one shared runtime that holds the standard library"
    case .sharedTrimmed: return "the same, with only what this host and these plugins import"
    case .static:
      return "each plugin its own runtime and standard library, as the compiler gives it"
    case .staticTuned: return "the same, with every link-time saving"
    case .builtin: return "plugins linked into the host executable"
    case .embedded: return "Embedded Swift plugins, unloadable, on the shared runtime"
    }
  }

  /// A host loads plugin files, and so can put that off.
  public var canStartLazily: Bool { self != .floor && self != .builtin }

  /// The standard library is inside the runtime library.
  var isMerged: Bool { self == .sharedMerged || self == .sharedTrimmed || self == .embedded }

  /// Bytes that one linked plugin takes, roughly; only to see in time that a disk is too small.
  var estimatedPluginSize: UInt64 {
    switch self {
    case .floor: return 20_000
    case .shared, .sharedMerged, .sharedTrimmed, .builtin, .embedded: return 100_000
    case .static: return 9_200_000
    case .staticTuned: return 6_000_000
    }
  }
}

/// How much there is in each plugin.
public enum Profile: String, CaseIterable, Sendable {
  case tiny, typical, large

  /// Types in each plugin.
  public var typeCount: Int {
    switch self {
    case .tiny: return 3
    case .typical: return 20
    case .large: return 150
    }
  }
}
