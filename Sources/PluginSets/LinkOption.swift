/// One thing that the linker can be asked for when a plugin is linked, what it saves and what it costs.
///
/// What each saves is measured by `Benchmarks/link-options`; the table is in `docs/packaging.md`.
public enum LinkOption: String, CaseIterable, Sendable {
  case dropUnused = "gc-sections"
  case shareStrings = "share-strings"
  case exportEntryOnly = "export-entry-only"
  case separateCode = "separate-code"
  case bindNow = "now"
  case strip
  case foldCode = "icf"
  case packRelocations = "relr"
  case noStartFiles = "no-start-files"
  case noRelro = "norelro"
  case readOnlyDynamic = "rodynamic"
  case noSeparateCode = "noseparate-code"
  case noReadOnlySegment = "no-rosegment"

  /// The text of a version script that exports a plugin's entry and nothing else.
  public static let versionScript = "{ global: plugin_entry; local: *; };\n"

  /// As the linker reads it.
  ///
  /// - Precondition: it is the linker's: `noStartFiles` is the driver's.
  func words(exports: String) -> [String] {
    switch self {
    // What the Swift runtime looks up by name, nothing refers to: conformances, types.
    case .dropUnused: return ["--gc-sections", "-z", "nostart-stop-gc"]
    case .shareStrings: return ["-O2"]
    case .exportEntryOnly: return ["--version-script", exports]
    case .separateCode: return ["-z", "separate-code"]
    case .bindNow: return ["-z", "relro", "-z", "now"]
    case .strip: return ["-s"]
    case .foldCode: return ["--icf=all"]
    // Not --pack-dyn-relocs=relr: glibc refuses such a file.
    case .packRelocations: return ["-z", "pack-relative-relocs"]
    case .noStartFiles: preconditionFailure("an option of the driver")
    case .noRelro: return ["-z", "norelro"]
    case .readOnlyDynamic: return ["-z", "rodynamic"]
    case .noSeparateCode: return ["-z", "noseparate-code"]
    case .noReadOnlySegment: return ["--no-rosegment"]
    }
  }

  /// What it saves, in words.
  public var benefit: String {
    switch self {
    case .dropUnused: return "leaves out what nothing refers to"
    case .shareStrings: return "names that end alike are stored once"
    case .exportEntryOnly: return "nothing else can be taken for somebody's; fewer names"
    case .separateCode: return "no data can be executed; what is written begins with a page"
    case .bindNow: return "addresses of functions are read-only when the plugin runs"
    case .strip: return "the table of symbols, a third of a small file"
    case .foldCode: return "equal functions are stored once"
    case .packRelocations: return "a bit for each pointer in place of 24 bytes"
    case .noStartFiles: return "the C compiler's code for static constructors, and what it imports"
    case .noRelro: return "one written page in place of two"
    case .readOnlyDynamic: return "the dynamic section is not on a page that is written"
    case .noSeparateCode: return "a page of the file"
    case .noReadOnlySegment:
      return "a page of the file and a mapping: names and tables lie with code"
    }
  }

  /// What it gives up; nil for nothing.
  public var cost: String? {
    switch self {
    case .dropUnused, .shareStrings, .exportEntryOnly, .separateCode, .bindNow: return nil
    case .strip:
      return "names in backtraces, debuggers and profiles; keep a copy made without it"
    case .foldCode:
      return "two functions can have one address: breakpoints and comparisons of function pointers"
    case .packRelocations: return "systems with a glibc older than 2.36"
    case .noStartFiles:
      return "destructors of C and C++ statics when the plugin is unmapped"
    case .noRelro:
      return "protection: a wild write can redirect the plugin's calls"
    case .readOnlyDynamic: return "systems with a glibc older than 2.35"
    case .noSeparateCode:
      return "protection: data on the edge pages of code can be executed; and, for most plugins, a "
        + "page of private memory"
    case .noReadOnlySegment: return "protection: names and tables of the plugin can be executed"
    }
  }
}
