import CFixture
import Glibc
import Platform
import PluginHost
import PluginTrust
import TestSupport
import Testing

/// Does something to a file in the moment between the judgement and the loader.
private struct Meddler: FileTrust {
  let inner: FileVouching
  let afterwards: @Sendable () -> Void
  var hold: FileHold { inner.hold }

  func judge(_ file: borrowing FileDescriptor, path: String) -> TrustVerdict {
    let verdict = inner.judge(file, path: path)
    afterwards()
    return verdict
  }
}

@Suite("A host loads what was vouched for, and nothing else")
struct TrustTests {
  /// Runs minisign, which Debian's package of that name brings.
  private static let minisign = "/usr/bin/minisign"
  private static let isInstalled = Files.exists(minisign)

  private func sign(_ path: String, _ key: String, legacy: Bool = false) throws {
    let run = try CommandRun(
      [Self.minisign, "-S", "-W", "-s", key, "-m", path] + (legacy ? ["-l"] : []))
    try #require(run.status.isSuccess, "\(run.errors)")
  }

  private func makeKey(_ name: String, in directory: String) throws -> (secret: String, pub: String)
  {
    let key = Path.join(directory, name)
    let run = try CommandRun(
      [Self.minisign, "-G", "-f", "-W", "-p", key + ".pub", "-s", key + ".key"])
    try #require(run.status.isSuccess, "\(run.errors)")
    return (key + ".key", key + ".pub")
  }

  private func codes(_ path: String, _ trust: FileVouching) -> [Refusal.Code] {
    Admission.check(path, trust: trust).reasons.map(\.code)
  }

  @Test("what the lock lists is loaded as it was; what changed or is not listed is refused, unrun")
  func lock() throws {
    let directory = try TemporaryDirectory()
    let listed = try HostedFixture(.wellBehavedC, in: directory.path)
    let lock = try LockFile(of: [listed.path], in: directory.path)
    let path = directory.file(LockFile.name)
    try Files.replace(path, with: Array(lock.text.utf8))
    #expect(try LockFile(reading: path).digests == lock.digests)
    let check = try CommandRun([
      "/bin/sh", "-c", "cd \(directory.path) && b2sum --check --strict \(LockFile.name)",
    ])
    #expect(check.status.isSuccess, "\(check.errors)")

    let trust = FileVouching(.require, locks: [lock])
    let host = try PluginHost()
    host.trust = trust
    #expect(!listed.hasRun)
    let id = try host.load(listed.path)
    // That the other one below leaves no trace says something only because this one does.
    #expect(listed.hasRun)
    #expect(try host.unit(of: id)?.answer(13) == 40)
    #expect(try host.unload(id).isUnmapped)

    let other = try HostedFixture(.wellBehavedC, in: directory.path)
    #expect(codes(other.path, trust) == [.notLocked])
    #expect(throws: PluginRefused.self) { try host.load(other.path) }
    #expect(!other.hasRun)

    let changed = try FileDescriptor(opening: listed.path, O_WRONLY | O_APPEND)
    try changed.write([0])
    #expect(codes(listed.path, trust) == [.digestMismatch])
    let warned = Admission.check(listed.path, trust: FileVouching(.warn, locks: [lock]))
    #expect(warned.isAdmitted && warned.trust?.warnings.map(\.code) == [.digestMismatch])
    #expect(codes(other.path, FileVouching(.off, locks: [lock])) == [])
    #expect(codes(other.path, FileVouching(.require)) == [.notLocked])
  }

  @Test(
    "a lock file that is none, or that others could write, is an error",
    arguments: [
      "", "# plugin-lock/2\n", "# plugin-lock/1\nabc  a.so\n",
      "# plugin-lock/1\n\(String(repeating: "0", count: 128)) a.so\n",
      "# plugin-lock/1\n\(String(repeating: "g", count: 128))  a.so\n",
      "# plugin-lock/1\n"
        + String(repeating: "\(String(repeating: "0", count: 128))  a.so\n", count: 2),
    ])
  func brokenLock(_ text: String) throws {
    let path = try TemporaryDirectory.make() + "/plugins.lock"
    try Files.replace(path, with: Array(text.utf8))
    #expect(throws: TrustError.self) { try LockFile(reading: path) }
    try Files.replace(path, with: Array("# plugin-lock/1\n".utf8))
    #expect(try LockFile(reading: path).digests.isEmpty)
    try #require(unsafe chmod(path, 0o666) == 0)
    #expect(throws: TrustError.self) { try LockFile(reading: path) }
    #expect(try LockFile(reading: path, allowsWritable: true).digests.isEmpty)
  }

  @Test(
    "minisign's signatures are taken by trusted keys, prehashed and legacy, until one is revoked",
    .enabled(if: isInstalled, "minisign is not installed"), arguments: [false, true])
  func signatures(legacy: Bool) throws {
    let directory = try TemporaryDirectory()
    let keys = directory.file("keys")
    try Files.makeDirectory(keys)
    let good = try makeKey("good", in: keys)
    let stranger = try makeKey("stranger", in: directory.path)
    let plugin = try HostedFixture(.wellBehavedC, in: directory.path)
    let trust = FileVouching(.require, keys: try TrustedKeys(keys))
    let signature = plugin.path + ".minisig"

    #expect(codes(plugin.path, trust) == [.signatureMissing])
    try sign(plugin.path, good.secret, legacy: legacy)
    let verdict = Admission.check(plugin.path, trust: trust)
    #expect(verdict.isAdmitted && verdict.trust?.signer?.count == 16, "\(verdict.reasons)")
    let host = try PluginHost()
    host.trust = trust
    try host.unload(try host.load(plugin.path))

    // Every byte of the two signatures and of the trusted comment counts.
    let text = try Files.readText(signature)
    let lines = text.split(separator: "\n").map(String.init)
    for (line, code) in [
      (1, Refusal.Code.signatureWrong), (2, .signatureWrong), (3, .signatureWrong),
    ] {
      var edited = lines
      var bytes = Array(edited[line].utf8)
      let place = bytes.count - 10
      bytes[place] = bytes[place] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
      edited[line] = String(decoding: bytes, as: UTF8.self)
      try Files.replace(signature, with: Array((edited.joined(separator: "\n") + "\n").utf8))
      #expect(codes(plugin.path, trust) == [code], "line \(line)")
    }
    for broken in ["", "x", lines[..<3].joined(separator: "\n"), text + "more\n"] {
      try Files.replace(signature, with: Array(broken.utf8))
      #expect(codes(plugin.path, trust) == [.signatureMalformed])
    }
    try sign(plugin.path, stranger.secret, legacy: legacy)
    #expect(codes(plugin.path, trust) == [.keyUnknown])
    try sign(plugin.path, good.secret, legacy: legacy)
    #expect(codes(plugin.path, trust) == [])

    let changed = try FileDescriptor(opening: plugin.path, O_WRONLY | O_APPEND)
    try changed.write([0])
    #expect(codes(plugin.path, trust) == [.signatureWrong])

    try sign(plugin.path, good.secret, legacy: legacy)
    try Files.makeDirectory(keys + "/revoked")
    try Files.link(good.pub, as: keys + "/revoked/good.pub")
    let after = FileVouching(.require, keys: try TrustedKeys(keys))
    #expect(codes(plugin.path, after) == [.keyRevoked])
    try #require(unsafe chmod(keys, 0o777) == 0)
    #expect(throws: TrustError.self) { try TrustedKeys(keys) }
  }

  @Test(
    "a file that is swapped 1,000 times between check and load is never run",
    arguments: [FileHold.openFile, .sealedCopy], [false, true])
  func swapped(hold: FileHold, inPlace: Bool) throws {
    // Who may write into the open file can change it: that is what a sealed copy is for.
    if inPlace && hold == .openFile { return }
    let directory = try TemporaryDirectory()
    let plugin = try HostedFixture(.wellBehavedC, in: directory.path)
    let path = plugin.path
    let good = try Files.read(path)
    let bad = try Files.read(try Fixture("swapped-in").path())
    let lock = try LockFile(of: [path], in: directory.path)
    @Sendable func put(_ bytes: [UInt8]) throws {
      if inPlace {
        try FileEdits.write(bytes, to: path)
      } else {
        try FileEdits.write(bytes, to: path + ".new")
        try Files.rename(path + ".new", to: path)
      }
    }
    let host = try PluginHost()
    host.trust = Meddler(inner: FileVouching(.require, locks: [lock], hold: hold)) {
      try? put(bad)
    }
    let descriptors = try Files.list("/proc/self/fd").count
    var loaded = 0
    for _ in 0..<1_000 {
      try put(good)
      let id = try host.load(path)
      loaded += 1
      #expect(try Files.read(path) == bad)
      #expect(host.information(id)?.version == "1.2.3")
      try #require(try host.unload(id).isUnmapped)
      // And what lies there now is refused.
      #expect(throws: PluginRefused.self) { try host.load(path) }
    }
    #expect(loaded == 1_000)
    let hasRun = unsafe getenv("FIXTURE_SWAPPED_IN_RAN") != nil
    #expect(!hasRun)
    // Other tests open files meanwhile; a leak would be one for each load.
    #expect(try Files.list("/proc/self/fd").count < descriptors + 200)
  }

  @Test(
    "code that runs leaves a trace however it is held, and code that is refused leaves none",
    arguments: [FileHold.openFile, .sealedCopy])
  func traces(hold: FileHold) throws {
    let directory = try TemporaryDirectory()
    let listed = try HostedFixture(.wellBehavedC, in: directory.path)
    let lock = try LockFile(of: [listed.path], in: directory.path)
    let other = try HostedFixture(.wellBehavedC, in: directory.path)
    let host = try PluginHost()
    host.trust = FileVouching(.require, locks: [lock], hold: hold)
    #expect(throws: PluginRefused.self) { try host.load(other.path) }
    try host.load(listed.path)
    #expect(listed.hasRun && !other.hasRun)
  }

  @Test("a second life from the same path is new code, also of a resident plugin")
  func secondLife() throws {
    let directory = try TemporaryDirectory()
    let host = try PluginHost()
    for hold in [FileHold.openFile, .sealedCopy] {
      let plugin = try HostedFixture(.nodelete, in: directory.path)
      var lock = try LockFile(of: [plugin.path], in: directory.path)
      host.trust = FileVouching(.require, locks: [lock], hold: hold)
      let first = try host.load(plugin.path)
      #expect(try host.unload(first).isUnmapped == false)
      _ = try Fixture.wellBehavedC.copy(
        to: directory.path, as: "new", manifestName: plugin.name)
      try Files.rename(directory.file("new"), to: plugin.path)
      lock = try LockFile(of: [plugin.path], in: directory.path)
      host.trust = FileVouching(.require, locks: [lock], hold: hold)
      let second = try host.load(plugin.path)
      #expect(host.information(second)?.version == "1.2.3")
      #expect(try host.unload(second).isUnmapped)
    }
  }
}
