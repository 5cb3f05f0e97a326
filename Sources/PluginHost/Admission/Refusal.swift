public import Platform

/// Why a plugin was refused: one reason, with what to do about it.
public struct Refusal: Error, Equatable, Sendable, CustomStringConvertible {
  /// What scripts compare; the raw values are part of the `plugin-host` contract.
  public enum Code: String, Sendable, CaseIterable {
    /// The file cannot be read.
    case unreadable
    /// The file is no ELF file.
    case notELF = "not-elf"
    /// The file ends before what its headers say is in it.
    case truncated
    /// A header or table of the file contradicts itself.
    case malformed
    /// The file asks for a stack that can be executed.
    case executableStack = "executable-stack"
    /// The file is for another processor.
    case wrongMachine = "wrong-machine"
    /// The file is an ELF file, but no shared object.
    case notSharedObject = "not-shared-object"
    /// The file has no manifest: it is no plugin.
    case manifestMissing = "manifest-missing"
    /// The file has more than one manifest.
    case manifestSeveral = "manifest-several"
    /// The manifest is not one of version 1.
    case manifestMalformed = "manifest-malformed"
    /// The plugin asks for a later version of the ABI than the host has.
    case abiTooNew = "abi-too-new"
    /// The plugin is of an earlier major version of the ABI.
    case abiTooOld = "abi-too-old"
    /// The plugin needs a feature that the host does not know.
    case featureUnknown = "feature-unknown"
    /// The plugin shares the Swift runtime and was built by another toolchain, or brings a runtime along.
    case toolchainMismatch = "toolchain-mismatch"
    /// `plugin_entry` is not exported, or is no code of the file.
    case entryMissing = "entry-missing"
    /// Others than the owner could write to the file, or put another in its place.
    case writableByOthers = "writable-by-others"
    /// Another file with a plugin of that name comes first in the search.
    case shadowed
    /// The lock file that was asked for is not there.
    case lockMissing = "lock-missing"
    /// The lock file is none.
    case lockMalformed = "lock-malformed"
    /// The lock file does not list the plugin.
    case notLocked = "not-locked"
    /// The file is not the one that the lock file lists.
    case digestMismatch = "digest-mismatch"
    /// The file has no signature beside it.
    case signatureMissing = "signature-missing"
    /// The signature is none of minisign.
    case signatureMalformed = "signature-malformed"
    /// The signature is not one of this file.
    case signatureWrong = "signature-wrong"
    /// The signature was made with a key that is not trusted.
    case keyUnknown = "key-unknown"
    /// The signature was made with a key that is not trusted any more.
    case keyRevoked = "key-revoked"
    /// The same file is loaded.
    case alreadyLoaded = "already-loaded"
    /// Another plugin of that name is loaded.
    case nameTaken = "name-taken"
    /// The file was written to while it was mapped.
    case mappingStale = "mapping-stale"
    /// The loader found no definition of a symbol that the plugin needs.
    case symbolMissing = "symbol-missing"
    /// The loader found no library that the plugin needs.
    case libraryMissing = "library-missing"
    /// A plugin that this one requires is not there, or was refused.
    case requirementMissing = "requirement-missing"
    /// Plugins require each other in a circle.
    case requirementCyclic = "requirement-cyclic"
    /// The loader refused the file for another reason, or there was no memory.
    case loadFailed = "load-failed"
    /// The plugin's entry returned no table.
    case entryFailed = "entry-failed"
    /// The plugin's table is too short, or lacks a function.
    case tableMalformed = "table-malformed"
    /// The plugin's `init` failed; its own words are what was found.
    case initFailed = "init-failed"
    /// The file holds another plugin than the one that it is to replace.
    case nameChanged = "name-changed"
    /// The new version does not take the old one's state over.
    case stateDeclined = "state-declined"
    /// The state could not be saved or taken over.
    case stateFailed = "state-failed"
    /// The plugin has taken a process down when it was tried.
    case quarantined
  }

  /// Which kind of reason.
  public var code: Code
  /// The field or symbol at fault, such as `abi.major`.
  public var field: String
  /// What is there.
  public var found: String
  /// What should be there.
  public var expected: String
  /// What to do.
  public var fix: String
  /// Of `symbolMissing`: all that are missing, as the file names them.
  public var symbols: [String] = []

  /// A reason; see the members for what each part is.
  public init(_ code: Code, field: String, found: String, expected: String, fix: String) {
    self.code = code
    self.field = field
    self.found = found
    self.expected = expected
    self.fix = fix
  }

  /// ``symbols`` in people's form, in the same order: for those that are mangled as Swift's and C++'s, if the
  /// process has `swift_demangle` and `__cxa_demangle` where all see them. A name whose form could take more
  /// memory than it is worth is left as it is. [any thread]
  public var demangledSymbols: [String] {
    symbols.isEmpty ? [] : SymbolNames.demangled(symbols)
  }

  /// What is at fault and what is there, with ``demangledSymbols`` in the place of ``symbols``.
  var finding: String {
    guard let first = symbols.first else { return "\(field) is \(found)" }
    // The first stands at the end of the one, the others at that of the other.
    let demangled = demangledSymbols
    let others = symbols.dropFirst().joined(separator: ", ")
    let place = field.hasSuffix(first) ? field.dropLast(first.count) + demangled[0] : field[...]
    let rest =
      found.hasSuffix(others)
      ? found.dropLast(others.count) + demangled.dropFirst().joined(separator: ", ") : found[...]
    return "\(place) is \(rest)"
  }

  public var description: String {
    "\(finding), expected \(expected) [\(code.rawValue)]: \(fix)"
  }
}

/// A plugin that was refused, with every reason that could be found.
public struct PluginRefused: Error, Equatable, Sendable, CustomStringConvertible {
  /// The file as it was named.
  public var path: String
  /// All of them, at least one.
  public var reasons: [Refusal]

  public var description: String {
    "'\(path)' refused: " + reasons.map(\.description).joined(separator: "; ")
  }
}

/// What a host could not do for a reason that lies not in a plugin's file.
public enum PluginHostError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The system refused; its own words.
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
