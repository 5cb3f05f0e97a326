/// Plain rows of a long table, one cell behind the other in a few arrays.
///
/// A row of cells takes a dozen pieces of memory; a hundred thousand of them cost more than what they
/// are made from. Rows that are all alike are packed instead, thousands on each processor, and appended
/// to the table. To whoever reads the table they are rows of cells.
public struct PackedRows: Sendable, Equatable {
  /// Cells of each row.
  public let columns: Int

  /// What people read, cell by cell.
  private var bytes: [UInt8] = []
  /// Where each cell ends in `bytes`.
  private var ends: [UInt32] = []
  /// The exact numbers; of a cell of words, nothing that is looked at.
  private var values: [Int] = []
  /// Terminal cells that each cell takes, or `unsafeWidth`.
  private var widths: [UInt32] = []
  /// Which columns hold words.
  private var holdsText: [Bool]
  /// Of each column, the widest cell.
  private(set) var widest: [Int]

  /// Numbers that were written lately, by their value: sizes repeat.
  private var written: [(value: Int, range: Range<Int>)?] = Array(repeating: nil, count: 256)

  /// The width of what holds more than printable ASCII: it is to be made safe first.
  private static let unsafeWidth = UInt32.max

  /// Creates no rows, of so many columns.
  public init(columns: Int) {
    self.columns = columns
    holdsText = Array(repeating: false, count: columns)
    widest = Array(repeating: 0, count: columns)
  }

  public static func == (left: PackedRows, right: PackedRows) -> Bool {
    left.columns == right.columns && left.bytes == right.bytes && left.ends == right.ends
      && left.values == right.values && left.holdsText == right.holdsText
  }

  var isEmpty: Bool { ends.isEmpty }

  /// How many rows there are.
  var count: Int { ends.count / columns }

  /// Adds a cell: a size in bytes.
  public mutating func bytes(_ size: UInt64) {
    let value = Int(clamping: size)
    let slot = value & 255
    let start = bytes.count
    if let known = written[slot], known.value == value {
      // One by one: a slice would be a second owner, and all of it be copied.
      for index in known.range { bytes.append(bytes[index]) }
    } else {
      bytes.append(contentsOf: Quantity.bytes(Double(value)).utf8)
      written[slot] = (value, start..<bytes.count)
    }
    endCell(from: start, value: value)
  }

  /// Adds a cell: a number of things.
  public mutating func count(_ count: Int) {
    let start = bytes.count
    if (0..<1000).contains(count) {
      appendSmall(count)
    } else {
      bytes.append(contentsOf: Quantity.count(count).utf8)
    }
    endCell(from: start, value: count)
  }

  /// Adds a cell of words: what `write` appends, in UTF-8.
  public mutating func text(_ write: (inout [UInt8]) -> Void) {
    let start = bytes.count
    holdsText[ends.count % columns] = true
    write(&bytes)
    endCell(from: start, value: 0)
  }

  /// Adds a cell of words.
  public mutating func text(_ text: String) {
    self.text { $0.append(contentsOf: text.utf8) }
  }

  /// Numbers below a thousand have no groups of digits.
  private mutating func appendSmall(_ number: Int) {
    if number >= 100 { bytes.append(UInt8(0x30 + number / 100)) }
    if number >= 10 { bytes.append(UInt8(0x30 + number / 10 % 10)) }
    bytes.append(UInt8(0x30 + number % 10))
  }

  private mutating func endCell(from start: Int, value: Int) {
    let column = ends.count % columns
    var width = bytes.count - start
    if isPlain(start..<bytes.count) {
      widths.append(UInt32(width))
    } else {
      widths.append(Self.unsafeWidth)
      width = DisplayText(text(in: start..<bytes.count)).width
    }
    widest[column] = max(widest[column], width)
    ends.append(UInt32(bytes.count))
    values.append(value)
  }

  /// Whether bytes are of printable ASCII alone.
  private func isPlain(_ range: Range<Int>) -> Bool {
    let bytes = bytes.span.extracting(range)
    // No early exit: so the loop takes many bytes at a time.
    var others: UInt8 = 0
    for index in bytes.indices { others |= bytes[index] &- 0x20 > 0x5e ? 1 : 0 }
    return others == 0
  }

  private func text(in range: Range<Int>) -> String {
    String(decoding: bytes[range], as: UTF8.self)
  }

  private func range(ofCell cell: Int) -> Range<Int> {
    (cell == 0 ? 0 : Int(ends[cell - 1]))..<Int(ends[cell])
  }

  /// As rows of cells.
  var cells: [[Report.Cell]] {
    (0..<count).map { row in
      (0..<columns).map { column in
        let cell = row * columns + column
        let text = text(in: range(ofCell: cell))
        return Report.Cell(
          text, value: holdsText[column] ? .text(text) : .integer(values[cell]))
      }
    }
  }

  /// Appends a cell's text, with nothing in it that acts.
  func append(_ cell: Int, to line: inout [UInt8]) {
    let range = range(ofCell: cell)
    if widths[cell] != Self.unsafeWidth {
      line.append(contentsOf: bytes[range])
    } else {
      line.append(contentsOf: DisplayText(text(in: range)).text.utf8)
    }
  }

  /// Whether there is nothing to show in a cell.
  func isEmpty(_ cell: Int) -> Bool { range(ofCell: cell).isEmpty }

  /// The terminal cells that a cell takes.
  func width(of cell: Int) -> Int {
    widths[cell] == Self.unsafeWidth
      ? DisplayText(text(in: range(ofCell: cell))).width : Int(widths[cell])
  }
}
