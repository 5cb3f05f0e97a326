// What Swift's runtime keeps addresses of: a conformance.
struct Answer: CustomStringConvertible {
  var value: UInt64
  var description: String { "\(value)" }
}

@c(fixture_library_answer)
public func answer(_ input: UInt64) -> UInt64 {
  UInt64("\(Answer(value: 3 * input + 1))") ?? 0
}
