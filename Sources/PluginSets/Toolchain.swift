internal import FoundationEssentials
internal import Glibc
internal import Platform

/// The compilers and linkers that plugin sets are built with. Nothing is hard-wired: the compiler is
/// asked where its libraries are.
public struct Toolchain: Sendable {
  /// As it was found: `swiftc` is one program that goes by its name, so links are not followed.
  public let swiftc: String
  /// The compiler's own version text.
  public let version: String
  public let triple: String
  /// The C compiler that builds the floor.
  public let cc: String
  /// Where the Swift libraries lie that programs load at run time.
  public let runtimeLibraryPaths: [String]
  private let toolDirectory: String
  /// Changes whenever a compiler does.
  let key: ContentKey

  private struct TargetInformation: Decodable {
    struct Target: Decodable { var triple: String }
    struct Paths: Decodable {
      var runtimeLibraryPaths: [String]
      var runtimeLibraryImportPaths: [String]
      var runtimeResourcePath: String
    }
    var compilerVersion: String
    var target: Target
    var paths: Paths
  }

  /// Finds the compilers through SWIFTC, CC and the PATH.
  public init(environment: [String: String]) throws(PluginSetError) {
    swiftc = try Self.find(["swiftc"], named: environment["SWIFTC"], environment)
    cc = try Self.find(["cc", "gcc", "clang"], named: environment["CC"], environment)

    let information = try Self.targetInformation(swiftc, [])
    version = information.compilerVersion
    triple = information.target.triple
    runtimeLibraryPaths = information.paths.runtimeLibraryPaths
    // Of `usr/lib/swift`: the tools lie in `usr/bin`, wherever a link to the compiler may lie.
    toolDirectory = Path.join(
      Path.parent(of: Path.parent(of: information.paths.runtimeResourcePath)), "bin")
    key = ContentKey([
      version, triple, try Self.identity(of: swiftc), try Self.identity(of: cc),
    ])
  }

  private static func targetInformation(
    _ swiftc: String, _ options: [String]
  ) throws(PluginSetError) -> TargetInformation {
    let output: String
    do {
      output = try Command.run([swiftc] + options + ["-print-target-info"])
    } catch {
      throw .brokenCompiler(path: swiftc, reason: error.reason)
    }
    guard
      let information = try? JSONDecoder().decode(
        TargetInformation.self, from: Data(output.utf8))
    else { throw .brokenCompiler(path: swiftc, reason: "it does not describe its target") }
    return information
  }

  /// Where the compiler says that what is linked statically lies.
  ///
  /// - Throws: `noStaticLibrary` where the toolchain comes without it.
  func staticLibraries() throws(PluginSetError) -> StaticLibraries {
    let paths = try Self.targetInformation(swiftc, ["-static-stdlib"]).paths
    return try StaticLibraries(
      directories: paths.runtimeLibraryPaths,
      startFileDirectories: paths.runtimeLibraryImportPaths)
  }

  /// The linker's `-z` option that packs relative relocations; none where this system's loader would
  /// refuse such a file: glibc knows them from 2.36 on.
  var relocationPacking: [String] {
    // "glibc 2.36"; another C library says nothing.
    var text = [UInt8](repeating: 0, count: 64)
    let count = unsafe text.withUnsafeMutableBytes {
      unsafe confstr(Int32(_CS_GNU_LIBC_VERSION), $0.baseAddress, $0.count)
    }
    guard count > 1, count <= text.count,
      let version = String(decoding: text[..<(count - 1)], as: UTF8.self).split(separator: " ").last
    else { return [] }
    let parts = version.split(separator: ".")
    guard parts.count >= 2, let major = Int(parts[0]), let minor = Int(parts[1]),
      (major, minor) >= (2, 36)
    else { return [] }
    return ["pack-relative-relocs"]
  }

  /// The licence of what comes with the Swift compiler; nil where it is not where swift.org has it.
  var license: String? {
    let path = Path.join(Path.parent(of: toolDirectory), "share/swift/LICENSE.txt")
    return Files.exists(path) ? path : nil
  }

  /// A tool that comes with the Swift compiler.
  func companion(_ name: String) throws(PluginSetError) -> String {
    let path = Path.join(toolDirectory, name)
    guard Files.exists(path) else { throw .noTool(path: path) }
    return path
  }

  private static func find(
    _ names: [String], named given: String?, _ environment: [String: String]
  ) throws(PluginSetError) -> String {
    if let given, !given.isEmpty {
      if given.contains("/") {
        guard unsafe access(given, X_OK) == 0 else { throw .noCompiler(name: given) }
        return given
      }
      return try find([given], named: nil, environment)
    }
    for name in names {
      for directory in (environment["PATH"] ?? "").split(separator: ":") {
        let path = Path.join(String(directory), name)
        // The link itself is kept: swiftc is one program that goes by its name.
        if unsafe access(path, X_OK) == 0 { return path }
      }
    }
    throw .noCompiler(name: names[0])
  }

  static func identity(of path: String) throws(PluginSetError) -> String {
    do {
      let resolved = try Files.resolve(path)
      guard let status = try Files.status(resolved) else { return resolved }
      return "\(resolved) \(status.byteCount) \(status.modificationNanoseconds)"
    } catch {
      throw .system(error)
    }
  }
}
