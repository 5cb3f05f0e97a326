/// What makes it harder to misuse a file's mistakes, as far as the file alone tells.
public struct Hardening: Equatable, Sendable {
  public enum Kind: String, Sendable {
    /// A program at a fixed address (`ET_EXEC`).
    case fixedProgram
    /// A program that can lie anywhere.
    case positionIndependentProgram
    case sharedLibrary
  }

  public enum RELRO: String, Sendable {
    case none
    /// What lazy binding writes to stays writable.
    case partial
    case full
  }

  public enum Stack: String, Sendable {
    case nonExecutable
    case executable
    /// Without `PT_GNU_STACK`: what that means depends on the machine and the kernel.
    case unspecified
  }

  public enum StackProtector: String, Sendable {
    /// `__stack_chk_fail` is there.
    case found
    /// It is not; a file without arrays on its stack has no need for it.
    case noneFound
    /// The file has no symbols to tell by.
    case unknown
  }

  /// An entry of `DT_RPATH` or `DT_RUNPATH`.
  public struct SearchPath: Equatable, Sendable {
    public enum Flaw: String, Sendable {
      /// It stands for the current directory.
      case empty
      /// It depends on the current directory.
      case relative
      /// Others than its owner may put libraries there, on the system that asks.
      case writableByOthers
      /// A fixed place outside of the file's own directory.
      case absolute
      /// From the file's own directory upwards: what lies there need not belong to it.
      case aboveOrigin
    }

    public var text: String
    public var isRunpath: Bool
    public var flaw: Flaw?
    /// Directories above the file's own that the path climbs to at most; 0 for one that stays below, or
    /// that does not begin there.
    public var levelsAboveOrigin = 0
  }

  public var kind: Kind
  public var relro: RELRO
  public var bindsNow: Bool
  /// There is something to bind late, unless ``bindsNow``.
  public var hasLazyRelocations: Bool
  public var stack: Stack
  public var hasTextRelocations: Bool
  /// By position in ``ELFFile/segments``.
  public var writableExecutableSegments: [Int]
  public var searchPaths: [SearchPath]
  public var stackProtector: StackProtector
  /// Functions that check the sizes of their buffers (`__memcpy_chk`), as imported.
  public var checkedFunctions: [String]
  /// Functions that do not and of which the C library has one that does.
  public var uncheckedFunctions: [String]
  public var properties: GNUProperties
  /// `e_machine`.
  public var machine: UInt16
  /// There is no table of all symbols (`SHT_SYMTAB`).
  public var isStripped: Bool
  /// No page of the file is mapped both as code and as something else.
  public var hasSeparateCode: Bool

  /// What could be better, in the order of severity.
  public var findings: [HardeningFinding] {
    let all = memoryFindings + relocationFindings + pathFindings + compilerFindings
    return HardeningFinding.Severity.allCases.reversed().flatMap { severity in
      all.filter { $0.severity == severity }
    }
  }
}

/// Something that could be harder, and how to make it so.
public struct HardeningFinding: Equatable, Sendable {
  public enum Code: String, CaseIterable, Sendable {
    case writableCode = "writable-code"
    case textRelocations = "text-relocations"
    case executableStack = "executable-stack"
    case stackUnspecified = "stack-unspecified"
    case fixedAddress = "fixed-address"
    case noRELRO = "no-relro"
    case partialRELRO = "partial-relro"
    case searchPath = "search-path"
    case oldSearchPath = "old-search-path"
    case noStackProtector = "no-stack-protector"
    case notFortified = "not-fortified"
    case noIndirectBranchTracking = "no-ibt"
    case noShadowStack = "no-shadow-stack"
    case noBranchTargets = "no-bti"
    case noPointerAuthentication = "no-pac"
    case sharedCodePages = "shared-code-pages"
    case notStripped = "not-stripped"
  }

  public enum Severity: String, CaseIterable, Comparable, Sendable {
    /// Worth knowing; often as it should be.
    case note
    case low
    case medium
    /// Undoes what the system protects all programs with.
    case high

    public static func < (left: Self, right: Self) -> Bool {
      (allCases.firstIndex(of: left) ?? 0) < (allCases.firstIndex(of: right) ?? 0)
    }
  }

  public var code: Code
  public var severity: Severity
  public var found: String
  /// What to do, with the option of the compiler or linker.
  public var advice: String

  init(_ code: Code, _ severity: Severity, _ found: String, _ advice: String) {
    self.code = code
    self.severity = severity
    self.found = found
    self.advice = advice
  }
}
