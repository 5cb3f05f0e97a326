import CommandLine
import Testing

@Suite struct NearestNameTests {
  static let names = ["--plugins", "--profile", "--processes", "--cold", "ns"]

  @Test(arguments: [
    ("--plugins", "--plugins"), ("--plugns", "--plugins"), ("--pluginss", "--plugins"),
    ("--plogins", "--plugins"), ("--pulgins", "--plugins"), ("--PLUGINS", "--plugins"),
    ("plugin", "--plugins"), ("--porfiel", "--profile"), ("ms", "ns"), ("sn", "ns"),
  ])
  func `A slip of the finger finds the name that was meant`(typed: String, name: String) {
    #expect(nearestName(to: typed, among: Self.names) == name)
  }

  @Test(arguments: ["", "-", "--", "x", "xy", "--plug", "--output", "dloc"])
  func `A word unlike every name finds none`(typed: String) {
    #expect(nearestName(to: typed, among: Self.names + ["q", "ab"]) == nil)
  }

  @Test func `The nearest wins, and the first of equals`() {
    #expect(nearestName(to: "stats", among: ["status", "state", "start"]) == "status")
    #expect(nearestName(to: "state", among: ["status", "state"]) == "state")
    #expect(nearestName(to: "a", among: []) == nil)
  }

  @Test func `No part of a word is edited twice`() {
    // Unrestricted transposition would turn "ca" into "abc" with two edits; alignment needs three.
    #expect(nearestName(to: "cazzz", among: ["abczzz"]) == nil)
    #expect(nearestName(to: "aczzzz", among: ["cabzzz"]) == "cabzzz")
  }

  @Test func `A word over 64 bytes is not compared`() {
    let name = String(repeating: "n", count: 64)
    #expect(nearestName(to: name, among: [name]) == name)
    #expect(nearestName(to: name + "n", among: [name]) == nil)
  }
}
