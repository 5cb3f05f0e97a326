internal import Reporting

extension Findings {
  /// The prediction of private memory beside what was measured; nil where that was not asked for.
  var measured: Report.Section? {
    guard let prediction else { return nil }
    var table = Report.Table(
      columns: [
        .text("variant"), .number("plugins"), .number("predicted", title: "predicted pages"),
        .number("loader", title: "+ loader"), .number("measured"), .number("low"),
        .number("high"), .number("ratio", title: "predicted / measured"),
      ], whenEmpty: "(nothing could be predicted)")
    for check in prediction.checks {
      table.append([
        .text(check.variant.name), .count(check.plugins), .bytes(check.predicted),
        .bytes(check.loader), .bytes(check.variant.perPlugin), .bytes(check.variant.low),
        .bytes(check.variant.high), .ratio(check.ratio),
      ])
    }
    let loader =
      prediction.checks.contains(where: \.isReference)
      ? """
      The loader's own share is taken from the variant '\(MeasuredMemory.reference)', plugins of bare C.
      """
      : """
      The loader's own share is not known: the variant '\(MeasuredMemory.reference)' was not measured \
      or its files are gone.
      """
    return Report.Section(
      "Prediction and measurement", key: "measured",
      paragraphs: [
        """
        Private memory a plugin (memory.anonymous): what the files tell beside what bench-runtime \
        measured. \(loader) \(prediction.sentence)
        """
      ] + prediction.missing.map { "Not predicted: \($0.variant), \($0.reason)." }, table: table)
  }
}
