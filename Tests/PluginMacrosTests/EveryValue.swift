import CEveryValue
import PluginMacros

/// Every kind of value that can cross, as parameter and as result.
@PluginInterface("test.every-value", revision: 1)
protocol EveryValue {
  func int8(_ x: Int8) -> Int8
  func int16(_ x: Int16) -> Int16
  func int32(_ x: Int32) -> Int32
  func int64(_ x: Int64) -> Int64
  func uint8(_ x: UInt8) -> UInt8
  func uint16(_ x: UInt16) -> UInt16
  func uint32(_ x: UInt32) -> UInt32
  func uint64(_ x: UInt64) -> UInt64
  func int(_ x: Int) -> Int
  func uint(_ x: UInt) -> UInt
  func float(_ x: Float) -> Float
  func double(_ x: Double) -> Double
  func bool(_ x: Bool) -> Bool
  func nothing()
  /// The number of bytes; a function that cannot fail gets what is not UTF-8 repaired.
  func length(of text: String) -> Int
  func join(_ first: String, with second: String) throws(PluginError) -> String
  func joinBytes(_ first: [UInt8], _ second: [UInt8]) throws -> [UInt8]
  func sum(_ x: Int32, _ y: Double, isNegative: Bool, times: UInt8) throws(PluginError) -> Double
  func fail(with code: Int32, _ message: String) throws(PluginError)
  /// Names that the adapters or C might want for themselves.
  func `switch`(
    _ context: Int, result: Int, failure: Int, table: Int, callResult: Int, `default`: Int,
    account: Int
  ) throws(PluginError) -> Int
}
