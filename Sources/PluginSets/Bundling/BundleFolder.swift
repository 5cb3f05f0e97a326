internal import CSodium
internal import ELFInspection
internal import Glibc
internal import Platform

/// The folder in which a bundle is made, file by file.
struct BundleFolder {
  let path: String
  let objcopy: BundleTool
  let editor: SearchPathEditor

  /// Copies a file in, takes out what only debuggers read, and gives it its search path.
  ///
  /// - Parameter isLinked: it needs libraries of the bundle.
  /// - Returns: what the manifest says of it, and of the file for debuggers where there is one.
  func add(
    _ file: BundlePlan.File, isLinked: Bool, because: [String]
  ) throws(BundleError) -> [PackageSchema1.File] {
    let target = Path.join(path, file.path)
    try copy(file.source, to: target, mode: 0o755)
    let debug = try separate(target, file.path)
    if isLinked, let searchPath = file.role.searchPath { try editor.set(searchPath, of: target) }
    var entry = try entry(file.path, file.role, because)
    entry.debug = debug
    guard let debug else { return [entry] }
    return [entry, try self.entry(debug, .debug, [file.path])]
  }

  /// Writes a file that is no program and no library.
  func add(
    _ bytes: [UInt8], _ role: PackageSchema1.File.Role, at place: String, because: [String]
  ) throws(BundleError) -> PackageSchema1.File {
    try write(bytes, to: Path.join(path, place), mode: 0o644)
    return try entry(place, role, because)
  }

  private func copy(_ source: String, to target: String, mode: mode_t) throws(BundleError) {
    do {
      try write(try Files.read(source), to: target, mode: mode)
    } catch let error as SystemError {
      throw .system(error)
    } catch {
      throw error as! BundleError
    }
  }

  private func write(_ bytes: [UInt8], to target: String, mode: mode_t) throws(BundleError) {
    do throws(SystemError) {
      try Files.makeDirectory(Path.parent(of: target))
      try FileDescriptor(opening: target, O_WRONLY | O_CREAT | O_EXCL, mode: mode).write(bytes)
    } catch {
      throw .system(error)
    }
  }

  /// Moves what only debuggers read into a file of its own, which the other names.
  ///
  /// - Returns: where that lies, below the folder; nil where there is nothing to move.
  private func separate(_ target: String, _ place: String) throws(BundleError) -> String? {
    let buildID: String?
    do {
      let file = try ELFFile(path: target)
      guard file.sectionNames().contains(where: { $0 == ".symtab" || $0.hasPrefix(".debug_") })
      else { return nil }
      buildID = file.notes().buildID
    } catch {
      throw .unreadable(error.description)
    }
    // Debuggers look for it there by the file's build id.
    let name =
      if let buildID, buildID.utf8.count > 2 {
        ".build-id/\(buildID.prefix(2))/\(buildID.dropFirst(2)).debug"
      } else {
        place + ".debug"
      }
    let debug = PackageSchema1.File.Role.debug.place(of: name)
    let debugPath = Path.join(path, debug)
    do {
      try Files.makeDirectory(Path.parent(of: debugPath))
    } catch {
      throw .system(error)
    }
    // The same code twice, as by a copy of a plugin.
    if !Files.exists(debugPath) {
      try objcopy.run(["--only-keep-debug", target, debugPath], on: target)
    }
    try objcopy.run(["--strip-all", "--add-gnu-debuglink=" + debugPath, target], on: target)
    return debug
  }

  private func entry(
    _ place: String, _ role: PackageSchema1.File.Role, _ because: [String]
  ) throws(BundleError) -> PackageSchema1.File {
    let bytes: [UInt8]
    do {
      bytes = try Files.read(Path.join(path, place))
    } catch {
      throw .system(error)
    }
    var entry = PackageSchema1.File(
      path: place, role: role, size: bytes.count, sha256: bytes.sha256, because: because)
    if role.searchPath != nil, let file = try? ELFFile(path: Path.join(path, place)) {
      entry.buildID = file.notes().buildID
      entry.runpath = file.dynamicSection()?.runpath
    }
    return entry
  }
}

extension [UInt8] {
  /// In hexadecimal digits. The corresponding C function is `crypto_hash_sha256(3)` of libsodium.
  var sha256: String {
    var digest = [UInt8](repeating: 0, count: 32)
    let code = unsafe crypto_hash_sha256(&digest, self, UInt64(count))
    precondition(code == 0, "SHA-256 takes any input")
    let digits = Array("0123456789abcdef".utf8)
    return String(
      decoding: digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }
}
