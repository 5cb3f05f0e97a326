internal import ELFInspection

/// A part of a file before and after.
public struct PartChange: Sendable {
  /// As it is called after; before, where it is no longer there.
  public var name: String
  public var kind: Kind
  /// ``ChangeStatus/added``, `removed`, `grown`, `shrunk` or `unchanged`, by the bytes in the file and,
  /// where those are as many, in memory.
  public var status: ChangeStatus
  public var file: SizeChange
  public var memory: SizeChange
  /// Bytes in the file that no symbol is charged with; nil where symbols were not read.
  public var remainder: SizeChange?

  public enum Kind: String, CaseIterable, Sendable {
    case section
    /// The ELF header or one of the two tables.
    case header
    case padding
    /// In a segment and in no section.
    case segment
    /// In nothing.
    case unmapped
  }
}

/// Finds the parts that belong together.
struct PartMatching {
  /// Each part of the old and of the new file once, those of the new file first.
  private(set) var changes: [PartChange] = []
  /// The position in `changes` of each part of the old file.
  private(set) var ofOld: [Int] = []
  /// The position in `changes` of each part of the new file: its own.
  private(set) var ofNew: [Int] = []

  /// Of several with the same name the first belongs to the first, the second to the second.
  ///
  /// - Complexity: O(*n*).
  init(old: FileAnalysis?, new: FileAnalysis?) {
    let haveSymbols =
      (old == nil || old?.symbols != nil) && (new == nil || new?.symbols != nil)
    var seen: [Key: Int] = [:]
    var byKey: [Key: Int] = [:]
    for (index, part) in (new?.parts ?? []).enumerated() {
      byKey[Self.key(part, new?.segments ?? [], &seen)] = changes.count
      ofNew.append(changes.count)
      changes.append(
        PartChange(
          name: part.name, kind: PartChange.Kind(part.kind), status: .added,
          file: SizeChange(new: part.fileSize), memory: SizeChange(new: part.memorySize),
          remainder: haveSymbols ? SizeChange(new: new?.remainder(of: index) ?? 0) : nil))
    }
    seen = [:]
    for (index, part) in (old?.parts ?? []).enumerated() {
      let remainder = old?.remainder(of: index) ?? 0
      guard let match = byKey[Self.key(part, old?.segments ?? [], &seen)] else {
        ofOld.append(changes.count)
        changes.append(
          PartChange(
            name: part.name, kind: PartChange.Kind(part.kind), status: .removed,
            file: SizeChange(old: part.fileSize), memory: SizeChange(old: part.memorySize),
            remainder: haveSymbols ? SizeChange(old: remainder) : nil))
        continue
      }
      ofOld.append(match)
      changes[match].file.old = part.fileSize
      changes[match].memory.old = part.memorySize
      if haveSymbols { changes[match].remainder?.old = remainder }
      let file = ChangeStatus(wasThere: true, isThere: true, changes[match].file)
      changes[match].status =
        file == .unchanged
        ? ChangeStatus(wasThere: true, isThere: true, changes[match].memory) : file
    }
  }

  private struct Key: Hashable {
    var kind: PartChange.Kind
    var name: String
    var position = 0
  }

  private static func key(
    _ part: FileAnalysis.Part, _ segments: [ELFFile.Segment], _ seen: inout [Key: Int]
  ) -> Key {
    var key = Key(kind: PartChange.Kind(part.kind), name: part.name)
    // A segment's number says less of it than what it is for.
    if case .segment(let index) = part.kind, segments.indices.contains(index) {
      key.name = segments[index].permissions
    }
    let position = seen[key, default: 0]
    seen[key] = position + 1
    key.position = position
    return key
  }
}

extension PartChange.Kind {
  init(_ kind: FileAnalysis.Part.Kind) {
    self =
      switch kind {
      case .section: .section
      case .header: .header
      case .padding: .padding
      case .segment: .segment
      case .unmapped: .unmapped
      }
  }
}

extension FileAnalysis {
  fileprivate func remainder(of part: Int) -> UInt64 { symbols?.remainders[part] ?? 0 }
}
