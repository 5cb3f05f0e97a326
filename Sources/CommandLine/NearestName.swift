/// The one of `names` that was probably meant by `typed`, or nil when none is near.
///
/// Near means at most one edit per three characters, and at least one edit is allowed; case and
/// leading dashes do not count, and of equally near names the first wins.
///
/// Edits are counted by the optimal string alignment distance: insertions, deletions, substitutions
/// and exchanges of neighbours, no part being edited twice. Source: Damerau, CACM 7(3), 1964, for
/// the edits; Wagner & Fischer, JACM 21(1), 1974, for the recurrence.
/// Complexity: O(*n* · *m*) per name, for lengths *n* and *m*; a word over 64 bytes is not compared.
public func nearestName(to typed: String, among names: [String]) -> String? {
  guard typed.utf8.count <= 64 else { return nil }
  let word = letters(typed)
  var best: (name: String, distance: Int)?
  for name in names {
    let candidate = letters(name)
    let longer = max(word.count, candidate.count)
    let distance = alignmentDistance(word, candidate)
    // Replacing every letter is no likeness, however short the word.
    guard distance <= max(1, longer / 3), distance < longer else { continue }
    if distance < best?.distance ?? .max { best = (name, distance) }
  }
  return best?.name
}

private func letters(_ name: String) -> [Unicode.Scalar] {
  Array(name.lowercased().unicodeScalars.drop { $0 == "-" })
}

private func alignmentDistance(_ a: [Unicode.Scalar], _ b: [Unicode.Scalar]) -> Int {
  var beforeLast: [Int] = []
  var last = Array(0...b.count)
  for i in a.indices {
    var row = [i + 1]
    for j in b.indices {
      var cost = min(row[j] + 1, last[j + 1] + 1, last[j] + (a[i] == b[j] ? 0 : 1))
      if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
        cost = min(cost, beforeLast[j - 1] + 1)
      }
      row.append(cost)
    }
    (beforeLast, last) = (last, row)
  }
  return last[b.count]
}
