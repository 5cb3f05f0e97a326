import ELFInspection
import Platform
import TestSupport
import Testing

@testable import PluginSets

@Suite("A bundle that cannot be", .serialized)
struct BundleRefusalTests {
  private let directory: TemporaryDirectory
  private let bundler: Bundler

  init() throws {
    directory = try TemporaryDirectory()
    bundler = Bundler(try MergedHost.packager(), environment: environmentVariables())
  }

  private func compile(_ name: String, _ text: String, _ options: [String]) throws -> String {
    let source = directory.file(name + ".c")
    try Files.replace(source, with: Array(text.utf8))
    let output = directory.file(name)
    try Files.makeDirectory(Path.parent(of: output))
    try Tool.run(["cc", source, "-fPIC", "-o", output] + options)
    return output
  }

  private func host() throws -> String {
    try compile("host", "int main(void) { return 0; }\n", [])
  }

  /// That `request` is refused with one sentence that holds `words`, and nothing is left of it.
  private func expectRefusal(
    _ request: BundleRequest, _ words: [String], _ location: SourceLocation = #_sourceLocation
  ) throws {
    let place = directory.file("bundle")
    let before = try Files.list(directory.path)
    let error = #expect(throws: BundleError.self, sourceLocation: location) {
      try bundler.bundle(request, at: place)
    }
    for word in words {
      #expect(
        error?.description.contains(word) == true, "\(error?.description ?? "")",
        sourceLocation: location)
    }
    #expect(try Files.list(directory.path) == before, sourceLocation: location)
  }

  @Test("because of what it is to hold: each is one sentence that names the file")
  func refusesContents() throws {
    let host = try host()
    let library = try compile("library.so", "int f(void) { return 0; }\n", ["-shared"])
    let text = directory.file("text")
    try Files.replace(text, with: Array("hello".utf8))
    let empty = directory.file("empty")
    try Files.makeDirectory(empty)
    func request(_ hosts: [String], _ plugins: [String] = []) -> BundleRequest {
      BundleRequest(packaging: nil, hosts: hosts, plugins: plugins)
    }
    try expectRefusal(request([library]), [library, "is no program"])
    try expectRefusal(request([text]), [text])
    try expectRefusal(request(["/nonexistent"]), ["/nonexistent"])
    try expectRefusal(request([host], [text]), [text])
    try expectRefusal(request([host], [empty]), [empty, "ends in .so"])
    try expectRefusal(request([host, host]), ["bin/host"])
    let object = try compile("object.o", "int f(void) { return 0; }\n", ["-c"])
    try expectRefusal(request([host], [object]), [object, "is no shared object"])
  }

  @Test("because a program that a host starts is missing; it comes along where it is not")
  func refusesWithoutStarted() throws {
    let host = try compile("plugin-host", "int main(void) { return 0; }\n", [])
    func request(_ hosts: [String]) -> BundleRequest {
      BundleRequest(packaging: nil, hosts: hosts, plugins: [])
    }
    try expectRefusal(request([host]), [host, "'plugin-probe'", "beside it"])
    let probe = try compile("plugin-probe", "int main(void) { return 0; }\n", [])
    for (hosts, because) in [([host], "bin/plugin-host"), ([host, probe], "asked for")] {
      let manifest = try bundler.bundle(request(hosts), at: directory.file("bundle"))
      let files = manifest.files.filter { $0.role == .host }
      #expect(files.map(\.path) == ["bin/plugin-host", "bin/plugin-probe"])
      #expect(files.last?.because == [because])
    }
  }

  @Test("because a library is missing, or a symbol")
  func refusesMissing() throws {
    let host = try host()
    let library = try compile("libgone.so", "int gone(void) { return 0; }\n", ["-shared"])
    let plugin = try compile(
      "needs.so", "int gone(void); int f(void) { return gone(); }\n",
      ["-shared", "-L", directory.path, "-lgone"])
    try Files.remove(library)
    try expectRefusal(
      BundleRequest(packaging: nil, hosts: [host], plugins: [plugin]),
      [plugin, "libgone.so", "LD_LIBRARY_PATH"])
    let wanting = try compile(
      "wants.so", "int nobody(void); int f(void) { return nobody(); }\n", ["-shared"])
    try expectRefusal(
      BundleRequest(packaging: nil, hosts: [host], plugins: [wanting]), [wanting, "'nobody'"])
  }

  @Test("because two libraries of one name differ, of which a process would map one")
  func refusesTwoLibraries() throws {
    let host = try host()
    var plugins: [String] = []
    for number in 1...2 {
      let folder = directory.file("\(number)")
      try Files.makeDirectory(folder)
      _ = try compile("\(number)/libsame.so", "int same(void) { return \(number); }\n", ["-shared"])
      plugins.append(
        try compile(
          "plugin\(number).so", "int same(void); int f(void) { return same(); }\n",
          ["-shared", "-L", folder, "-lsame", "-Wl,-rpath," + folder]))
    }
    try expectRefusal(
      BundleRequest(packaging: nil, hosts: [host], plugins: plugins),
      ["libsame.so", "/1/", "/2/", "differ"])
  }

  @Test("because host and plugins were built for two packagings; merged takes them all")
  func refusesMixed() throws {
    let merged = directory.file("merged/host")
    // By its own name it would need the program that it starts.
    try Files.rename(try MergedHost.build(in: directory.file("merged")), to: merged)
    let source = directory.file("plugin.swift")
    try Files.replace(
      source,
      with: Array(
        "@c(plugin_entry) public func entry() -> UnsafeRawPointer? { print(1); return nil }\n".utf8)
    )
    let plugin = directory.file("plugin.so")
    try Tool.run(["swiftc", "-emit-library", "-O", source, "-o", plugin])
    try expectRefusal(
      BundleRequest(packaging: nil, hosts: [merged], plugins: [plugin]),
      ["libPluginRuntime.so", "libswiftCore.so", "--packaging merged"])
    try expectRefusal(
      BundleRequest(packaging: nil, hosts: [merged], plugins: []),
      ["libPluginRuntime.so", "holds the standard library", "--packaging merged"])
    let manifest = try bundler.bundle(
      BundleRequest(packaging: .merged, hosts: [merged], plugins: [plugin]),
      at: directory.file("bundle"))
    #expect(manifest.files.contains { $0.path == "lib/libswiftCore.so" && $0.role == .forwarding })
  }

  @Test("in the place of something else; in that of a bundle it comes whole, or not at all")
  func replacesOnlyBundles() throws {
    let host = try host()
    let place = directory.file("place")
    try Files.makeDirectory(place)
    let request = BundleRequest(packaging: nil, hosts: [host], plugins: [])
    // An empty directory is nothing.
    _ = try bundler.bundle(request, at: place)
    let first = try Files.list(place)
    #expect(first.contains("bundle.json"))
    // A bundle is replaced, with all that was in it.
    try Files.replace(Path.join(place, "stale"), with: [])
    _ = try bundler.bundle(request, at: place)
    #expect(try Files.list(place) == first)
    // What cannot be made leaves it as it is.
    #expect(throws: BundleError.self) {
      try bundler.bundle(
        BundleRequest(packaging: nil, hosts: ["/nonexistent"], plugins: []), at: place)
    }
    #expect(try Files.list(place) == first)
    // Anything else stays.
    let mine = directory.file("mine")
    try Files.makeDirectory(mine)
    try Files.replace(Path.join(mine, "bundle.json"), with: Array("{}".utf8))
    let error = #expect(throws: BundleError.self) { try bundler.bundle(request, at: mine) }
    #expect(error == .notABundle(path: mine))
    #expect(try Files.list(mine) == ["bundle.json"])
    #expect(!(try Files.list(directory.path)).contains { $0.hasPrefix(".") })
  }
}
