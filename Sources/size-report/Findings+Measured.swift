internal import Platform
internal import Reporting
internal import SizeAnalysis

/// How well the prediction from a variant's files holds against what was measured.
struct PredictionCheck {
  var variant: MeasuredMemory.Variant
  var plugins: Int
  /// Bytes a plugin.
  var predicted: Double
  /// What the loader and the C library's start-up take for every file, whatever is in it: as measured
  /// with plugins of bare C, beyond their pages.
  var loader: Double?

  var ratio: Double { (predicted + (loader ?? 0)) / variant.perPlugin }

  /// Predicts each variant whose files are still there.
  static func checks(_ measured: MeasuredMemory) -> [PredictionCheck] {
    var checks: [PredictionCheck] = measured.variants.compactMap { variant in
      let directory = Path.join(variant.artifacts, "plugins")
      guard let paths = try? ELFPaths.find(directory), !paths.isEmpty else { return nil }
      let files = FileSet.read([paths], depth: .sections)[0].files
      let bytes = files.reduce(0) { $0 + $1.loading.predictedAnonymous }
      return PredictionCheck(
        variant: variant, plugins: files.count,
        predicted: Double(bytes) / Double(max(files.count, 1)), loader: nil)
    }
    if let floor = checks.first(where: { $0.variant.name == "floor" }) {
      let loader = floor.variant.perPlugin - floor.predicted
      for index in checks.indices { checks[index].loader = loader }
    }
    return checks
  }
}

extension Findings {
  /// The prediction of private memory beside what was measured.
  var measured: Report.Section? {
    guard let measured = request.measured else { return nil }
    let checks = PredictionCheck.checks(measured)
    var table = Report.Table(
      columns: [
        .text("variant"), .number("plugins"), .number("predicted", title: "predicted pages"),
        .number("loader", title: "+ loader"), .number("measured"), .number("low"),
        .number("high"), .number("ratio", title: "predicted / measured"),
      ], whenEmpty: "(the files that were measured are no longer there)")
    for check in checks {
      table.append([
        .text(check.variant.name), .count(check.plugins), .bytes(check.predicted),
        .bytes(check.loader), .bytes(check.variant.perPlugin), .bytes(check.variant.low),
        .bytes(check.variant.high), .ratio(check.ratio),
      ])
    }
    let others = checks.filter { $0.loader == nil || $0.variant.name != "floor" }.map(\.ratio)
    let verdict =
      others.isEmpty
      ? ""
      : """
       The prediction is between \(Quantity.ratio(others.min()!)) and \
      \(Quantity.ratio(others.max()!)) of what was measured; what it lacks is what the code itself \
      allocates and writes to.
      """
    return Report.Section(
      "Prediction and measurement", key: "measured",
      paragraphs: [
        """
        Private memory a plugin (memory.anonymous): what the files tell beside what bench-runtime \
        measured. The loader's own share is taken from the variant 'floor', plugins of bare C.\(verdict)
        """
      ], table: table)
  }
}
