internal import ELFReading
internal import Glibc
internal import Platform
internal import Synchronization

/// The libraries beside the runtime that go by the names of the toolchain's and hand on to it.
///
/// The loader gives whoever needs a name the library that goes by it already, wherever its own path
/// would lead. So they are mapped before any plugin that might need them; a few pages that hold no code.
enum ForwardingLibraries {
  /// Maps all that lie beside the runtime library at `runtime`, once for the process.
  static func map(beside runtime: String) {
    mapped.withLock { mapped in
      guard !mapped else { return }
      mapped = true
      let directory = Path.parent(of: runtime)
      // Whoever has others has this one; most have none.
      guard Files.exists(Path.join(directory, MergedRuntime.core)),
        let names = try? Files.list(directory)
      else { return }
      let known = LoaderObjects.fileNames()
      for name in names
      where name.hasPrefix("lib") && name.hasSuffix(".so") && !known.contains(name) {
        let path = Path.join(directory, name)
        guard let file = try? ELFFile(path: path), file.isForwarding(to: Path.name(of: runtime))
        else { continue }
        unsafe dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE)
      }
    }
  }

  private static let mapped = Mutex(false)
}
