internal import CPluginABI
internal import Platform
internal import Synchronization

/// A plugin that is built from the sources in `Tests/Fixtures/NAME`.
///
/// The folder holds one of `plugin.c`, `plugin.swift.template` (full Swift, against this build's
/// runtime) and `embedded.swift.template`, with the manifest to be filled in, and perhaps a library that the plugin needs, `library.c` or `library.swift`. With `embedded.swift.template` there may
/// be a file `sources`, which names a folder whose Swift files are compiled along with it.
public struct Fixture: Sendable, CustomStringConvertible {
  public let name: String
  /// For the compiler that links it.
  public let flags: [String]
  /// The library that the plugin needs is there when the plugin is loaded.
  public let shipsLibrary: Bool

  public init(_ name: String, flags: [String] = [], shipsLibrary: Bool = true) {
    self.name = name
    self.flags = flags
    self.shipsLibrary = shipsLibrary
  }

  public var description: String { name }

  /// The file, built when it is first asked for and once only.
  ///
  /// - Throws: what the compiler says.
  public func path() throws -> String {
    let cell = Self.cells.withLock { cells in
      let key = ([name] + flags).joined(separator: " ")
      if let cell = cells[key] { return cell }
      let cell = Cell()
      cells[key] = cell
      return cell
    }
    return try cell.result.withLock { result in
      if let result { return try result.get() }
      let new = Result<String, any Error> { try build() }
      result = new
      return try new.get()
    }
  }

  /// A copy of its own in `directory`, which the loader takes for another plugin.
  ///
  /// - Parameter manifestName: overwrites the name in the manifest, and the ids of what the plugin
  ///   offers; at most 63 bytes.
  public func copy(
    to directory: String, as fileName: String? = nil, manifestName: String? = nil
  ) throws -> String {
    let target = Path.join(directory, fileName ?? name + ".so")
    try FileEdits.copy(try path(), to: target) { bytes in
      guard let manifestName else { return }
      for owner in bytes.offsets(of: Array("PluginRuntime\0\0\0".utf8)) {
        // A note's type stands before its owner.
        let type = bytes.integer(at: owner - 4, as: Int32.self)
        guard type != PLR_NOTE_TYPE_REQUIREMENT else { continue }
        let isOffer = type == PLR_NOTE_TYPE_OFFER
        let field = owner + Int(PLR_NOTE_OWNER_CAPACITY) + (isOffer ? 8 : 16)
        let padding = Int(PLR_MANIFEST_NAME_CAPACITY) - manifestName.utf8.count
        bytes.overwrite(
          at: field, with: Array(manifestName.utf8) + Array(repeating: 0, count: padding))
      }
    }
    return target
  }

  // MARK: Building

  private final class Cell: Sendable {
    /// Held while the fixture is built: who comes second waits.
    let result = Mutex<Result<String, any Error>?>(nil)
  }

  private static let cells = Mutex<[String: Cell]>([:])

  private static let includes: [String] = [
    "Tests/Fixtures/include", "Sources/Runtime/CPluginABI/include",
    "Sources/Runtime/CRuntimeSupport/include",
  ].map { Path.join(TestBuild.root, $0) }.flatMap { ["-I", $0] }

  private var sources: String { Path.join(TestBuild.root, "Tests/Fixtures/\(name)") }

  private func build() throws -> String {
    let directory = try TemporaryDirectory.make(name)
    let output = Path.join(directory, name + ".so")
    let libraries = try buildLibrary(in: directory)
    if let source = source("plugin.c") {
      try Tool.run(
        ["cc", "-std=gnu11", "-g0", "-O1", "-fPIC", "-shared", "-Wall", "-Wextra", "-Werror"]
          + Self.includes + [source, "-o", output] + libraries + flags)
    } else if source("plugin.swift.template") != nil {
      let object = Path.join(directory, "plugin.o")
      try Tool.run(
        ["swiftc", "-c", "-O", "-wmo", "-parse-as-library", "-module-name", moduleName]
          + ["-I", Path.join(TestBuild.directory, "Modules")] + Self.includes
          + [try filledIn("plugin.swift", in: directory), "-o", object])
      try Tool.run(
        ["swiftc", "-emit-library", "-module-name", moduleName, object] + (try Self.kitObjects())
          + ["-L", TestBuild.directory, "-lPluginRuntime", "-o", output] + flags)
    } else {
      let object = Path.join(directory, "plugin.o")
      try Tool.run(
        ["swiftc", "-c", "-O", "-wmo", "-enable-experimental-feature", "Embedded"]
          + ["-parse-as-library", "-module-name", moduleName] + Self.includes
          + ["-Xcc", "-fPIC", try filledIn("embedded.swift", in: directory), "-o", object]
          + (try sharedSources()))
      try Tool.run(
        ["cc", "-shared", object, "-Wl,--version-script", Path.join(sources, "exports.map")]
          + ["-o", output] + flags)
    }
    return output
  }

  /// The Swift files of the folder that `sources` names: they become part of the plugin.
  private func sharedSources() throws -> [String] {
    guard let list = source("sources") else { return [] }
    let line = try Files.readText(list).split(separator: "\n")[0]
    let folder = Path.join(TestBuild.root, String(line))
    return try Files.list(folder).map { Path.join(folder, $0) }
  }

  private func buildLibrary(in directory: String) throws -> [String] {
    let folder = Path.join(directory, "lib")
    let output = Path.join(folder, "libfixture-\(name).so")
    if let source = source("library.c") {
      try Files.makeDirectory(folder)
      try Tool.run(
        ["cc", "-fPIC", "-shared", source, "-Wl,-soname,libfixture-\(name).so", "-o", output])
    } else if let source = source("library.swift") {
      try Files.makeDirectory(folder)
      try Tool.run(
        ["swiftc", "-emit-library", "-O", "-parse-as-library", "-module-name", moduleName, source]
          + ["-o", output])
    } else {
      return []
    }
    return ["-L", folder, "-lfixture-\(name)"] + (shipsLibrary ? ["-Wl,-rpath,\(folder)"] : [])
  }

  private func source(_ name: String) -> String? {
    let path = Path.join(sources, name)
    return Files.exists(path) ? path : nil
  }

  private var moduleName: String {
    "Fixture_" + String(name.map { $0 == "-" ? "_" : $0 })
  }

  /// The objects of PluginKit, which every Swift plugin carries.
  private static func kitObjects() throws -> [String] {
    let folder = Path.join(TestBuild.directory, "PluginKit.build")
    return try Files.list(folder).filter { $0.hasSuffix(".o") }.map { Path.join(folder, $0) }
  }

  private func filledIn(_ file: String, in directory: String) throws -> String {
    let target = Path.join(directory, file)
    let text = try Files.readText(Path.join(sources, file + ".template"))
    try FileEdits.write(Array(Self.filledIn(text).utf8), to: target)
    return target
  }

  /// Puts the manifest's type and, for `{{manifest NAME CLASS}}`, its value into Swift source.
  public static func filledIn(_ text: String, manifestName: String? = nil) -> String {
    var text = text.replacing("{{manifest-type}}", with: manifestType)
    while let open = text.firstRange(of: "{{manifest "),
      let close = text[open.upperBound...].firstRange(of: "}}")
    {
      let words = text[open.upperBound..<close.lowerBound].split(separator: " ")
      text.replaceSubrange(
        open.lowerBound..<close.upperBound,
        with: manifest(manifestName ?? String(words[0]), unloadClass: String(words[1])))
    }
    return text
  }

  private static let manifestType = """
    (
      UInt32, UInt32, UInt32, InlineArray<16, UInt8>, UInt32, UInt16, UInt16, UInt32, UInt32,
      InlineArray<64, UInt8>, InlineArray<32, UInt8>, InlineArray<128, UInt8>
    )
    """

  /// A manifest as a Swift literal: see `plr_manifest_note`.
  private static func manifest(_ name: String, unloadClass: String) -> String {
    func bytes(_ text: String, _ capacity: Int32) -> String {
      let padding = Array(repeating: UInt8(0), count: Int(capacity) - text.utf8.count)
      return "[" + (text.utf8 + padding).map(String.init).joined(separator: ", ") + "]"
    }
    let size = MemoryLayout<plr_manifest>.size
    // An Embedded plugin needs no Swift runtime, so that only full Swift asks for the feature; both
    // may be given the toolchain's name.
    let features = name.contains("embedded") ? 0 : PLR_FEATURE_SWIFT_RUNTIME
    return """
      (
        \(PLR_NOTE_OWNER.utf8.count + 1), \(size), \(PLR_NOTE_TYPE_MANIFEST),
        \(bytes(PLR_NOTE_OWNER, PLR_NOTE_OWNER_CAPACITY)),
        \(size), \(PLR_ABI_MAJOR), \(PLR_ABI_MINOR), \(unloadClass), \(features),
        \(bytes(name, PLR_MANIFEST_NAME_CAPACITY)), \(bytes("1.2.3", PLR_MANIFEST_VERSION_CAPACITY)),
        \(bytes(unsafe String(cString: plugin_toolchain()), PLR_MANIFEST_TOOLCHAIN_CAPACITY))
      )
      """
  }
}

extension Fixture {
  public static let wellBehavedC = Fixture("well-behaved-c")
  public static let wellBehavedSwift = Fixture("well-behaved-swift")
  public static let wellBehavedEmbedded = Fixture("well-behaved-embedded")
  public static let claimsUnloadable = Fixture("claims-unloadable-but-has-conformances")
  public static let nodelete = Fixture("nodelete", flags: ["-Wl,-z,nodelete"])
  /// Admitted, and refused by the loader.
  public static let notForLoading = Fixture("well-behaved-c", flags: ["-Wl,-z,nodlopen"])
  public static let missingLibrary = Fixture("missing-library", shipsLibrary: false)
}
