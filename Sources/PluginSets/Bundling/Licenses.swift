internal import Platform

/// The licences of what a bundle ships and was not built here: that of the Swift toolchain, and what
/// Debian's packages say of the libraries that they hold.
struct Licenses {
  private let toolchain: Toolchain
  /// Paths of texts, and the files in the bundle that each is for, by the name of the text.
  private var found: [String: (path: String, files: Set<String>)] = [:]

  init(_ toolchain: Toolchain) { self.toolchain = toolchain }

  /// Notes a file that holds the toolchain's code.
  mutating func noteToolchain(_ place: String) {
    guard let license = toolchain.license else { return }
    found["swift.txt", default: (license, [])].files.insert(place)
  }

  /// Notes a library that was found at `source`; where nobody knows its licence, there is none to note.
  mutating func note(_ source: String, as place: String) throws(BundleError) {
    if toolchain.runtimeLibraryPaths.contains(Path.parent(of: source)) {
      noteToolchain(place)
      return
    }
    guard let package = Self.package(of: source) else { return }
    let path = "/usr/share/doc/\(package)/copyright"
    if Files.exists(path) { found[package + ".txt", default: (path, [])].files.insert(place) }
  }

  /// The Debian package that holds the file.
  private static func package(of source: String) -> String? {
    var names = [source]
    if let resolved = try? Files.resolve(source) {
      names.append(resolved)
      // Packages may know the file by its place before directories were merged into /usr.
      if resolved.hasPrefix("/usr/") { names.append(String(resolved.dropFirst(4))) }
    }
    for name in names {
      // "libelf1:amd64: /usr/lib/x86_64-linux-gnu/libelf-0.188.so"
      if let line = try? Command.run(["dpkg-query", "-S", name]),
        let package = line.split(separator: ":").first, !package.contains(" ")
      {
        return String(package)
      }
    }
    return nil
  }

  /// The texts, with their names and the files that they are for.
  func texts() throws(BundleError) -> [(name: String, text: [UInt8], because: [String])] {
    var texts: [(name: String, text: [UInt8], because: [String])] = []
    for (name, license) in found.sorted(by: { $0.key < $1.key }) {
      do {
        texts.append((name, try Files.read(license.path), license.files.sorted()))
      } catch {
        throw .system(error)
      }
    }
    return texts
  }
}
