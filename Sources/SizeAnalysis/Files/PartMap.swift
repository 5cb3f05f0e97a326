internal import ELFInspection

/// The parts of a file by the section that they come from.
struct PartMap {
  private(set) var parts: [FileAnalysis.Part] = []
  /// The part of each section.
  private(set) var ofSection: [Int]

  /// - Complexity: that of ``ELFFile/accounting()``.
  init(_ file: borrowing ELFFile) {
    let names = file.sectionNames()
    ofSection = []
    for section in file.sections {
      let name = names[section.index]
      ofSection.append(parts.count)
      parts.append(
        FileAnalysis.Part(
          name: name.isEmpty ? "[section \(section.index)]" : name,
          kind: .section(section.index), fileSize: 0, memorySize: Self.memorySize(of: section),
          uncompressedSize: file.compression(of: section)?.size))
    }
    var others: [ByteLabel: Int] = [:]
    for span in file.accounting() {
      let size = span.range.upperBound - span.range.lowerBound
      if case .section(let index) = span.label {
        parts[ofSection[index]].fileSize += size
        continue
      }
      let index = others[span.label] ?? parts.count
      if index == parts.count {
        others[span.label] = index
        parts.append(Self.part(span.label, file))
      }
      parts[index].fileSize += size
    }
  }

  private static func part(
    _ label: ByteLabel, _ file: borrowing ELFFile
  ) -> FileAnalysis.Part {
    let (name, kind): (String, FileAnalysis.Part.Kind) =
      switch label {
      case .elfHeader: ("[ELF header]", .header)
      case .programHeaders: ("[program headers]", .header)
      case .sectionHeaders: ("[section headers]", .header)
      case .padding: ("[padding]", .padding)
      case .unmapped: ("[unmapped]", .unmapped)
      case .segment(let index):
        ("[segment \(index), \(file.segments[index].permissions)]", .segment(index))
      case .section(let index): ("[section \(index)]", .section(index))
      }
    return FileAnalysis.Part(
      name: name, kind: kind, fileSize: 0, memorySize: 0,
      uncompressedSize: nil)
  }

  private static func memorySize(of section: ELFFile.Section) -> UInt64 {
    section.isLoaded ? section.size : 0
  }
}
