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
  /// with plugins of bare C, beyond their pages. nil where those were not measured.
  var loader: Double?

  /// nil where nothing was measured that it could be held against.
  var ratio: Double? {
    variant.perPlugin > 0 ? (predicted + (loader ?? 0)) / variant.perPlugin : nil
  }

  /// It is the variant that the loader's share is taken from, so that it agrees with itself.
  var isReference: Bool { loader != nil && variant.name == MeasuredMemory.reference }
}

/// The prediction of private memory beside what was measured, of each variant.
struct PredictionReport {
  private(set) var checks: [PredictionCheck] = []
  /// Variants that were measured and cannot be predicted, and why.
  private(set) var missing: [(variant: String, reason: String)] = []

  /// Predicts each variant whose files are still there and can be read.
  init(_ measured: MeasuredMemory) {
    for variant in measured.variants {
      let directory = Path.join(variant.artifacts, "plugins")
      guard let paths = try? ELFPaths.find(directory), !paths.isEmpty else {
        missing.append((variant.name, "there are no plugins in '\(directory)' any more"))
        continue
      }
      let set = FileSet.read([paths], depth: .sections)[0]
      if let failure = set.failures.first {
        missing.append((variant.name, "\(failure)"))
        continue
      }
      let bytes = set.files.reduce(0) { $0 + $1.loading.predictedAnonymous }
      checks.append(
        PredictionCheck(
          variant: variant, plugins: set.files.count,
          predicted: Double(bytes) / Double(set.files.count), loader: nil))
    }
    let reference = checks.first { $0.variant.name == MeasuredMemory.reference }
    if let reference {
      let loader = reference.variant.perPlugin - reference.predicted
      for index in checks.indices { checks[index].loader = loader }
    }
  }

  /// Of the variants that say something about the prediction.
  var ratios: [Double] { checks.filter { !$0.isReference }.compactMap(\.ratio) }

  /// How well it held.
  var sentence: String {
    guard let least = ratios.min(), let most = ratios.max() else {
      return "Nothing was measured that the prediction could be held against."
    }
    let range =
      ratios.count == 1
      ? Quantity.ratio(least)
      : "between \(Quantity.ratio(least)) and \(Quantity.ratio(most))"
    return """
      The prediction is \(range) of what was measured; what it lacks is what the code itself allocates \
      and writes to.
      """
  }
}
