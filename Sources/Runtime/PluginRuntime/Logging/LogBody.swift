import CPluginABI
import Glibc

/// What a record says, borrowed from whoever logs: it is copied into a ring or written at once.
@safe struct LogBody {
  var category: UnsafeRawBufferPointer
  var message: UnsafeRawBufferPointer
  var fields: UnsafeBufferPointer<plr_log_field>

  static let maximalFields = 64

  /// What stands before each field in a ring, then come key and value.
  struct FieldHeader {
    var keyLength: UInt8
    var kind: UInt8
    var reserved: UInt16 = 0
    var valueLength: UInt32
  }

  static func keyLength(_ field: plr_log_field) -> Int {
    guard let key = unsafe field.key else { return 0 }
    return unsafe strnlen(key, 255)
  }

  static func valueLength(_ field: plr_log_field) -> Int {
    guard unsafe field.kind == PLR_LOG_FIELD_TEXT else { return 8 }
    return unsafe field.value.text == nil ? 0 : Int(field.length)
  }

  var fieldCount: Int { unsafe fields.count }

  var fieldsLength: Int {
    var length = 0
    for index in 0..<fieldCount {
      let field = unsafe fields[index]
      unsafe length +=
        MemoryLayout<FieldHeader>.stride + Self.keyLength(field) + Self.valueLength(field)
    }
    return length
  }

  /// Copies category, fields and message to `place`, one behind the other.
  @inline(__always)
  func copy(to place: UnsafeMutableRawPointer, fieldsLength: Int) {
    var place = unsafe place
    if unsafe category.count > 0 {
      unsafe place.copyMemory(from: category.baseAddress!, byteCount: category.count)
      unsafe place += category.count
    }
    if fieldsLength > 0 { unsafe place = unsafe copyFields(to: place) }
    if unsafe message.count > 0 {
      unsafe place.copyMemory(from: message.baseAddress!, byteCount: message.count)
    }
  }

  private func copyFields(to start: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer {
    var place = unsafe start
    for index in 0..<fieldCount {
      let field = unsafe fields[index]
      let header = unsafe FieldHeader(
        keyLength: UInt8(Self.keyLength(field)), kind: UInt8(truncatingIfNeeded: field.kind),
        valueLength: UInt32(Self.valueLength(field)))
      unsafe place.storeBytes(of: header, as: FieldHeader.self)
      unsafe place += MemoryLayout<FieldHeader>.stride
      if let key = unsafe field.key { unsafe memcpy(place, key, Int(header.keyLength)) }
      unsafe place += Int(header.keyLength)
      if unsafe field.kind == PLR_LOG_FIELD_TEXT {
        if header.valueLength > 0 {
          unsafe memcpy(place, field.value.text, Int(header.valueLength))
        }
      } else {
        unsafe place.storeBytes(of: field.value.unsigned_number, as: UInt64.self)
      }
      unsafe place += Int(header.valueLength)
    }
    return unsafe place
  }
}

/// One field, as sinks see it.
@safe struct LogField {
  var key: UnsafeRawBufferPointer
  var kind: UInt32
  /// The bytes of a text, or the 8 bytes of a number.
  var value: UnsafeRawBufferPointer

  var bits: UInt64 { unsafe value.loadUnaligned(as: UInt64.self) }
}

/// The fields of a record, packed as ``LogBody/copy(to:fieldsLength:)`` leaves them.
@safe struct LogFields: Sequence, IteratorProtocol {
  var bytes: UnsafeRawBufferPointer

  mutating func next() -> LogField? {
    let headerSize = MemoryLayout<LogBody.FieldHeader>.stride
    guard unsafe bytes.count >= headerSize else { return nil }
    let header = unsafe bytes.loadUnaligned(as: LogBody.FieldHeader.self)
    let keyEnd = headerSize + Int(header.keyLength)
    let end = keyEnd + Int(header.valueLength)
    let field = unsafe LogField(
      key: UnsafeRawBufferPointer(rebasing: bytes[headerSize..<keyEnd]),
      kind: UInt32(header.kind), value: UnsafeRawBufferPointer(rebasing: bytes[keyEnd..<end]))
    unsafe bytes = unsafe UnsafeRawBufferPointer(rebasing: bytes[end...])
    return field
  }
}
