public protocol Shape { associatedtype Unit; func area() -> Unit }
public struct Box<Value>: Shape { public var value: Value; public func area() -> Int { 1 } }
public enum Kind { case one, two(Int), three(Node?) }
public final class Node { var next: Node?; var kinds: [Kind] = [] }
extension Kind: Equatable { public static func == (a: Kind, b: Kind) -> Bool { false } }
