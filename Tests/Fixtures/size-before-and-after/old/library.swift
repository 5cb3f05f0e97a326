// The library before, as the module Shapes: compare new/library.swift.
public struct Square {
  public var side: Int

  public init(side: Int) { self.side = side }

  @inline(never) public func area(scale: Int) -> Int { hidden(side) * scale }

  @inline(never) public func grows() -> Int { side + 1 }

  @inline(never) public func goes() -> [Int] { (0..<side).map { $0 * side } }

  @inline(never) private func hidden(_ value: Int) -> Int { value &* value &+ 7 }
}
