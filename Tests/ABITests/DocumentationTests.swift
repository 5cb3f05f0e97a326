import CPluginABI
import ELFInspection
import Platform
import PluginHost
import TestSupport
import Testing

/// The plugins of `docs/abi.md`, built with the commands of `docs/abi.md`.
@Suite("The plugins of docs/abi.md")
struct DocumentationTests {
  /// A fenced block, and the file name in the line above it.
  private struct Block {
    var file: String?
    var language: String
    var text: String
  }

  private static func blocks() throws -> [Block] {
    var blocks: [Block] = []
    var open: Block?
    var previous: Substring = ""
    let page = try Files.readText(Path.join(TestBuild.root, "docs/abi.md"))
    for line in page.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasPrefix("```") {
        if let block = open {
          blocks.append(block)
          open = nil
        } else {
          let isName = previous.hasPrefix("`") && previous.hasSuffix("`")
          open = Block(
            file: isName ? String(previous.dropFirst().dropLast()) : nil,
            language: String(line.dropFirst(3)), text: "")
        }
      } else {
        open?.text += line + "\n"
      }
      previous = line
    }
    return blocks
  }

  /// Writes the files of the page and runs its commands.
  private static func build() throws -> TemporaryDirectory {
    let directory = try TemporaryDirectory()
    var commands = "set -eu\ncd '\(directory.path)'\n"
    for block in try blocks() {
      if let file = block.file, file != "Package.swift" {
        try Files.replace(directory.file(file), with: Array(block.text.utf8))
      } else if block.language == "sh" {
        commands += block.text
      }
    }
    let run = try CommandRun(
      ["/bin/sh", "-c", commands],
      environment: processEnvironment() + [
        "ROOT=\(TestBuild.root)", "BUILD=\(TestBuild.directory)",
      ])
    try #require(run.status.isSuccess, "\(run.errors)")
    #expect(!run.errors.contains("warning:"), "\(run.errors)")
    return directory
  }

  @Test("are admitted, work, and go as their class says")
  func plugins() throws {
    let directory = try Self.build()
    let text = "caf\u{65}\u{301}  au lait"
    for (file, name, isUnloadable, measure) in [
      ("word-count.so", "word-count", true, UInt64(3)),
      ("character-count.so", "character-count", false, UInt64(13)),
    ] {
      let path = directory.file(file)
      let verdict = Admission.check(path)
      #expect(verdict.reasons == [])
      #expect(verdict.manifest?.name == name)
      #expect(verdict.unload?.isUnloadable == isUnloadable)
      let names = Set(try ExportTests.frozenNames())
      #expect(try ExportTests.symbols(of: path, []).filter { names.contains($0) } == [])

      let host = try PluginHost(name: "host of \(name)")
      let plugin = try host.load(path)
      let table = unsafe try #require(
        try host.interface(of: plugin, "example.text-metric", revision: 1))
      #expect(unsafe table.load(as: UInt32.self) == 16)
      let function = unsafe table.load(
        fromByteOffset: 8, as: (@convention(c) (UnsafePointer<CChar>, Int) -> UInt64).self)
      #expect(unsafe function(text, text.utf8.count) == measure)
      #expect(unsafe try host.interface(of: plugin, "example.text-metric", revision: 2) == nil)
      #expect(unsafe plr_registry_count(host.account, "example.text-metric", 1) == 1)

      let report = try host.unload(plugin)
      #expect(report.leakedBlocks == 0)
      #expect(report.isUnmapped == isUnloadable)
      #expect(isMapped(path) == !isUnloadable)
      #expect(unsafe plr_registry_count(host.account, "example.text-metric", 1) == 0)
      if !isUnloadable {
        // init and deinit are balanced: a resident plugin may be started again.
        let again = try host.load(path)
        #expect(try host.unload(again).leakedBlocks == 0)
      }
    }
  }

  @Test("in C++ is admitted, and greets")
  func pluginInCxx() throws {
    let directory = try Self.build()
    let path = directory.file("loud.so")
    #expect(Admission.check(path).unload?.isUnloadable == true)
    let host = try PluginHost(name: "host of loud")
    let plugin = try host.load(path)
    #expect(unsafe plr_registry_count(host.account, "example.greeter", 1) == 1)
    #expect(unsafe try host.interface(of: plugin, "example.greeter", revision: 1) != nil)
    let report = try host.unload(plugin)
    #expect(report.leakedBlocks == 0 && report.isUnmapped)
  }

  /// Whether the process has the file in its memory.
  private func isMapped(_ path: String) -> Bool {
    (try? Files.readText("/proc/self/maps"))?.contains(path) ?? false
  }
}
