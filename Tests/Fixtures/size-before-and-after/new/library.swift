// The library after, as the module Figures: `area` has another parameter and result, `grows` is
// larger, `goes` is gone.
public struct Square {
  public var side: Int

  public init(side: Int) { self.side = side }

  @inline(never) public func area(scale: Int, offset: Int32) -> UInt {
    UInt(bitPattern: hidden(side) * scale + Int(offset))
  }

  @inline(never) public func grows() -> Int {
    var result = side
    for index in 0..<side { result = result &* 31 &+ index ^ (result >> 7) }
    return result + 1
  }

  @inline(never) private func hidden(_ value: Int) -> Int { value &* value &+ 7 }
}
