internal import CPluginABI
public import ELFReading
internal import Platform

/// What can be said of a file before any of its code runs.
public struct AdmissionVerdict: Sendable {
  /// The file as it was named.
  public var path: String
  /// nil where the file has none that can be read.
  public var manifest: PluginManifest?
  /// nil where the file is refused before its class matters.
  public var unload: UnloadVerdict?
  /// Empty where the plugin is admitted.
  public var reasons: [Refusal]
  /// What was said of its bytes; nil where nobody was asked.
  public var trust: TrustVerdict?
  /// Its constructors may change what is done about signals: it names a function that does, or brings a library along.
  var mayChangeSignals = true
  /// It holds only as long as other files and the process are as they are: the plugin brings libraries along, or
  /// what it needs is missing.
  var dependsOnOthers = false
  /// The libraries that are to be mapped first: see ``NeededLibraries/neighbours(_:_:)``.
  var neighbours: [String] = []

  /// Whether nothing speaks against loading it.
  public var isAdmitted: Bool { reasons.isEmpty }

  init(
    path: String, manifest: PluginManifest? = nil, unload: UnloadVerdict? = nil, reasons: [Refusal]
  ) {
    self.path = path
    self.manifest = manifest
    self.unload = unload
    self.reasons = reasons
  }

  /// A file that is refused without a look into it.
  public init(refusing path: String, because reason: Refusal) {
    self.init(path: path, reasons: [reason])
  }
}

/// Decides from the file alone whether a plugin may be loaded.
public enum Admission {
  /// `e_machine` of this process.
  static var machine: UInt16 {
    #if arch(x86_64)
      return 62
    #elseif arch(arm64)
      return 183
    #else
      #error("PluginHost does not know this machine's ELF number")
    #endif
  }

  /// Reads the file at `path` and compares it with this host, field by field.
  ///
  /// All reasons are collected, not only the first; a file that cannot be read as ELF has one. Who could write
  /// to it is not asked: see ``refusal(ofPath:)``.
  /// - Complexity: O(segments + sections + symbols + relocations), whatever else is in the file.
  public static func check(_ path: String) -> AdmissionVerdict { check(path, trust: nil) }

  /// The same, where `trust` is asked about the bytes as well.
  public static func check(_ path: String, trust: (any FileTrust)?) -> AdmissionVerdict {
    do throws(SystemError) {
      // Nothing is loaded: what is read needs no copy.
      return check(try HeldFile(path, .openFile), trust)
    } catch {
      return AdmissionVerdict(path: path, reasons: [Refusal(error)])
    }
  }

  /// Why a file is not to be looked into: others than this user and root could lead its path elsewhere or write
  /// to it. nil where it may be.
  public static func refusal(ofPath path: String) -> Refusal? {
    var judge = PathJudge()
    return refusal(ofPath: path, &judge)
  }

  static func refusal(ofPath path: String, _ judge: inout PathJudge) -> Refusal? {
    do throws(SystemError) {
      return try judge.flaw(of: path).map(Refusal.init)
    } catch {
      return Refusal(error)
    }
  }

  /// Judges a file that is open, and that may then be loaded as it was judged.
  ///
  /// - Parameter known: gives what was found before of the same file, by the digest of its bytes where it was
  ///   taken; nil where it has to be read.
  static func check(
    _ held: borrowing HeldFile, _ trust: (any FileTrust)?,
    known: (String?) -> AdmissionVerdict? = { _ in nil }
  ) -> AdmissionVerdict {
    let trusted = trust?.judge(held.descriptor, path: held.path)
    var verdict: AdmissionVerdict
    let isKnown: Bool
    if let old = known(trusted?.digest) {
      (verdict, isKnown) = (old, true)
    } else {
      (verdict, isKnown) = (read(held), false)
    }
    if let trusted {
      verdict.trust = trusted
      verdict.reasons += trusted.reasons
    }
    if verdict.isAdmitted, !isKnown || trusted != nil, !held.isUnchanged {
      verdict.reasons = [Refusal(ELFFile.changed(held.path))]
    }
    if !verdict.isAdmitted { verdict.unload = nil }
    return verdict
  }

  /// What the file says.
  private static func read(_ held: borrowing HeldFile) -> AdmissionVerdict {
    var verdict = AdmissionVerdict(path: held.path, reasons: [])
    do throws(ELFError) {
      check(try held.inspect(), &verdict)
    } catch {
      verdict.reasons = [Refusal(error)]
    }
    return verdict
  }

  private static let entryName = Array(PLR_ENTRY_SYMBOL.utf8)
  private static let swiftRuntimeMark = Array(ELFFile.swiftRuntimeMark.utf8)
  private static let toolchain = unsafe String(cString: plr_runtime_toolchain())

  private static func check(_ file: borrowing ELFFile, _ verdict: inout AdmissionVerdict) {
    checkKind(of: file, &verdict.reasons)
    let isForHere = verdict.isAdmitted
    switch file.findManifest() {
    case .found(let manifest):
      verdict.manifest = manifest
      check(manifest, &verdict.reasons)
    case .missing:
      verdict.reasons.append(
        Refusal(
          .manifestMissing, field: "manifest", found: "no note of PluginRuntime",
          expected: "one", fix: "add PLR_MANIFEST(…) to the plugin, or its Swift form"))
    case .several(let count):
      verdict.reasons.append(
        Refusal(
          .manifestSeveral, field: "manifest", found: "\(count) notes", expected: "one",
          fix: "link only one plugin into the file"))
    case .malformed(let field, let found, let expected):
      verdict.reasons.append(
        Refusal(
          .manifestMalformed, field: field, found: found, expected: expected,
          fix: "mend what the manifest says there, with the header of ABI version \(PLR_ABI_MAJOR)")
      )
    }
    let definitions = file.dynamicDefinitions(of: entryName, swiftRuntimeMark)
    let definesEntry = definitions?.first.isOne(asFunction: true)
    if definesEntry != true {
      verdict.reasons.append(
        Refusal(
          .entryMissing, field: "symbol \(PLR_ENTRY_SYMBOL)",
          found: definesEntry == nil
            ? "not to be found without a section table" : "not defined as a function",
          expected: "an exported function",
          fix: "define \(PLR_ENTRY_SYMBOL) and do not hide it from the dynamic symbol table"))
    }
    let table = isForHere ? file.dynamicTable() : nil
    if isForHere, isSoundForALoader(file, table, definitions?.first, &verdict.reasons) {
      checkNeeds(
        of: file, table, definesMark: definitions?.second.isOne(asFunction: false) == true, &verdict
      )
    }
    if verdict.isAdmitted, let manifest = verdict.manifest {
      verdict.unload = file.unloadVerdict(manifest: manifest)
    }
  }

  /// Whether a loader can take the file without crashing on it, running what is no code, or weakening the process.
  private static func isSoundForALoader(
    _ file: borrowing ELFFile, _ table: DynamicTable?, _ entry: ELFFile.DynamicDefinition?,
    _ reasons: inout [Refusal]
  ) -> Bool {
    // Without a table of symbols that was said before.
    guard let entry else { return false }
    if let flaw = file.loaderFlaw(table) {
      reasons.append(
        Refusal(
          .malformed, field: flaw.field, found: flaw.found, expected: flaw.expected,
          fix: "build the plugin again; a loader takes for granted that it is so"))
      return false
    }
    if file.asksForExecutableStacks {
      reasons.append(
        Refusal(
          .executableStack, field: "PT_GNU_STACK", found: "none, or an executable one",
          expected: "one that is not: the loader would make all stacks of the process executable",
          fix: "link with -Wl,-z,noexecstack"))
    }
    if case .function(let address) = entry, !file.isCode(address) {
      reasons.append(
        Refusal(
          .entryMissing, field: "symbol \(PLR_ENTRY_SYMBOL)", found: "no code of this file",
          expected: "an exported function", fix: "define \(PLR_ENTRY_SYMBOL) in the plugin itself"))
    }
    return true
  }

  /// Whether the process and the system have what the file needs, and nothing comes twice with it.
  private static func checkNeeds(
    of file: borrowing ELFFile, _ table: DynamicTable?, definesMark: Bool,
    _ verdict: inout AdmissionVerdict
  ) {
    let second = MergedRuntime.check(file, definesMark: definesMark)
    guard second.isEmpty else {
      verdict.reasons += second
      verdict.dependsOnOthers = true
      return
    }
    MergedRuntime.prepare()
    let needed = table.map { file.neededLibraries(of: $0) } ?? []
    var tree: NeededTree?
    if let table, table.hasFilters || !needed.allSatisfy(NeededLibraries.isThere) {
      verdict.dependsOnOthers = true
      let found = NeededLibraries.tree(of: file)
      var reasons = MergedRuntime.check(found)
      for reason in NeededLibraries.missing(found, of: file.path)
      where !reasons.contains(where: { $0.field == reason.field }) { reasons.append(reason) }
      guard reasons.isEmpty else {
        verdict.reasons += reasons
        return
      }
      verdict.neighbours = NeededLibraries.neighbours(found, file.dynamicSection(of: table))
      tree = found
    }
    let symbols = NeededSymbols.check(file, needed, tree)
    verdict.reasons += symbols.missing
    if !symbols.missing.isEmpty { verdict.dependsOnOthers = true }
    verdict.mayChangeSignals = symbols.reachesSignals || tree != nil
  }

  private static func checkKind(of file: borrowing ELFFile, _ reasons: inout [Refusal]) {
    if file.header.machine != machine || !file.header.is64Bit || !file.header.isLittleEndian {
      reasons.append(
        Refusal(
          .wrongMachine, field: "e_machine",
          found: "\(file.header.machine)\(file.header.is64Bit ? "" : " (32-bit)")",
          expected: "\(machine)", fix: "build the plugin for this machine"))
    }
    if file.header.type != 3 {
      reasons.append(
        Refusal(
          .notSharedObject, field: "e_type", found: "\(file.header.type)",
          expected: "3 (shared object)", fix: "link the plugin with -shared"))
    }
  }

  /// Whether a plugin with this manifest fits this host.
  static func accepts(_ manifest: PluginManifest) -> Bool {
    var reasons: [Refusal] = []
    check(manifest, &reasons)
    return reasons.isEmpty
  }

  private static func check(_ manifest: PluginManifest, _ reasons: inout [Refusal]) {
    let major = UInt16(PLR_ABI_MAJOR)
    let minor = UInt16(PLR_ABI_MINOR)
    if manifest.abiMajor != major {
      let isNewer = manifest.abiMajor > major
      reasons.append(
        Refusal(
          isNewer ? .abiTooNew : .abiTooOld, field: "abi.major", found: "\(manifest.abiMajor)",
          expected: "\(major)",
          fix: isNewer
            ? "use a newer host, or build the plugin for ABI version \(major)"
            : "build the plugin for ABI version \(major)"))
      return
    }
    if manifest.abiMinor > minor {
      reasons.append(
        Refusal(
          .abiTooNew, field: "abi.minor", found: "\(manifest.abiMinor)",
          expected: "at most \(minor)", fix: "use a newer host"))
    }
    let unknown = manifest.features & ~PLR_FEATURES_KNOWN
    if unknown != 0 {
      reasons.append(
        Refusal(
          .featureUnknown, field: "manifest.features",
          found: "0x" + String(manifest.features, radix: 16),
          expected: "only bits of 0x" + String(PLR_FEATURES_KNOWN, radix: 16),
          fix: "use a host that knows the feature"))
    }
    if manifest.features & PLR_FEATURE_SWIFT_RUNTIME != 0, manifest.toolchain != toolchain {
      reasons.append(
        Refusal(
          .toolchainMismatch, field: "manifest.toolchain", found: "'\(manifest.toolchain)'",
          expected: "'\(toolchain)'",
          fix: "build plugin and runtime with the same Swift toolchain"))
    }
  }
}

extension Refusal {
  /// A file that cannot be opened.
  init(_ error: SystemError) {
    self.init(
      .unreadable, field: "file", found: error.reason, expected: "a readable file",
      fix: "check the path and its permissions")
  }

  /// A file that is not ELF as it should be.
  init(_ error: ELFError) {
    let code: Code
    let fix: String
    switch error.code {
    case .unreadable: (code, fix) = (.unreadable, "check the path and its permissions")
    case .notELF: (code, fix) = (.notELF, "name a shared object built as a plugin")
    case .truncated: (code, fix) = (.truncated, "copy the file again, whole")
    case .malformed: (code, fix) = (.malformed, "build the plugin again")
    case .changed:
      (code, fix) = (.unreadable, "load the plugin again when nothing writes to its file any more")
    }
    self.init(
      code, field: error.field, found: error.found, expected: error.expected, fix: fix)
  }
}
