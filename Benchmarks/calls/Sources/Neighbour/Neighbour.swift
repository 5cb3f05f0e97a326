import Interface

/// What the plugin does, in this program.
public final class Neighbour: Measured {
  public init() {}
  public func add(_ x: Int64, _ y: Int64) -> Int64 { x &+ y }
  public func look(_ text: UTF8Span) -> Int64 {
    Int64(text.count) &+ (text.count > 0 ? Int64(text.span[0]) : 0)
  }
  public func take(_ text: String) -> Int64 { Int64(text.utf8.count) &+ Int64(text.utf8.first ?? 0) }
  public func fail(_ code: Int32) throws(PluginError) {}
}

@inline(never)
public func makeNeighbour() -> any Measured { Neighbour() }
