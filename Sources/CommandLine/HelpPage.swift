/// The help text of one command and of its default subcommand.
///
/// Every character counts as one column; words longer than a line are left whole, so that they can
/// be copied.
struct HelpPage {
  private let path: CommandPath
  private let width: Int

  init(path: CommandPath, width: Int) {
    self.path = path
    self.width = min(max(width, 40), 100)
  }

  var text: String {
    let options = (path.options + Option.builtIn).map {
      entry(($0.short.map { "-\($0), " } ?? "") + $0.usage, Self.description(of: $0))
    }
    let pointer = "See '\(path.named[0].name) help <subcommand>' for detailed help."
    let subcommands = path.command.subcommands.map {
      let mark = $0.name == path.command.defaultSubcommand ? " (default)" : ""
      return entry($0.name + mark, $0.abstract)
    }
    return [
      wrap("OVERVIEW: \(path.command.abstract)"),
      path.command.discussion.split(separator: "\n", omittingEmptySubsequences: false)
        .map { $0.first == " " ? indented($0) : wrap(String($0)) }.joined(separator: "\n"),
      "USAGE: " + usage.map { wrap($0, indent: 7) }.joined(separator: "\n" + spaces(7)),
      section("ARGUMENTS", path.target.arguments.map { entry($0.usage, $0.help) }),
      section("OPTIONS", options),
      section("SUBCOMMANDS", subcommands),
      subcommands.isEmpty ? "" : "  " + wrap(pointer, indent: 2),
    ].filter { !$0.isEmpty }.joined(separator: "\n\n")
  }

  /// A line of an example or a list: whole up to 80 columns whatever the width, so that it can be copied;
  /// a longer one goes on below, two columns further in.
  private func indented(_ line: Substring) -> String {
    let limit = max(width, 80)
    guard line.count > limit else { return String(line) }
    let margin = line.prefix { $0 == " " }
    let words = line.split(separator: " ").map(String.init)
    return margin + wrap(words, indent: margin.count + 2, first: margin.count, width: limit)
  }

  /// The forms a command line may take, each as pieces that stay whole.
  private var usage: [[String]] {
    let general = path.command.subcommands.isEmpty ? [] : [[path.name, "<subcommand>"]]
    guard path.target.subcommands.isEmpty else { return general }
    let choice = path.target.oneOf
    let required =
      path.options.filter(\.isRequired).map(\.usage)
      + (choice.isEmpty
        ? []
        : [
          "("
            + path.options.filter { choice.contains($0.name) }.map(\.usage).joined(separator: " | ")
            + ")"
        ])
    let optional = path.options.filter { !$0.isRequired && !choice.contains($0.name) }
      .map { "[\($0.usage)]" + ($0.repeats ? "…" : "") }
    let direct =
      [path.name] + path.implied.map { "[\($0.name)]" } + required
      // More than a dozen would hide what matters; they are listed below anyway.
      + (optional.count > 12 ? ["[<options>]"] : optional) + path.target.arguments.map(\.usage)
    return [direct] + general
  }

  private static func description(of option: Option) -> String {
    let notes = [
      option.choices.map { "values: " + $0.joined(separator: ", ") },
      option.defaultValue.map { "default: " + $0 },
    ].compactMap(\.self)
    return notes.isEmpty ? option.help : "\(option.help) (\(notes.joined(separator: "; ")))"
  }

  private func section(_ title: String, _ entries: [String]) -> String {
    entries.isEmpty ? "" : "\(title):\n" + entries.joined(separator: "\n")
  }

  private func entry(_ label: String, _ description: String) -> String {
    let column = min(26, width / 3)
    let room = column - 2 - label.count
    let gap = room > 1 ? spaces(room) : "\n" + spaces(column)
    return "  " + label + (description.isEmpty ? "" : gap + wrap(description, indent: column))
  }

  private func spaces(_ count: Int) -> String { String(repeating: " ", count: count) }

  private func wrap(_ text: String, indent: Int = 0) -> String {
    wrap(text.split(separator: " ").map(String.init), indent: indent)
  }

  /// Joins words into lines; the first one begins at column `first`, or at `indent` as the others do.
  private func wrap(
    _ words: [String], indent: Int, first: Int? = nil, width: Int? = nil
  ) -> String {
    let width = width ?? self.width
    var lines: [String] = []
    for word in words {
      let column = lines.count == 1 ? first ?? indent : indent
      if let line = lines.last, column + line.count + 1 + word.count <= width {
        lines[lines.count - 1] += " " + word
      } else {
        lines.append(word)
      }
    }
    return lines.joined(separator: "\n" + spaces(indent))
  }
}
