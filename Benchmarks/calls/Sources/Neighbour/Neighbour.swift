import Interface

/// What the plugin does, in this program, and in a library without anything of a plugin.
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

/// Writes one to `place`, which has room for it.
@c(neighbour_make)
public func makeNeighbour(at place: UnsafeMutableRawPointer) {
  place.initializeMemory(as: (any Measured).self, to: makeNeighbour())
}

/// A function that a C function pointer can lead to.
@c(neighbour_add)
public func add(_ context: UnsafeMutableRawPointer?, _ x: Int64, _ y: Int64) -> Int64 { x &+ y }
