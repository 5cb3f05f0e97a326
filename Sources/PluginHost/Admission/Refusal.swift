public import Platform

/// Why a plugin was refused: one reason, with what to do about it.
public struct Refusal: Error, Equatable, Sendable, CustomStringConvertible {
  /// What scripts compare; the raw values are part of the `plugin-host` contract.
  public enum Code: String, Sendable, CaseIterable {
    case unreadable
    case notELF = "not-elf"
    case truncated
    case malformed
    case wrongMachine = "wrong-machine"
    case notSharedObject = "not-shared-object"
    case manifestMissing = "manifest-missing"
    case manifestSeveral = "manifest-several"
    case manifestMalformed = "manifest-malformed"
    case abiTooNew = "abi-too-new"
    case abiTooOld = "abi-too-old"
    case featureUnknown = "feature-unknown"
    case toolchainMismatch = "toolchain-mismatch"
    case entryMissing = "entry-missing"
    case writableByOthers = "writable-by-others"
    case shadowed
    case lockMissing = "lock-missing"
    case lockMalformed = "lock-malformed"
    case notLocked = "not-locked"
    case digestMismatch = "digest-mismatch"
    case signatureMissing = "signature-missing"
    case signatureMalformed = "signature-malformed"
    case signatureWrong = "signature-wrong"
    case keyUnknown = "key-unknown"
    case keyRevoked = "key-revoked"
    case alreadyLoaded = "already-loaded"
    case nameTaken = "name-taken"
    case mappingStale = "mapping-stale"
    case symbolMissing = "symbol-missing"
    case libraryMissing = "library-missing"
    case loadFailed = "load-failed"
    case entryFailed = "entry-failed"
    case tableMalformed = "table-malformed"
    case initFailed = "init-failed"
    case nameChanged = "name-changed"
    case stateDeclined = "state-declined"
    case stateFailed = "state-failed"
    case quarantined
  }

  public var code: Code
  /// The field or symbol at fault, such as `abi.major`.
  public var field: String
  public var found: String
  public var expected: String
  /// What to do.
  public var fix: String

  public init(_ code: Code, field: String, found: String, expected: String, fix: String) {
    self.code = code
    self.field = field
    self.found = found
    self.expected = expected
    self.fix = fix
  }

  public var description: String {
    "\(field) is \(found), expected \(expected) [\(code.rawValue)]: \(fix)"
  }
}

/// A plugin that was refused, with every reason that could be found.
public struct PluginRefused: Error, Equatable, Sendable, CustomStringConvertible {
  public var path: String
  public var reasons: [Refusal]

  public var description: String {
    "'\(path)' refused: " + reasons.map(\.description).joined(separator: "; ")
  }
}

/// What a host could not do for a reason that lies not in a plugin's file.
public enum PluginHostError: Error, Equatable, Sendable, CustomStringConvertible {
  case system(SystemError)
  /// A plugin that was known could not be loaded.
  case refused(PluginRefused)
  /// The handle names a plugin that is no longer loaded.
  case staleHandle(PluginID)
  /// The plugin that a ``PluginHandle`` refers to has been retired.
  case retired
  /// These hold on to the plugin; it is retiring, stays mapped and can be retired later.
  case busy(plugin: String, holders: [PluginHolder])
  /// The plugin is being retired.
  case notActive(PluginID)
  /// The plugin was not asked to retire.
  case notRetiring(PluginID)
  /// The calling thread is inside of too many plugins at once.
  case pinsExhausted
  /// The runtime refused; its own words.
  case runtime(subject: String, reason: String)

  public var description: String {
    switch self {
    case .system(let error): return error.description
    case .refused(let plugin): return plugin.description
    case .staleHandle(let id): return "\(id) is not loaded (any more)"
    case .retired: return "the plugin has been retired; ask the host for a new handle"
    case .busy(let plugin, let holders):
      let names = holders.map(\.description).joined(separator: ", ")
      return "'\(plugin)' cannot be retired yet: \(names); retire it again later"
    case .notActive(let id): return "\(id) is being retired; load the plugin again"
    case .notRetiring(let id): return "\(id) is not retiring; call beginRetire first"
    case .pinsExhausted:
      return "this thread is inside of too many plugins at once; leave one of them first"
    case .runtime(let subject, let reason): return "\(subject): \(reason)"
    }
  }
}
