internal import ELFInspection
internal import Reporting
internal import SizeAnalysis

extension Findings {
  /// What others wrote into the files for somebody to find, with equal notes of several files as one.
  var fileNotes: Report.Section? {
    var rows: [(reading: NoteReading, files: [String])] = []
    var places: [NoteReading: Int] = [:]
    for file in files {
      for reading in Set(file.notes.readings) {
        if let place = places[reading] {
          rows[place].files.append(label(file))
        } else {
          places[reading] = rows.count
          rows.append((reading, [label(file)]))
        }
      }
    }
    guard !rows.isEmpty else { return nil }
    rows.sort {
      ($1.files.count, $0.reading.kind, $0.reading.text)
        < ($0.files.count, $1.reading.kind, $1.reading.text)
    }
    var table = Report.Table(columns: [.text("note"), .name("file", title: "in"), .text("says")])
    for row in top(rows) {
      table.append([.text(row.reading.kind), .text(some(row.files)), .text(row.reading.text)])
    }
    return Report.Section("Notes in the files", key: "file-notes", table: table)
  }
}

/// A note in people's words.
struct NoteReading: Hashable {
  var kind: String
  var text: String
}

extension Notes {
  var readings: [NoteReading] {
    var readings: [NoteReading] = []
    if let buildID { readings.append(NoteReading(kind: "build-id", text: buildID)) }
    if let abiTag { readings.append(NoteReading(kind: "least system", text: "\(abiTag)")) }
    let promises = properties.promises
    if !promises.isEmpty {
      readings.append(
        NoteReading(kind: "properties", text: promises.joined(separator: ", ")))
    }
    readings += dlopenTexts.map { NoteReading(kind: "opens by itself", text: $0) }
    readings += packageTexts.map { NoteReading(kind: "package", text: $0) }
    return readings
  }
}

extension GNUProperties {
  fileprivate var promises: [String] {
    var promises: [String] = []
    if hasIBT { promises.append("marked targets of jumps (IBT)") }
    if hasShadowStack { promises.append("shadow stack (SHSTK)") }
    if hasBTI { promises.append("marked targets of jumps (BTI)") }
    if hasPAC { promises.append("signed return addresses (PAC)") }
    if let neededISA, neededISA != 0 {
      let level = UInt32.bitWidth - neededISA.leadingZeroBitCount
      promises.append("needs x86-64-\(level == 1 ? "baseline" : "v\(level)")")
    }
    return promises
  }
}
