internal import ELFInspection
internal import Platform
internal import Reporting
internal import SizeAnalysis

extension SizeSchema1 {
  /// What the file says of itself as a plugin, and what comes with it.
  func writeNeeds(
    of file: FileAnalysis, _ tree: NeededTree?, to json: inout Writer
  ) throws(SystemError) {
    if let manifest = file.manifest { try write(manifest, to: &json) }
    json.member("opens")
    json.beginArray()
    let requests = tree?.objects.first?.requests.filter { $0.kind == .opened } ?? []
    for library in file.notes.openedLibraries {
      json.beginObject(.inline)
      json.member("sonames")
      json.beginArray(.inline)
      for name in library.sonames { try json.value(name) }
      try json.endArray()
      try json.member("priority", library.priority)
      try json.member("feature", library.feature)
      try json.member("description", library.description)
      let found = library.sonames.lazy.compactMap { name in
        requests.first { $0.name == name && $0.isThere }
      }.first
      try json.member("found", found?.name)
      try json.endObject()
    }
    try json.endArray()
    guard let tree else { return }
    json.member("neededTree")
    json.beginObject()
    try json.member("complete", tree.isComplete)
    json.member("objects")
    json.beginArray()
    for object in tree.objects {
      json.beginObject()
      try json.member("path", object.path)
      try json.member("soname", object.soname)
      json.member("requests")
      json.beginArray()
      for request in object.requests { try write(request, to: &json) }
      try json.endArray()
      try json.endObject()
    }
    try json.endArray()
    json.member("missing")
    json.beginArray()
    for (asker, request) in tree.missing {
      json.beginObject(.inline)
      try json.member("name", request.name)
      try json.member("by", asker)
      try json.endObject()
    }
    try json.endArray()
    try json.endObject()
  }

  private func write(_ request: NeededTree.Request, to json: inout Writer) throws(SystemError) {
    json.beginObject(.inline)
    try json.member("name", request.name)
    try json.member("kind", request.kind.rawValue)
    try json.member("found", request.finding.name)
    // By position among the objects.
    try json.member("object", request.object)
    if case .unusable(let path, let reason) = request.finding {
      try json.member("path", path)
      try json.member("reason", reason)
    }
    try json.endObject()
  }

  private func write(_ manifest: PluginManifest, to json: inout Writer) throws(SystemError) {
    json.member("manifest")
    json.beginObject(.inline)
    try json.member("name", manifest.name)
    try json.member("version", manifest.version)
    try json.member("class", manifest.className)
    try json.member("abiMajor", Int(manifest.abiMajor))
    try json.member("abiMinor", Int(manifest.abiMinor))
    try json.member("toolchain", manifest.toolchain)
    json.member("offers")
    if let offers = manifest.offers {
      json.beginArray(.inline)
      for offer in offers { try json.value("\(offer)") }
      try json.endArray()
    } else {
      try json.null()
    }
    try json.endObject()
  }
}

extension NeededTree.Finding {
  /// As the schema has it.
  fileprivate var name: String {
    switch self {
    case .loadedAlready: "loaded-already"
    case .rpath: "rpath"
    case .libraryPath: "library-path"
    case .runpath: "runpath"
    case .cache: "cache"
    case .defaultDirectory: "default-directory"
    case .path: "path"
    case .missing: "missing"
    case .unusable: "unusable"
    case .notSearched: "not-searched"
    }
  }
}
