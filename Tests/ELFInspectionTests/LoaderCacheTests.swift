import ELFInspection
import Platform
import TestSupport
import Testing

@Suite("The loader's cache is read as ldconfig reads it")
struct LoaderCacheTests {
  private static let ldconfig = ["/sbin/ldconfig", "/usr/sbin/ldconfig"].first {
    Files.exists($0)
  }

  /// What `ldconfig -p` prints: names and paths in order.
  private static func words(_ path: String) throws -> [[String]] {
    try Tool.run([try #require(ldconfig), "-p", "-C", path]).split(separator: "\n").compactMap {
      line in
      guard line.contains(" => ") else { return nil }
      let fields = line.drop { $0 == "\t" }.split(separator: " ").map(String.init)
      return [fields.first ?? "", fields.last ?? ""]
    }
  }

  /// A cache of one directory, which holds a library plainly and for two levels of processors.
  private static func make(_ format: String) throws -> (cache: String, directory: String) {
    let directory = try TemporaryDirectory.make("cache")
    let libraries = Path.join(directory, "lib")
    for place in ["", "/glibc-hwcaps/x86-64-v2", "/glibc-hwcaps/x86-64-v3"] {
      try Files.makeDirectory(libraries + place)
      _ = try NativeBuild.library(
        "int x;", to: libraries + place + "/libmine.so.1", ["-Wl,-soname,libmine.so.1"])
    }
    let configuration = Path.join(directory, "ld.so.conf")
    try FileEdits.write(Array((libraries + "\n").utf8), to: configuration)
    let cache = Path.join(directory, "cache")
    try Tool.run([
      try #require(ldconfig), "-X", "-f", configuration, "-C", cache, "-c", format,
    ])
    return (cache, libraries)
  }

  @Test func theCacheOfThisSystem() throws {
    let cache = try LoaderCache(path: "/etc/ld.so.cache")
    #expect(cache.entries.map { [$0.name, $0.path] } == (try Self.words("/etc/ld.so.cache")))
    #expect(cache.path(of: "libc.so.6", flags: 0x0303)?.hasSuffix("/libc.so.6") == true)
    #expect(cache.path(of: "libmadeup.so", flags: 0x0303) == nil)
    #expect(cache.path(of: "libc.so.6", flags: 0x0a03) == nil)
  }

  @Test(arguments: ["new", "compat"]) func bothFormatsAndCapabilities(_ format: String) throws {
    let (path, directory) = try Self.make(format)
    let cache = try LoaderCache(path: path)
    #expect(Set(cache.entries.map { [$0.name, $0.path] }) == Set(try Self.words(path)))
    let name = "libmine.so.1"
    #expect(cache.path(of: name, flags: 0x0303) == "\(directory)/\(name)")
    #expect(
      cache.path(of: name, flags: 0x0303, capabilities: ["x86-64-v3", "x86-64-v2"])
        == "\(directory)/glibc-hwcaps/x86-64-v3/\(name)")
    #expect(
      cache.path(of: name, flags: 0x0303, capabilities: ["x86-64-v2"])
        == "\(directory)/glibc-hwcaps/x86-64-v2/\(name)")
  }

  @Test func librariesAreFoundThroughIt() throws {
    let (path, directory) = try Self.make("new")
    let program = Path.join(Path.parent(of: directory), "program")
    try NativeBuild.run(
      "extern int x; int main(void) { return x; }", to: program,
      [directory + "/libmine.so.1", "-fuse-ld=lld"])
    var search = LibrarySearch()
    search.cachePath = path
    search.subdirectories = ["glibc-hwcaps/x86-64-v2"]
    let tree = try NeededTree(of: program, search: search)
    let request = try #require(tree.objects[0].requests.first { $0.name == "libmine.so.1" })
    #expect(request.finding == .cache)
    let object = try #require(request.object)
    #expect(tree.objects[object].path == "\(directory)/glibc-hwcaps/x86-64-v2/libmine.so.1")
    search.cachePath = nil
    #expect(
      try NeededTree(of: program, search: search).missing.map(\.request.name) == ["libmine.so.1"])
  }

  @Test func whatIsNoCacheIsAnError() throws {
    let directory = try TemporaryDirectory.make()
    let path = Path.join(directory, "cache")
    for bytes in [
      [], Array("glibc-ld.so.cache1.1".utf8), Array("ld.so-1.7.0".utf8) + [0, 9, 9, 9, 9],
    ]
      as [[UInt8]]
    {
      try FileEdits.write(bytes, to: path)
      let error = #expect(throws: ELFError.self) { _ = try LoaderCache(path: path) }
      #expect(error?.code == .malformed)
    }
    for (path, code) in [(directory, ELFError.Code.malformed), ("/nowhere", .unreadable)] {
      let error = #expect(throws: ELFError.self) { _ = try LoaderCache(path: path) }
      #expect(error?.code == code)
    }
  }

  @Test func thousandsOfRandomEditsNeitherCrashNorHang() throws {
    let good = try Files.read(try Self.make("new").cache)
    var state: UInt64 = 0xcac4e
    func random(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % bound
    }
    var readable = 0
    for _ in 0..<5000 {
      var bytes = good
      for _ in 0...random(6) { bytes[random(min(bytes.count, 400))] = UInt8(random(256)) }
      if random(4) == 0 { bytes.truncate(to: random(bytes.count)) }
      guard let cache = try? LoaderCache(bytes: bytes) else { continue }
      readable += 1
      #expect(cache.entries.count <= bytes.count / 24)
      _ = cache.path(of: "libmine.so.1", flags: 0x0303, capabilities: ["x86-64-v2"])
    }
    #expect(readable > 500)
  }
}
