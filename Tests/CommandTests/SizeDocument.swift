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
    var kind: String
    /// Missing of a library.
    var pie: Bool?
    var writableExecutableSegments: [Int]
    var stackProtector: String
    /// Missing of other machines.
    var ibt: Bool?
    var shadowStack: Bool?
    var bti: Bool?
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
    /// Missing where only sections were asked for.
    var symbols: [Symbol]?
    var owners: Owners?
    var relocations: Relocations
    struct Manifest: Decodable, Equatable {
      var name: String
      var version: String
      var `class`: String
    }
    struct Opened: Decodable, Equatable {
      var sonames: [String]
      var priority: String
      var feature: String?
      var description: String?
      var found: String?
    }
    struct Tree: Decodable {
      struct Object: Decodable {
        struct Request: Decodable {
          var name: String
          var kind: String
          var found: String
          var object: Int?
        }
        var path: String
        var requests: [Request]
      }
      struct Missing: Decodable {
        var name: String
        var by: String
      }
      var complete: Bool
      var objects: [Object]
      var missing: [Missing]
    }
    struct Loading: Decodable {
      var predictedAnonymous: Int
      var threadLocalModels: [String]
    }

    var needed: [String]
    var manifest: Manifest?
    var opens: [Opened]
    /// Missing of what the loader does not load.
    var neededTree: Tree?
    var loading: Loading
    var exports: Int?
    /// Missing of one file alone.
    var unusedExports: [String]?
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
    var same: String
    var names: Int
    var files: Int
    var bytes: UInt64
    var wasted: UInt64
  }
  struct Change: Decodable {
    struct Part: Decodable {
      var name: String
      var kind: String
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
    var verdict: String
    var override: String?
    var overrideReason: String?
    var overrideLimit: Int64?
  }
  struct Warning: Decodable {
    var code: String
    var line: Int
    var sentence: String
  }
  struct FileSet: Decodable {
    struct Runtime: Decodable {
      var plugins: Int
      var own: UInt64
      var floor: UInt64
      var once: UInt64
      var duplicated: UInt64
      var sharingPaysFrom: Int?
    }
    struct BreakEven: Decodable {
      var against: String
      var plugins: Int?
    }
    var path: String
    var fixed: UInt64
    var plugins: Int
    var pluginBytes: UInt64
    var runtime: Runtime?
    var breakEven: [BreakEven]
  }
  struct Prediction: Decodable {
    struct Variant: Decodable {
      var variant: String
      var predicted: Double
      var loader: Double?
      var measured: Double
      var ratio: Double?
      var reference: Bool
    }
    struct Missing: Decodable {
      var variant: String
      var reason: String
    }
    var variants: [Variant]
    var missing: [Missing]
    var least: Double?
    var most: Double?
  }
  struct Unreadable: Decodable {
    var path: String
    var code: String
  }

  var schema: String
  var files: [File]
  var totals: Totals
  var duplicates: [Duplicate]
  var diff: [Change]?
  var budget: [Limit]?
  var budgetWarnings: [Warning]?
  var sets: [FileSet]
  var prediction: Prediction?
  var unreadable: [Unreadable]

  init(_ text: String) throws {
    self = try JSONDecoder().decode(Self.self, from: Data(text.utf8))
  }
}
