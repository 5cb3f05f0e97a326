internal import SizeAnalysis

/// Reads the input as a budget, and what it says as patterns.
func attackBudget(_ input: UnsafeRawBufferPointer) {
  let text = unsafe Array(input)
  let budget: Budget
  do {
    budget = try Budget(text: text, path: "budget")
  } catch {
    // A sentence for people: what it quotes is cut short, and it names a line that is there.
    precondition(error.description.utf8.count < 2000, "an error without end")
    precondition(
      (0...text.count(where: { $0 == UInt8(ascii: "\n") }) + 1).contains(error.line),
      "an error in a line that is not there")
    return
  }
  for group in budget.groups {
    if case .files(let pattern) = group.subject {
      for path in ["", "/", "plugins/a.so", pattern.text] { _ = pattern.matches(path) }
    }
    for rule in group.rules {
      precondition(rule.line > group.line, "a rule in front of its group")
      guard let override = rule.override else { continue }
      precondition(!override.reason.isEmpty, "an override without a reason")
    }
  }
  // The same bytes are the same budget.
  guard let again = try? Budget(text: text, path: "budget") else { preconditionFailure() }
  precondition(again == budget)
}
