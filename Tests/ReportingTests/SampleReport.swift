import Reporting

extension Report {
  /// A small report with one of everything.
  static let sample = Report(
    title: "Start-up of 50 plugins",
    headline: "One shared runtime starts them 6.2× faster.",
    sections: [
      Section(
        "Variants", key: "variants",
        paragraphs: ["Medians of 20 rounds,\n  paired by round."],
        table: Table(
          columns: [
            .text("variant", title: "Variant"),
            .number("startup.load", title: "Load"),
            .number("memory.pss", title: "PSS"),
            .number("relocations.total", title: "Relocations", unit: "each"),
            .number("ratio", title: "Ratio"),
          ],
          rows: [
            [
              "shared", .nanoseconds(3_900_000, tone: .strong), .bytes(7_400_000), .count(321),
              .ratio(0.1625, tone: .good),
            ],
            ["static", .nanoseconds(24e6), .bytes(127e6), .count(14_699), .ratio(1)],
            [
              .text("static-tuned", tone: .dim), .nanoseconds(30.5e6), .bytes(nil as Int?),
              .count(nil as Int?), .ratio(1.27, tone: .bad),
            ],
          ])),
      Section("Refused", key: "refused", table: Table(columns: [.text("path", title: "Path")])),
    ],
    notes: ["Page tables were not measured."])

  /// A report of one table with one column of words.
  static func words(_ words: [String]) -> Report {
    Report(
      title: "Words", headline: "",
      sections: [
        Section("Words", table: Table(columns: [.text("word")], rows: words.map { [.text($0)] }))
      ])
  }

  /// A report that says the same thing wherever a text can stand.
  static func everywhere(_ text: String) -> Report {
    Report(
      title: text, headline: text,
      sections: [
        Section(
          text, paragraphs: [text],
          treemap: Treemap(
            text,
            sizes: [
              Treemap.Node(text, bytes: 9, detail: text),
              Treemap.Node(
                text, detail: text,
                children: [Treemap.Node(text, bytes: 3, detail: text, category: 1)]),
            ], categories: [text, text]),
          table: Table(
            columns: [Column(text, unit: text)],
            rows: [[.text(text)], [Cell(text, value: nil, tone: .strong)]])),
        Section(text, table: Table(columns: [.text(text)], whenEmpty: text)),
      ],
      notes: [text])
  }
}
