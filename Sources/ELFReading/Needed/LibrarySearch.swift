internal import Glibc
internal import Platform

/// Where a loader looks for libraries, apart from what the files themselves say.
///
/// As it is made, it knows nothing of the environment or the processor.
public struct LibrarySearch: Equatable, Sendable {
  /// Stands before every absolute path when a file is opened; empty for this system's own files. A
  /// symbolic link with an absolute target leads out of it.
  public var root = ""
  /// The text of `LD_LIBRARY_PATH`.
  public var libraryPath: String?
  /// The loader's cache, below ``root``; nil for a search without one.
  public var cachePath: String? = "/etc/ld.so.cache"
  /// What is tried in each directory before the directory itself, the best one first:
  /// "glibc-hwcaps/x86-64-v3".
  public var subdirectories: [String] = []
  /// What `$PLATFORM` stands for; nil for what the kernel calls the file's machine.
  public var platform: String?
  /// What `$LIB` stands for; nil for "lib/x86_64-linux-gnu" and its like where ``root`` has that
  /// directory, else "lib64" and its like.
  public var libraryDirectory: String?
  /// Where the loader looks last; nil for those of the file's machine, by what ``root`` has.
  public var defaultDirectories: [String]?
  /// Names that are there before anything is looked for: of libraries that the process has mapped.
  public var provided: Set<String> = []

  public init() {}

  /// The search that this system's loader would make for a file: with the environment given and the
  /// capabilities of this processor.
  ///
  /// - Parameters:
  ///   - header: of the file; one for another machine is searched for without capabilities.
  ///   - environment: of which `LD_LIBRARY_PATH` counts.
  public static func ofThisSystem(
    for header: ELFFile.Header, environment: [String: String]
  ) -> LibrarySearch {
    var search = LibrarySearch()
    search.libraryPath = environment["LD_LIBRARY_PATH"]
    guard header.machine == 62, header.is64Bit, let processor = X86Processor.this else {
      return search
    }
    let level = processor.level
    search.subdirectories = stride(from: level, to: 1, by: -1).map { "glibc-hwcaps/x86-64-v\($0)" }
    // The loader's own names, for Intel's processors alone: those with AVX2 and what came with it, and
    // those with AVX-512. All others are called what the kernel calls them, and that twice.
    let isHaswell = processor.isIntel && level >= 3
    search.platform = isHaswell ? "haswell" : "x86_64"
    if usesLegacySubdirectories {
      let extensions = processor.isIntel && level >= 4 ? ["avx512_1"] : []
      search.subdirectories += selections(
        of: ["tls", isHaswell ? "haswell" : "x86_64"] + extensions + ["x86_64"])
    }
    return search
  }

  /// Every selection of `names` but the empty one, joined as a path; those with earlier names first.
  private static func selections(of names: [String]) -> [String] {
    stride(from: 1 << names.count - 1, to: 0, by: -1).map { bits in
      names.indices.filter { bits >> (names.count - 1 - $0) & 1 == 1 }.map { names[$0] }
        .joined(separator: "/")
    }
  }

  /// glibc looked into subdirectories such as `tls/haswell` up to 2.36.
  private static var usesLegacySubdirectories: Bool {
    var text = [CChar](repeating: 0, count: 64)
    guard unsafe confstr(Int32(_CS_GNU_LIBC_VERSION), &text, text.count) > 0 else {
      return false
    }
    // "glibc 2.36"
    let numbers = String(decoding: text.prefix { $0 != 0 }.map(UInt8.init), as: UTF8.self)
      .split { !$0.isNumber }.compactMap { Int($0) }
    return numbers.count >= 2 && (numbers[0], numbers[1]) < (2, 37)
  }

  /// The names of ``subdirectories`` that the loader's cache knows them by.
  var capabilities: [String] {
    subdirectories.compactMap { name in
      name.hasPrefix("glibc-hwcaps/")
        ? String(decoding: name.utf8.dropFirst(13), as: UTF8.self) : nil
    }
  }

  /// Where to open what the loader calls `path`.
  func file(_ path: String) -> String { path.hasPrefix("/") ? root + path : path }

  func hasMultiarch(_ machine: LoaderMachine) -> Bool {
    guard let multiarch = machine.multiarch else { return false }
    return Files.exists(file("/lib/\(multiarch)")) || Files.exists(file("/usr/lib/\(multiarch)"))
  }

  func directories(of machine: LoaderMachine) -> [String] {
    if let defaultDirectories { return defaultDirectories }
    if let multiarch = machine.multiarch, hasMultiarch(machine) {
      return ["/lib/\(multiarch)", "/usr/lib/\(multiarch)", "/lib", "/usr/lib"]
    }
    return ["/\(machine.libraryDirectory)", "/usr/\(machine.libraryDirectory)"]
  }
}

/// What stands for `$ORIGIN`, `$LIB` and `$PLATFORM` in one file's paths.
struct PathTokens {
  /// The directory of the file.
  var origin: String
  var library: String
  var platform: String?

  /// `text` with its tokens replaced; nil where one has no value, as then the loader drops the path.
  ///
  /// A dollar sign before another name stands for itself.
  ///
  /// Source: `ld.so(8)`, "Dynamic string tokens".
  func expand(_ text: String) -> String? {
    let bytes = Array(text.utf8)
    guard bytes.contains(UInt8(ascii: "$")) else { return text }
    var result: [UInt8] = []
    var index = 0
    while index < bytes.count {
      guard bytes[index] == UInt8(ascii: "$"), let token = Self.token(in: bytes, at: index + 1)
      else {
        result.append(bytes[index])
        index += 1
        continue
      }
      let value: String?
      switch String(decoding: bytes[token.name], as: UTF8.self) {
      case "ORIGIN": value = origin
      case "LIB": value = library
      case "PLATFORM": value = platform
      default:
        result.append(bytes[index])
        index += 1
        continue
      }
      guard let value else { return nil }
      result += value.utf8
      // One that repeats a long value many times is no path.
      guard result.count <= 1 << 16 else { return nil }
      index = token.end
    }
    return String(decoding: result, as: UTF8.self)
  }

  /// The name behind a dollar sign, with braces or without, and where what follows it begins.
  private static func token(in bytes: [UInt8], at start: Int) -> (name: Range<Int>, end: Int)? {
    guard start < bytes.count else { return nil }
    let isBraced = bytes[start] == UInt8(ascii: "{")
    let first = isBraced ? start + 1 : start
    var end = first
    while end < bytes.count, bytes[end].isNamePart { end += 1 }
    guard isBraced else { return (first..<end, end) }
    guard end < bytes.count, bytes[end] == UInt8(ascii: "}") else { return nil }
    return (first..<end, end + 1)
  }
}

extension UInt8 {
  fileprivate var isNamePart: Bool {
    switch self {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
      true
    default: false
    }
  }
}

/// What glibc's loader asks an x86-64 processor for.
private struct X86Processor {
  let isIntel: Bool
  /// The level of the x86-64 ABI that it reaches, 1 to 4.
  let level: Int

  /// nil on another machine.
  ///
  /// Source: the x86-64 psABI, "Micro-architecture levels", by the kernel's names for the features.
  static var this: X86Processor? {
    // The first of them all: the kernel tells the same of each.
    guard let file = try? FileDescriptor(opening: "/proc/cpuinfo", O_RDONLY),
      let text = try? file.readToEnd(limit: 4096)
    else { return nil }
    let lines = text.split(separator: UInt8(ascii: "\n"))
    func words(of name: String) -> Set<String>? {
      lines.first { $0.starts(with: name.utf8) }.map { line in
        Set(line.split(separator: UInt8(ascii: " ")).map { String(decoding: $0, as: UTF8.self) })
      }
    }
    guard let flags = words(of: "flags") else { return nil }
    let levels: [Set<String>] = [
      ["cx16", "lahf_lm", "popcnt", "sse4_1", "sse4_2", "ssse3"],
      ["avx", "avx2", "bmi1", "bmi2", "f16c", "fma", "abm", "movbe", "xsave"],
      ["avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"],
    ]
    return X86Processor(
      isIntel: words(of: "vendor_id")?.contains("GenuineIntel") ?? false,
      level: 1 + levels.prefix { $0.isSubset(of: flags) }.count)
  }
}
