internal import Platform
internal import Reporting
internal import SizeAnalysis

extension SizeSchema1 {
  /// One object for each file that is not identical, whose `parts` and, where symbols were read,
  /// `symbols` with the changes of `remainder` add up to its own change.
  func write(_ comparison: FileSetComparison, to json: inout Writer) throws(SystemError) {
    json.member("diff")
    json.beginArray()
    for file in comparison.files { try write(file, to: &json) }
    try json.endArray()
  }

  private func write(_ file: FileComparison, to json: inout Writer) throws(SystemError) {
    json.beginObject()
    try json.member("path", file.newPath)
    try json.member("baseline", file.oldPath)
    try json.member("status", file.isIdentical ? "identical" : file.status.rawValue)
    try json.member("matchedBy", file.matchedBy?.rawValue)
    try write(file.size, to: &json)
    json.member("parts")
    json.beginArray()
    // A section of the same size may hold more for symbols, and less that is nobody's.
    for part in file.parts
    where part.file.delta != 0 || part.memory.delta != 0 || (part.remainder?.delta ?? 0) != 0 {
      json.beginObject(.inline)
      try json.member("name", part.name)
      try json.member("kind", part.kind.rawValue)
      try json.member("status", part.status.rawValue)
      try write(part.file, to: &json)
      try json.member("vmDelta", Int(clamping: part.memory.delta))
      try json.member("remainderDelta", part.remainder.map { Int(clamping: $0.delta) })
      try json.endObject()
    }
    try json.endArray()
    if let symbols = file.symbols {
      json.member("symbols")
      json.beginArray()
      let changed = symbols.filter { $0.status != .unchanged }.sorted {
        $0.size.delta.magnitude > $1.size.delta.magnitude
      }
      for symbol in findings.top(changed) {
        json.beginObject(.inline)
        try json.member("name", findings.names.name(symbol.name))
        try json.member("demangled", findings.names.demangled(symbol.name))
        try json.member(
          "was", symbol.isRenamed ? symbol.old.map { findings.names.name($0.name) } : nil)
        try json.member("status", symbol.status.rawValue)
        try json.member("matchedBy", symbol.matchedBy?.rawValue)
        try write(symbol.size, to: &json)
        try json.endObject()
      }
      try json.endArray()
    }
    try json.endObject()
  }

  private func write(_ change: SizeChange, to json: inout Writer) throws(SystemError) {
    try json.member("before", change.old)
    try json.member("after", change.new)
    try json.member("delta", Int(clamping: change.delta))
  }

  func write(_ budget: BudgetResult, to json: inout Writer) throws(SystemError) {
    json.member("budget")
    json.beginArray()
    for row in budget.rows {
      json.beginObject(.inline)
      try json.member("metric", row.metric)
      try json.member("subject", row.subject)
      try json.member("limit", row.limit.map { Int(clamping: $0) })
      try json.member("value", row.value.map { Int(clamping: $0) })
      try json.member("exceeded", row.isExceeded)
      try json.member("override", row.overridden)
      try json.member("verdict", row.verdict.name)
      try json.member("overrideReason", row.override?.reason)
      try json.member("overrideLimit", row.overrideLimit.map { Int(clamping: $0) })
      if case .none(let why) = row.verdict { try json.member("noVerdict", why.rawValue) }
      try json.member("line", row.line)
      try json.endObject()
    }
    try json.endArray()
    json.member("budgetWarnings")
    json.beginArray()
    for warning in budget.warnings {
      json.beginObject(.inline)
      try json.member("code", warning.code)
      try json.member("line", warning.line)
      try json.member("sentence", warning.sentence)
      try json.endObject()
    }
    try json.endArray()
  }
}
