/// The values a command line gave, with declared defaults where it was silent.
///
/// Asking for an option that is not declared, or not of that kind, stops the program.
public struct ParsedValues: Sendable, Equatable {
  /// The positional arguments, in order; their number is as declared.
  public let arguments: [String]
  let options: [Option]
  let given: [String: [String]]

  /// Whether a flag was given.
  public func flag(_ name: String) -> Bool {
    precondition(declared(name).isFlag, "'\(name)' is not a flag")
    return given[name] != nil
  }

  /// The option's value, its last one if it repeats; nil when it is absent and has no default.
  public func value(_ name: String) -> String? {
    values(name).last
  }

  /// All values of the option; empty when it is absent and has no default.
  public func values(_ name: String) -> [String] {
    let option = declared(name)
    precondition(!option.isFlag, "'\(name)' has no value")
    return given[name] ?? option.defaultValue.map { [$0] } ?? []
  }

  /// The value as a number in `range`; nil when it is absent and has no default.
  ///
  /// Throws `invalidValue` for anything else, however large.
  public func integer(
    _ name: String, in range: ClosedRange<Int>
  ) throws(CommandLineError) -> Int? {
    try numbers(value(name).map { [$0] } ?? [], of: name, in: range).first
  }

  /// The comma-separated numbers of all values; empty when absent without a default.
  ///
  /// Throws `invalidValue` for the first item that is not a number in `range`.
  public func integers(
    _ name: String, in range: ClosedRange<Int>
  ) throws(CommandLineError) -> [Int] {
    try numbers(items(name), of: name, in: range)
  }

  /// The comma-separated names of all values; empty when absent without a default.
  ///
  /// Throws `invalidValue` for the first item not among `choices` (the nearest one is named) and
  /// `duplicateValue` for one given twice. Complexity: O(*n* · *c*), *c* being the choices.
  public func list(_ name: String, choices: [String]) throws(CommandLineError) -> [String] {
    var names: [String] = []
    for item in items(name) {
      guard choices.contains(item) else {
        let expected = "one of \(alternatives(choices))"
        throw .invalid(item, of: name, expected: expected, choices: choices)
      }
      guard !names.contains(item) else {
        throw CommandLineError(.duplicateValue, subject: name, found: item)
      }
      names.append(item)
    }
    return names
  }

  private func declared(_ name: String) -> Option {
    guard let option = options.first(where: { $0.name == name }) else {
      preconditionFailure("'\(name)' is not a declared option")
    }
    return option
  }

  private func items(_ name: String) -> [String] {
    // By bytes: a combining mark after a comma would otherwise hide the comma.
    values(name).flatMap {
      $0.utf8.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
        .map { String(Substring($0)) }
    }
  }

  private func numbers(
    _ texts: [String], of name: String, in range: ClosedRange<Int>
  ) throws(CommandLineError) -> [Int] {
    let (low, high) = (range.lowerBound, range.upperBound)
    let limits = high == .max ? "of at least \(low)" : "from \(low) to \(high)"
    return try texts.map { (text) throws(CommandLineError) in
      if let number = Int(text), range.contains(number) { return number }
      throw .invalid(text, of: name, expected: "a whole number \(limits)")
    }
  }
}
