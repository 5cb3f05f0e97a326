import CAllKinds
import PluginMacros

// One interface with all kinds of parameters and results. Tests/Fixtures/all-kinds/README.md says what an
// implementation in any language has to do.

@PluginValue("test.color")
enum Color: UInt8, CaseIterable {
  case red = 1
  case green = 2
  case deepBlue = 250
}

@PluginValue("test.temperature")
enum Temperature: Int32, CaseIterable { case freezing = -40, zero = 0, boiling = 100 }

@PluginValue("test.inner", values: Color.self)
struct Inner: Equatable {
  var color: Color
  var ratio: Double
  /// May hold NUL.
  var name: String
  var tags: [String]
}

@PluginValue("test.record", values: Color.self, Temperature.self, Inner.self)
struct Record: Equatable {
  var int8: Int8
  var uint16: UInt16
  var int: Int
  var uint64: UInt64
  var float: Float
  var isSet: Bool
  var temperature: Temperature
  var text: String
  var bytes: [UInt8]
  var count: Int?
  var scale: Float?
  var note: String?
  var blob: [UInt8]?
  var color: Color?
  var numbers: [Int32]
  var offsets: [Int]
  var doubles: [Double]
  var flags: [Bool]
  var texts: [String]
  var blobs: [[UInt8]]
  var colors: [Color]
  var inner: Inner
  var inners: [Inner]
  var maybe: Inner?
}

/// Every kind of value that can cross, as parameter and as result.
@PluginInterface(
  "test.all-kinds", revision: 1, values: Color.self, Temperature.self, Inner.self, Record.self)
protocol AllKinds {
  /// The checksum of all numbers, in their order.
  func checksumNumbers(
    _ a: Int8, _ b: Int16, _ c: Int32, _ d: Int64, _ e: UInt8, _ f: UInt16, _ g: UInt32,
    _ h: UInt64,
    _ i: Int, _ j: UInt, _ k: Float, _ l: Double, _ m: Bool
  ) -> UInt64
  func echoInt(_ x: Int) -> Int
  func echoFloat(_ x: Float) -> Float
  func echoBool(_ x: Bool) -> Bool
  func echoOptional(_ x: Int64?) -> Int64?
  func echoOptionalBool(_ x: Bool?) -> Bool?
  /// The checksum of a text, bytes and numbers that are only looked at.
  func checksumBorrowed(_ text: UTF8Span, _ bytes: RawSpan, _ numbers: Span<Int32>) -> UInt64
  /// As above, but what is not UTF-8 is refused.
  func checksumChecked(_ text: UTF8Span) throws(PluginError) -> UInt64
  func sum(_ numbers: [Int32]) -> Int64
  func echoText(_ x: String) throws(PluginError) -> String
  func echoBytes(_ x: [UInt8]) throws(PluginError) -> [UInt8]
  func echoColor(_ x: Color) throws(PluginError) -> Color
  func echoTemperature(_ x: Temperature) throws(PluginError) -> Temperature
  func echoOptionalText(_ x: String?) throws(PluginError) -> String?
  func echoOptionalBytes(_ x: [UInt8]?) throws(PluginError) -> [UInt8]?
  func echoOptionalColor(_ x: Color?) throws(PluginError) -> Color?
  func echoOptionalInner(_ x: Inner?) throws(PluginError) -> Inner?
  func echoNumbers(_ x: [Int32]) throws(PluginError) -> [Int32]
  func echoOffsets(_ x: [Int]) throws(PluginError) -> [Int]
  func echoTexts(_ x: [String]) throws(PluginError) -> [String]
  func echoBlobs(_ x: [[UInt8]]) throws(PluginError) -> [[UInt8]]
  func echoColors(_ x: [Color]) throws(PluginError) -> [Color]
  func echoInners(_ x: [Inner]) throws(PluginError) -> [Inner]
  func echoRecord(_ x: Record) throws(PluginError) -> Record
  func checksumRecord(_ x: Record) throws(PluginError) -> UInt64
  /// Calls `body` with each text and its number, and adds up what it returns; fails as `body` does.
  func visit(
    _ texts: [String], _ body: (Int32, String) throws(PluginError) -> Int64
  ) throws(PluginError) -> Int64
  /// Adds up what `body` returns for 0 up to `count`.
  func total(_ count: Int32, _ body: (Int32) -> Int64) -> Int64
  /// Keeps `body` until another one comes, or `drop()`.
  func keep(_ body: @escaping (String, Inner?) throws(PluginError) -> String) throws(PluginError)
  /// What the closure that is kept returns.
  func callKept(_ text: String, _ inner: Inner?) throws(PluginError) -> String
  /// Whether there was a closure to drop.
  func drop() -> Bool
  func fail(_ code: Int32, _ message: String) throws(PluginError)
}
