internal import Platform

/// What SwiftPM has built beside the running executable, and the sources it was built from.
///
/// The object files are linked anew for every variant, so that host, runtime and plugins are the same
/// code in all of them.
struct BuildProducts {
  /// SwiftPM's directory for one configuration, such as `.build/release`.
  let directory: String
  /// The checkout.
  let root: String

  /// - Parameter executable: the path of a program in SwiftPM's build directory.
  init(executable: String) throws(PluginSetError) {
    directory = Path.parent(of: executable)
    var candidate = directory
    while !Files.exists(Path.join(candidate, "Benchmarks/PluginTemplates/plugin.swift.template")) {
      let parent = Path.parent(of: candidate)
      guard parent != candidate else { throw .noSources(from: directory) }
      candidate = parent
    }
    root = candidate
  }

  var modules: String { Path.join(directory, "Modules") }
  var templates: String { Path.join(root, "Benchmarks/PluginTemplates") }

  /// The functions that run when a host starts and loads plugins, in the order in which they first do:
  /// linkers take it, and `Benchmarks/start-up-order` makes it.
  func startUpOrder() throws(PluginSetError) -> String {
    let path = Path.join(root, "Benchmarks/start-up.order")
    // A checkout of before it was there is measured as it is.
    guard Files.exists(path) else { return "" }
    do {
      return try Files.readText(path)
    } catch {
      throw .system(error)
    }
  }

  /// Where the C modules that a plugin imports lie.
  var includeDirectories: [String] {
    [
      "Sources/Runtime/CPluginABI/include", "Sources/Runtime/CRuntimeSupport/include",
      "Sources/CProbe/include", "Sources/CEmbeddedPlugin/include",
    ]
    .map { Path.join(root, $0) }
  }

  /// The object files that SwiftPM links into `product`.
  func objects(of product: String) throws(PluginSetError) -> [String] {
    let list = Path.join(directory, "\(product).product/Objects.LinkFileList")
    guard let text = try? Files.readText(list) else { throw .notBuilt(path: list) }
    return text.split(separator: "\n").map { line in
      // SwiftPM quotes a path that holds a blank.
      line.hasPrefix("'") && line.hasSuffix("'")
        ? String(line.dropFirst().dropLast()).replacing("'\\''", with: "'") : String(line)
    }
  }

  /// The object files of a library target that belongs to no product of its own.
  func objects(ofTarget target: String) throws(PluginSetError) -> [String] {
    let folder = Path.join(directory, "\(target).build")
    guard let names = try? Files.list(folder) else { throw .notBuilt(path: folder) }
    let objects = names.filter { $0.hasSuffix(".o") }.map { Path.join(folder, $0) }
    guard !objects.isEmpty else { throw .notBuilt(path: folder) }
    return objects
  }

  /// A key of the contents of `paths`; a path that names a directory stands for the files in it.
  func key(ofFiles paths: [String]) throws(PluginSetError) -> ContentKey {
    var parts: [String] = []
    for path in paths {
      do {
        guard let status = try Files.status(path) else { throw PluginSetError.notBuilt(path: path) }
        let files =
          status.isDirectory ? try Files.list(path).map { Path.join(path, $0) } : [path]
        for file in files {
          parts.append(Path.name(of: file))
          parts.append(ContentKey(hashing: try Files.read(file)).description)
        }
      } catch let error as PluginSetError {
        throw error
      } catch let error as SystemError {
        throw .system(error)
      } catch {
        throw .notBuilt(path: path)
      }
    }
    return ContentKey(parts)
  }
}
