internal import SizeAnalysis

/// Compares a file with one that differs from it here and there, and with none: whatever is matched
/// with whatever, the sums must be those of the files.
func attackComparison(_ old: FileAnalysis?, _ new: FileAnalysis?, _ names: NameFacts) {
  let comparison = FileComparison(old: old, new: new, names: names)
  precondition(
    comparison.size.old == old?.fileSize ?? 0 && comparison.size.new == new?.fileSize ?? 0)
  var parts = SizeChange()
  var rest = SizeChange()
  for part in comparison.parts {
    parts += part.file
    if let remainder = part.remainder { rest += remainder }
  }
  precondition(parts == comparison.size, "changes of parts do not add up")
  guard let symbols = comparison.symbols else { return }
  for symbol in symbols { rest += symbol.size }
  precondition(rest == comparison.size, "changes of symbols do not add up")
  let counts = (old?.symbols?.symbols.count ?? 0, new?.symbols?.symbols.count ?? 0)
  precondition(symbols.count(where: { $0.old != nil }) == counts.0, "a symbol is lost")
  precondition(symbols.count(where: { $0.new != nil }) == counts.1, "a symbol is lost")
}

/// Changes letters and numbers behind the first quarter, where names and symbols mostly lie: what
/// comes of it has mostly the names that `bytes` has, and some that are like them.
func variant(of bytes: [UInt8]) -> [UInt8] {
  var result = bytes
  for index in stride(from: bytes.count / 4, to: bytes.count, by: 61) where bytes[index] != 0 {
    result[index] ^= 1
  }
  return result
}
