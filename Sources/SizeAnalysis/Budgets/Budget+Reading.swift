internal import CommandLine
internal import Platform

extension Budget {
  /// Bytes that a budget may have.
  public static let sizeLimit = 1_000_000
  /// Bytes that a line of it may have.
  public static let lineLimit = 1000

  /// Reads a budget.
  ///
  /// - Throws: at the first line that is not as it should be.
  /// - Complexity: O(*n*).
  public init(path: String) throws(BudgetError) {
    let bytes: [UInt8]
    do {
      bytes = try FileDescriptor(opening: path).readToEnd(limit: Self.sizeLimit + 1)
    } catch {
      throw BudgetError(
        code: .unreadable, path: path, line: 0, found: "'\(error.reason)'",
        expected: "a file that can be read")
    }
    try self.init(text: bytes, path: path)
  }

  /// Reads the bytes of a budget.
  ///
  /// - Parameter path: what errors call it.
  /// - Throws: at the first line that is not as it should be.
  /// - Complexity: O(*n*).
  public init(text: [UInt8], path: String) throws(BudgetError) {
    guard text.count <= Self.sizeLimit else {
      throw BudgetError(
        code: .tooLarge, path: path, line: 0, found: "more than \(Self.sizeLimit) bytes",
        expected: "at most so many")
    }
    self.path = path
    groups = []
    // Editors on other systems mark text so.
    let start = text.starts(with: [0xef, 0xbb, 0xbf]) ? 3 : 0
    let lines = text[start...].split(
      separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    for (index, line) in lines.enumerated() {
      let reader = BudgetLine(path: path, number: index + 1)
      let text = try reader.text(line)
      var scanner = LineScanner(text[...])
      guard !scanner.isAtEnd else { continue }
      if scanner.found.hasPrefix("'[") {
        groups.append(Group(subject: try reader.subject(scanner), rules: [], line: index + 1))
      } else {
        let rule = try reader.rule(&scanner)
        guard !groups.isEmpty else {
          throw reader.error(
            .syntax, LineScanner.quote(rule.metric), "first [a pattern of paths] or [total]")
        }
        groups[groups.count - 1].rules.append(rule)
      }
    }
  }
}

/// One line of a budget while it is read.
private struct BudgetLine {
  let path: String
  let number: Int

  func error(
    _ code: BudgetError.Code, _ found: String, _ expected: String, suggestion: String? = nil
  ) -> BudgetError {
    BudgetError(
      code: code, path: path, line: number, found: found, expected: expected,
      suggestion: suggestion)
  }

  func text(_ bytes: ArraySlice<UInt8>) throws(BudgetError) -> String {
    guard bytes.count <= Budget.lineLimit else {
      throw error(
        .tooLarge, "a line of \(bytes.count) bytes", "at most \(Budget.lineLimit)")
    }
    let bytes = bytes.last == UInt8(ascii: "\r") ? bytes.dropLast() : bytes
    if let control = bytes.first(where: { $0 < 0x20 && $0 != UInt8(ascii: "\t") || $0 == 0x7f }) {
      throw error(.notText, "the control character \(control)", "text")
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw error(.notText, "bytes that are not UTF-8", "text in UTF-8")
    }
    return text
  }

  func subject(_ scanner: LineScanner) throws(BudgetError) -> Budget.Subject {
    var scanner = scanner
    guard let text = scanner.bracketed() else {
      throw error(.syntax, scanner.found, "[a pattern of paths] or [total], and nothing behind it")
    }
    return text == "total" ? .total : .files(PathPattern(text))
  }

  func rule(_ scanner: inout LineScanner) throws(BudgetError) -> Budget.Rule {
    let isGrowth = scanner.accept("growth ") || scanner.accept("growth\t")
    let figure = try figure(&scanner, isGrowth: isGrowth)
    guard scanner.accept("<=") else { throw error(.syntax, scanner.found, "'<=' and a limit") }
    let limit = try limit(&scanner, of: figure, isGrowth: isGrowth)
    var rule = Budget.Rule(
      figure: figure, isGrowth: isGrowth, limit: limit, override: nil, line: number)
    if !scanner.isAtEnd {
      let found = scanner.found
      guard let word = scanner.word(), word == "override" else {
        throw error(
          .syntax, found, "'override' or the end of the line",
          suggestion: nearestName(to: String(found.dropFirst().dropLast()), among: ["override"]))
      }
      rule.override = try override(&scanner, of: rule)
    }
    return rule
  }

  private func figure(
    _ scanner: inout LineScanner, isGrowth: Bool
  ) throws(BudgetError) -> BudgetFigure {
    let found = scanner.found
    let word = scanner.word() ?? ""
    if word == BudgetFigure.sectionWord {
      guard let name = scanner.quoted() ?? scanner.word(), !name.isEmpty else {
        throw error(.syntax, scanner.found, "the name of a section")
      }
      return .section(name)
    }
    guard let figure = BudgetFigure(word: word) else {
      let names = BudgetFigure.names + (isGrowth ? [] : ["growth"])
      throw error(
        .unknownFigure, word.isEmpty ? found : LineScanner.quote(word),
        "one of " + names.joined(separator: ", "), suggestion: nearestName(to: word, among: names))
    }
    return figure
  }

  private func limit(
    _ scanner: inout LineScanner, of figure: BudgetFigure, isGrowth: Bool
  ) throws(BudgetError) -> Budget.Limit {
    let found = scanner.found
    guard let digits = scanner.number() else { throw error(.syntax, found, "a number") }
    guard let thousandths = Self.thousandths(digits) else {
      throw error(
        .syntax, LineScanner.quote(digits),
        "at most 12 digits, and at most 3 behind a point")
    }
    if isGrowth, scanner.accept("%") { return .percent(thousandths: thousandths) }
    guard figure.isSize else {
      guard thousandths % 1000 == 0 else {
        throw error(.syntax, LineScanner.quote(digits), "a whole number")
      }
      var next = scanner
      if let unit = next.word(), unit == "%" || Self.units.contains(where: { $0.name == unit }) {
        throw error(.unknownUnit, LineScanner.quote(unit), "a count of \(figure) without a unit")
      }
      return .absolute(thousandths / 1000)
    }
    let unitFound = scanner.found
    let unit = scanner.word() ?? ""
    guard let scale = Self.units.first(where: { $0.name == unit })?.scale else {
      let names = Self.units.map(\.name) + (isGrowth ? ["%"] : [])
      throw error(
        .unknownUnit, unitFound, "a unit: " + names.joined(separator: ", "),
        suggestion: unit == "override" ? nil : nearestName(to: unit, among: names))
    }
    // 12 digits, thousandths and a unit of 20 bits may be too much for 64.
    let product = UInt64(thousandths).multipliedFullWidth(by: UInt64(scale))
    return .absolute(Int64(clamping: UInt64(1000).dividingFullWidth(product).quotient))
  }

  private func override(
    _ scanner: inout LineScanner, of rule: Budget.Rule
  ) throws(BudgetError) -> Budget.Override {
    let found = scanner.found
    let limit = try limit(&scanner, of: rule.figure, isGrowth: rule.isGrowth)
    switch (rule.limit, limit) {
    case (.absolute(let old), .absolute(let new)) where new > old: break
    case (.percent(let old), .percent(let new)) where new > old: break
    default: throw error(.override, found, "a looser limit than the one before, in the same unit")
    }
    let why = scanner.found
    guard scanner.accept("because"), let reason = scanner.quoted() else {
      throw error(.override, why, "because \"the reason\"")
    }
    guard reason.unicodeScalars.contains(where: { !$0.properties.isWhitespace }) else {
      throw error(.override, "a blank reason", "because \"the reason\"")
    }
    guard scanner.isAtEnd else { throw error(.syntax, scanner.found, "the end of the line") }
    return Budget.Override(limit: limit, reason: reason)
  }

  private static let units: [(name: String, scale: Int64)] = [
    ("B", 1), ("KB", 1000), ("MB", 1_000_000), ("KiB", 1 << 10), ("MiB", 1 << 20),
  ]

  /// `1.5` is 1500.
  private static func thousandths(_ digits: String) -> Int64? {
    let parts = digits.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count <= 2, let whole = Int64(parts[0]), parts[0].utf8.count <= 12 else {
      return nil
    }
    guard parts.count == 2 else { return whole * 1000 }
    guard (1...3).contains(parts[1].utf8.count), let fraction = Int64(parts[1]) else { return nil }
    return whole * 1000 + fraction * [100, 10, 1][parts[1].utf8.count - 1]
  }
}
