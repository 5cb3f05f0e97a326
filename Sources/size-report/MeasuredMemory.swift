internal import FoundationEssentials
internal import Platform

/// Private memory a plugin, as `bench-runtime` measured it.
struct MeasuredMemory {
  /// One variant; bytes of `memory.anonymous` that each further plugin adds.
  struct Variant {
    var name: String
    /// Where its files lie.
    var artifacts: String
    var perPlugin: Double
    var low: Double
    var high: Double
  }

  let variants: [Variant]

  /// The variant with plugins of bare C: what they take is the loader's.
  static let reference = "floor"

  struct Flaw: Error, CustomStringConvertible {
    var description: String
  }

  /// Reads a `bench-runtime/1` document.
  init(path: String) throws {
    let document: Document
    do {
      document = try JSONDecoder().decode(Document.self, from: Data(try Files.read(path)))
    } catch let error as SystemError {
      throw error
    } catch {
      throw Flaw(
        description: "'\(path)' is no result of bench-runtime; make one with --format json")
    }
    guard document.schema == "bench-runtime/1" else {
      throw Flaw(
        description: "'\(path)' has the schema '\(document.schema)', expected bench-runtime/1")
    }
    let slopes = document.scaling.filter { $0.metric == "memory.anonymous" }
    guard !slopes.isEmpty else {
      throw Flaw(
        description:
          "'\(path)' has memory at one number of plugins only; measure at two: --plugins 10,50")
    }
    variants = slopes.compactMap { slope in
      // The largest set has every plugin there is.
      let sets = document.results.filter { $0.variant == slope.variant }
      guard let set = sets.max(by: { $0.plugins < $1.plugins }) else { return nil }
      return Variant(
        name: slope.variant, artifacts: set.artifacts, perPlugin: slope.perPlugin,
        low: slope.low, high: slope.high)
    }
  }

  /// The part of the schema that is needed here.
  private struct Document: Decodable {
    struct Result: Decodable {
      var variant: String
      var plugins: Int
      var artifacts: String
    }
    struct Slope: Decodable {
      var metric: String
      var variant: String
      var perPlugin: Double
      var low: Double
      var high: Double
    }
    var schema: String
    var results: [Result]
    var scaling: [Slope]
  }
}
