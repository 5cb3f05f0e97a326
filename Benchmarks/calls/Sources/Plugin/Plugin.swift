import Interface

#plugin(name: "measured", version: "1.0.0", offers: ["bench.measured/1"])

@PluginImplementation(Measured.self)
final class Implementation: Measured {
  func add(_ x: Int64, _ y: Int64) -> Int64 { x &+ y }
  func look(_ text: UTF8Span) -> Int64 {
    Int64(text.count) &+ (text.count > 0 ? Int64(text.span[0]) : 0)
  }
  func take(_ text: String) -> Int64 { Int64(text.utf8.count) &+ Int64(text.utf8.first ?? 0) }
  func fail(_ code: Int32) throws(PluginError) {
    if code != 0 { throw PluginError(code: code, subject: "fail", message: "as was asked") }
  }
}
