internal import ELFInspection
internal import FoundationEssentials
internal import SizeAnalysis

/// A feature whose library a file opens by itself, as its notes say.
///
/// Source: the UAPI group's "ELF dlopen() metadata".
struct OpenedLibrary: Hashable {
  /// Any of them will do; the first that is there is opened.
  var sonames: [String]
  /// `required`, `recommended` or `suggested`; what the note leaves out is `recommended`.
  var priority: String
  var feature: String?
  var description: String?
}

extension Notes {
  /// What the notes of `.note.dlopen` say; those that are no such JSON are left out, see ``dlopenTexts``.
  var openedLibraries: [OpenedLibrary] {
    dlopenTexts.flatMap { text in
      let entries = (try? JSONDecoder().decode([Entry].self, from: Data(text.utf8))) ?? []
      return entries.map {
        OpenedLibrary(
          sonames: $0.soname, priority: $0.priority ?? "recommended", feature: $0.feature,
          description: $0.description)
      }
    }
  }

  private struct Entry: Decodable {
    var soname: [String]
    var priority: String?
    var feature: String?
    var description: String?
  }
}
