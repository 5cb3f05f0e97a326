internal import CommandLine
internal import CommandOutput
internal import PluginSets
internal import Regression
internal import RuntimeBenchmark

extension BenchRuntime {
  static let command = Command(
    name: "bench-runtime",
    abstract: "Measures what plugins cost on one shared runtime, and what they cost otherwise.",
    discussion: """
      Builds the same plugins in several ways, loads each set in fresh processes, in rounds, and \
      compares start-up, memory and size.

      Exit status: 0 all is well; 1 could not do it (with one sentence why); 2 something became worse; \
      3 no verdict could be reached; 128+n ended by signal n, with the rounds that were whole.
      """,
    options: Option.common,
    subcommands: [
      Command(
        name: "run", abstract: "Build, measure and compare plugin sets.",
        discussion: "VARIANTS\n"
          + Variant.allCases.map { "  \($0.rawValue): \($0.summary)" }.joined(separator: "\n"),
        options: [
          .format(adding: ["svg"]),
          .value(
            "--figure", "NAME",
            help: "Which one '--format svg' draws: startup, memory, startup-by-plugins, "
              + "memory-by-plugins, startup-distribution or memory-kinds. Default: the first."),
          .value(
            "--plugins", "N[,N…]",
            help: "How many plugins, 1 to \(RunOptions.mostPlugins); with several numbers also the "
              + "cost per plugin and the break-even. Default: 50."),
          .value(
            "--variants", "A,B…",
            help: "Which ways to build them. Default: all; with --plugin-dir alone: floor."),
          .value(
            "--profile", "NAME", default: "tiny",
            help: "How much is in a plugin: 3, 20 or 150 types.",
            choices: Profile.allCases.map(\.rawValue)),
          .value(
            "--preset", "NAME", default: LinkPreset.compatible.rawValue,
            help: "How plugins that share a runtime are linked: "
              + LinkPreset.allCases.map { "\($0.rawValue) (\($0.summary))" }.joined(separator: ", ")
              + "; or plain; and single options, as in plain+now+strip: "
              + LinkOption.allCases.map(\.rawValue).joined(separator: ", ") + "."),
          .value("--samples", "K", default: "20", help: "How many rounds count."),
          .value("--warm-ups", "K", default: "1", help: "How many rounds come first and do not."),
          .flag("--cold", help: "Drop the files from memory before each sample."),
          .value(
            "--processes", "P", default: "1",
            help: "How many processes of each set run at the same time; memory is their sum."),
          .value(
            "--activation", "WHEN", default: "eager",
            help:
              "When the host loads its plugins: all when it starts; the same, and once more from the index "
              + "of an earlier start; or each at its first use, from an index. 'lazy' also measures the host "
              + "without any plugin.",
            choices: Activation.allCases.map(\.rawValue)),
          .value(
            "--plugin-dir", "DIR",
            help: "Also measure the .so files of a directory, opened as they are. Repeats.",
            repeats: true),
          .value("--seed", "S", default: "1", help: "Draws the order within each round."),
          .value(
            "--cache", "DIR", help: "Where built plugins are kept. Default: .build/plugin-sets."),
          .flag(
            "--instructions",
            help: "Count instructions too, with callgrind; needs valgrind."),
          .value(
            "--track", "WHAT",
            help: "Run one more process of each set with 'heap' tracked: live bytes, blocks and "
              + "allocations of malloc for each plugin, the host and what is nobody's.",
            choices: ["heap"]),
          .value(
            "--record", "DB",
            help: "Add the result to history. Default: \(HistoryOptions.defaultPath).",
            valueIfOmitted: HistoryOptions.defaultPath),
        ]),
      RegressionCommands.compareCommand, RegressionCommands.checkCommand,
      RegressionCommands.acceptCommand, RegressionCommands.noiseCommand, HistoryOptions.command,
    ], defaultSubcommand: "run")
}

/// The options of `run`, checked.
struct RunOptions {
  static let mostPlugins = Benchmark.mostPlugins

  var configuration: BenchmarkConfiguration
  var output: OutputOptions
  /// Where the result is recorded; nil where it is not.
  var database: String?

  init(_ values: ParsedValues) throws(CommandLineError) {
    let directories = values.values("--plugin-dir")
    var counts = try values.integers("--plugins", in: 1...Self.mostPlugins)
    if counts.isEmpty && directories.isEmpty { counts = [50] }
    var names = try values.list("--variants", choices: Variant.allCases.map(\.rawValue))
    if names.isEmpty {
      // What opens files and does nothing else compares best with files that are only opened.
      names = counts.isEmpty ? [Variant.floor.rawValue] : Variant.allCases.map(\.rawValue)
    }
    let activation = Activation(rawValue: values.value("--activation")!)!
    if activation == .lazy {
      guard directories.isEmpty else {
        throw CommandLineError(
          .invalidValue, subject: "--plugin-dir",
          expected: "no directory with '--activation lazy', which is for plugins of ours",
          fix: "leave one of the two out")
      }
      let eagerOnly = names.filter { Variant(rawValue: $0)?.canStartLazily == false }
      if !values.values("--variants").isEmpty, let name = eagerOnly.first {
        throw CommandLineError(
          .invalidValue, subject: "--variants",
          expected:
            "variants whose host loads plugin files with '--activation lazy', not '\(name)'",
          fix: "leave '\(name)' out")
      }
      names.removeAll(where: eagerOnly.contains)
    }
    configuration = BenchmarkConfiguration(
      pluginCounts: Set(counts).sorted(), variants: names.compactMap(Variant.init),
      profile: Profile(rawValue: values.value("--profile")!)!,
      link: try Self.link(values.value("--preset")!),
      samples: try values.integer("--samples", in: 1...10_000)!,
      warmUps: try values.integer("--warm-ups", in: 0...1000)!,
      seed: UInt64(try values.integer("--seed", in: 0...Int.max)!),
      isCold: values.flag("--cold"),
      processes: try values.integer("--processes", in: 1...256)!, activation: activation,
      directories: directories,
      cacheDirectory: values.value("--cache"))
    output = OutputOptions(values)
    output.figure = values.value("--figure")
    database = values.value("--record")
    configuration.tracksHeap = values.value("--track") == "heap"
    configuration.countsInstructions = RegressionCommands.countsInstructions(values)
  }

  /// Finds out, before long work is done, whether the result can be recorded.
  func checkHistory() throws(HistoryError) {
    if let database { _ = try History(path: database, .making) }
  }

  private static func link(_ text: String) throws(CommandLineError) -> LinkRecipe {
    do {
      return try LinkRecipe(text)
    } catch {
      throw CommandLineError(
        .invalidValue, subject: "--preset", found: text, expected: "a way to link plugins",
        fix: "\(error)")
    }
  }
}
