/// When a comparison is looked at while its rounds go on, so that it may end early and still keeps its
/// promise.
///
/// Looking again and again at a nominal 95 % interval until it says something finds a difference
/// between equal things far more often than in 5 % of comparisons. Here the number of looks is fixed
/// beforehand, and each gets an equal share of the error that all of them together may make
/// (Bonferroni's inequality, which holds however the looks depend on one another). That costs some
/// rounds against an optimal spending function, and needs no assumption.
///
/// Source: Lan & DeMets 1983, "Discrete sequential boundaries for clinical trials", Biometrika 70(3),
/// for spending an error over looks; Pocock 1977 for equal shares.
public struct LookPlan: Sendable, Hashable {
  /// After how many rounds; ascending.
  public var looks: [Int]
  /// How often all looks together may miss the truth.
  public var error: Double

  /// The error that one metric of one session may make to either side, over all looks.
  ///
  /// A "worse" takes this twice, in two sessions, and in one direction: 0.02² / 4 for each metric, if
  /// the sessions are independent.
  public static let defaultError = 0.02

  /// Doubles the rounds from look to look, up to `rounds`.
  public init(upTo rounds: Int, error: Double = LookPlan.defaultError) {
    var looks: [Int] = []
    var next = Self.first
    while next < rounds {
      looks.append(next)
      next *= 2
    }
    self.looks = looks + [rounds]
    self.error = error
  }

  /// The fewest rounds whose signs alone can reach the confidence of a look.
  static let first = 12

  /// The confidence of the interval at each look.
  public var confidence: Double { 1 - error / Double(looks.count) }
}
