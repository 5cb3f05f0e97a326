import Foundation

/// `size-report/1`, as `contracts` promise it: what is not optional here is always there, in this type.
struct SizeDocument: Decodable {
  struct Segment: Decodable {
    var type: String
    var flags: String
    var fileSize: UInt64
    var vmSize: UInt64
  }
  struct Section: Decodable {
    var name: String
    var fileSize: UInt64
    var vmSize: UInt64
    /// Missing of a section that is not compressed.
    var uncompressedSize: UInt64?
  }
  struct Flaw: Decodable {
    var code: String
    var subject: String
    var found: String
    var expected: String
  }
  struct Symbol: Decodable {
    enum Owner: String, Decodable { case own, runtime, stdlib, other }
    var name: String
    var demangled: String
    var module: String
    var owner: Owner
    /// Missing where it is not.
    var imported: Bool?
    var fileSize: UInt64
  }
  struct Relocations: Decodable {
    var total: Int
    var relative: Int
    var relr: Int
    var symbolic: Int
    var dirtyPages: Int
  }
  struct Hardening: Decodable {
    enum RELRO: String, Decodable { case full, partial, none }
    var relro: RELRO
    var bindNow: Bool
    var nx: Bool
    var textrel: Bool
  }
  struct Unload: Decodable {
    enum Class: String, Decodable { case unloadable, resident }
    var `class`: Class
    var because: [String]
  }
  struct Owners: Decodable {
    var own: UInt64
    var runtime: UInt64
    var stdlib: UInt64
    var other: UInt64
    var imports: UInt64
    var unnamed: UInt64
    var sum: UInt64 { own + runtime + stdlib + other + imports + unnamed }
  }
  struct File: Decodable {
    struct Notes: Decodable, Equatable {
      var dlopen: [String]
      var package: [String]
    }

    var notes: Notes
    var path: String
    var fileSize: UInt64
    var accountedFileSize: UInt64
    var vmSize: UInt64
    var buildID: String?
    var type: String
    var machine: String
    var segments: [Segment]
    var sections: [Section]
    var flaws: [Flaw]
    /// Missing where only sections were asked for.
    var symbols: [Symbol]?
    var owners: Owners?
    var relocations: Relocations
    var needed: [String]
    var exports: Int?
    /// Missing of an object file.
    var hardening: Hardening?
    var unload: Unload
  }
  struct Totals: Decodable {
    var files: Int
    var fileSize: UInt64
    var accountedFileSize: UInt64
    var vmSize: UInt64
    var owners: Owners?
  }
  struct Duplicate: Decodable {
    var name: String
    var files: Int
    var bytes: UInt64
    var wasted: UInt64
  }
  struct Change: Decodable {
    struct Part: Decodable {
      var name: String
      var status: String
      var before: UInt64
      var after: UInt64
      var delta: Int64
      var remainderDelta: Int64?
    }
    struct Symbol: Decodable {
      var name: String
      var demangled: String
      var was: String?
      var status: String
      var before: UInt64
      var after: UInt64
      var delta: Int64
    }
    var path: String?
    var baseline: String?
    var status: String
    var before: UInt64
    var after: UInt64
    var delta: Int64
    var parts: [Part]
    var symbols: [Symbol]?
  }
  struct Limit: Decodable {
    var metric: String
    var subject: String
    var limit: Int64?
    var value: Int64?
    var exceeded: Bool
  }
  struct Unreadable: Decodable {
    var path: String
    var code: String
    var field: String
  }

  var schema: String
  var files: [File]
  var totals: Totals
  var duplicates: [Duplicate]
  var diff: [Change]?
  var budget: [Limit]?
  var unreadable: [Unreadable]

  init(_ text: String) throws {
    self = try JSONDecoder().decode(Self.self, from: Data(text.utf8))
  }
}
