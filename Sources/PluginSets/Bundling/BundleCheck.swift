internal import ELFInspection
internal import Platform

/// Whether a finished bundle finds all it needs in itself and in the system, told from its files alone.
struct BundleCheck {
  let folder: String
  let shipped: Set<String>

  /// Goes through every host and plugin as the loader would, under an empty environment.
  ///
  /// - Throws: `missingLibrary` or `notSelfContained`.
  func check(_ manifest: PackageSchema1) throws(BundleError) {
    for file in manifest.files where file.role == .host || file.role == .plugin {
      let tree: NeededTree
      do {
        let path = Path.join(folder, file.path)
        let header = try ELFFile(path: path).header
        tree = try NeededTree(
          of: path, search: LibrarySearch.ofThisSystem(for: header, environment: [:]))
      } catch {
        throw .unreadable(error.description)
      }
      if let (by, request) = tree.missing.first {
        throw .missingLibrary(request.name, by: relative(by), reason: nil)
      }
      for object in tree.objects {
        for request in object.requests {
          guard let index = request.object else { continue }
          let path = tree.objects[index].path
          let isSystems = SystemLibraries.contain(request.name, shipped: shipped)
          if !isSystems, !path.hasPrefix(folder + "/"), object.path.hasPrefix(folder + "/") {
            throw .notSelfContained(library: path, by: relative(object.path))
          }
        }
      }
    }
  }

  private func relative(_ path: String) -> String {
    path.hasPrefix(folder + "/")
      ? String(decoding: path.utf8.dropFirst(folder.utf8.count + 1), as: UTF8.self) : path
  }
}

/// The version of the C library that files ask for.
enum GlibcVersion {
  /// The newest that one of the files at `paths` needs: "2.36"; nil where they need none.
  static func newest(neededBy paths: [String]) -> String? {
    var newest: [Int] = []
    for path in paths {
      guard let file = try? ELFFile(path: path) else { continue }
      for need in file.symbolVersions().needs {
        // The mark of a loader that knows packed relative relocations.
        let version = need.name == "GLIBC_ABI_DT_RELR" ? "GLIBC_2.36" : need.name
        guard version.hasPrefix("GLIBC_") else { continue }
        let numbers = version.dropFirst(6).split(separator: ".").compactMap { Int($0) }
        if newest.lexicographicallyPrecedes(numbers) { newest = numbers }
      }
    }
    return newest.isEmpty ? nil : newest.map(String.init).joined(separator: ".")
  }
}
