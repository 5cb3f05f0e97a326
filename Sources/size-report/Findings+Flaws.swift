internal import ELFInspection
internal import Reporting
internal import SizeAnalysis

extension Findings {
  /// What files say of themselves that is not so; nil where they say nothing of the kind.
  var flaws: Report.Section? {
    var table = Report.Table(columns: [
      .name("file"), .text("flaw"), .text("subject"), .text("found"), .text("expected"),
    ])
    let rows = files.flatMap { file in file.flaws.map { (file, $0) } }
    guard !rows.isEmpty else { return nil }
    for (file, flaw) in top(rows) {
      table.append([
        .text(label(file)), .text(flaw.code.rawValue, tone: .bad), .text(flaw.subject),
        .text(flaw.found), .text(flaw.expected),
      ])
    }
    return Report.Section(
      "Flaws", key: "flaws",
      paragraphs: [
        """
        What files say of themselves and is not so. They could be read; figures that depend on it may \
        be too small.
        """
      ], table: table)
  }
}
