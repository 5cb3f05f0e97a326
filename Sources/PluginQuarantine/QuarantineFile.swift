internal import Glibc
internal import PluginHost
internal import Platform

/// What is known of the contents of plugins' files, and the file that it is kept in.
///
/// A line each, fields separated by tabs:
///
///     plugin-quarantine 1
///     good  DIGEST BYTES PATH
///     bad   DIGEST BYTES PATH MILLISECONDS KIND STAGE DETAIL FRAME…
///
/// Within fields a backslash, a tab or a control character is `\xNN`. Lines that are not so are passed over, and
/// told of.
struct QuarantineFile {
  var bad: [QuarantineRecord] = []
  /// In the order they came.
  var good: [Good] = []
  /// Lines that could not be read.
  private(set) var flawCount = 0

  struct Good: Equatable {
    var digest: ContentDigest
    var byteCount: Int
    var path: String
  }

  static let heading = "plugin-quarantine 1"
  static let largestSize = 16 << 20
  /// The oldest good ones go first: they are tried again when they come.
  static let goodLimit = 10_000

  init() {}

  /// What lies at `path`; nothing where there is nothing.
  ///
  /// - Throws: `SystemError` where it is no regular file, is too large or cannot be read.
  init(reading path: String) throws(SystemError) {
    var bytes: [UInt8] = []
    do throws(SystemError) {
      // A pipe must not make the host wait.
      let file = try FileDescriptor(opening: path, O_RDONLY | O_NONBLOCK)
      let status = try file.status()
      guard status.isRegularFile else {
        throw SystemError("read", path, code: status.isDirectory ? EISDIR : EINVAL)
      }
      bytes = try file.readToEnd(limit: Self.largestSize + 1)
      guard bytes.count <= Self.largestSize else { throw SystemError("read", path, code: EFBIG) }
    } catch {
      guard error.code == ENOENT || error.code == ENOTDIR else { throw error }
    }
    self.init(bytes)
  }

  init(_ bytes: [UInt8]) {
    let lines = bytes.split(separator: UInt8(ascii: "\n"))
    guard let first = lines.first else { return }
    guard first.elementsEqual(Self.heading.utf8) else {
      flawCount = lines.count
      return
    }
    for line in lines.dropFirst() {
      let fields = line.split(separator: UInt8(ascii: "\t"), omittingEmptySubsequences: false)
        .map(Self.unescaped)
      guard fields.count >= 4, let digest = ContentDigest(fields[1][...]),
        let byteCount = Int(fields[2]), byteCount >= 0
      else {
        flawCount += 1
        continue
      }
      switch fields[0] {
      case "good" where fields.count == 4:
        add(Good(digest: digest, byteCount: byteCount, path: fields[3]))
      case "bad" where fields.count >= 8:
        guard let time = Int64(fields[4]), let kind = ProbeFinding.Kind(rawValue: fields[5]),
          let stage = ProbeFinding.Stage(rawValue: fields[6])
        else {
          flawCount += 1
          continue
        }
        add(
          QuarantineRecord(
            path: fields[3], digest: digest, byteCount: byteCount, wallMilliseconds: time,
            finding: ProbeFinding(
              kind, stage, detail: fields[7], backtrace: Array(fields.dropFirst(8)))))
      default: flawCount += 1
      }
    }
  }

  /// In the place of what was known of the same contents.
  mutating func add(_ record: QuarantineRecord) {
    bad.removeAll { $0.digest == record.digest }
    good.removeAll { $0.digest == record.digest }
    bad.append(record)
  }

  mutating func add(_ entry: Good) {
    bad.removeAll { $0.digest == entry.digest }
    if !good.contains(where: { $0.digest == entry.digest }) { good.append(entry) }
  }

  var bytes: [UInt8] {
    var lines = [Self.heading]
    for entry in good.suffix(Self.goodLimit) {
      lines.append(Self.line(["good", "\(entry.digest)", "\(entry.byteCount)", entry.path]))
    }
    for record in bad {
      let finding = record.finding
      lines.append(
        Self.line(
          [
            "bad", "\(record.digest)", "\(record.byteCount)", record.path,
            "\(record.wallMilliseconds)", finding.kind.rawValue, finding.stage.rawValue,
            finding.detail,
          ] + finding.backtrace))
    }
    return lines.flatMap { Array($0.utf8) + [UInt8(ascii: "\n")] }
  }

  private static func line(_ fields: [String]) -> String {
    fields.map(escaped).joined(separator: "\t")
  }

  private static func escaped(_ text: String) -> String {
    guard text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7f || $0 == UInt8(ascii: "\\") })
    else { return text }
    var bytes: [UInt8] = []
    for byte in text.utf8 {
      if byte < 0x20 || byte == 0x7f || byte == UInt8(ascii: "\\") {
        bytes += (byte < 16 ? "\\x0" : "\\x").utf8
        bytes += String(byte, radix: 16).utf8
      } else {
        bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func unescaped(_ field: ArraySlice<UInt8>) -> String {
    guard field.contains(UInt8(ascii: "\\")) else { return String(decoding: field, as: UTF8.self) }
    var bytes: [UInt8] = []
    var rest = field
    while let byte = rest.popFirst() {
      let digits = rest.dropFirst().prefix(2)
      if byte == UInt8(ascii: "\\"), rest.first == UInt8(ascii: "x"), digits.count == 2,
        let value = UInt8(String(decoding: digits, as: UTF8.self), radix: 16)
      {
        bytes.append(value)
        rest = rest.dropFirst(3)
      } else {
        bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
