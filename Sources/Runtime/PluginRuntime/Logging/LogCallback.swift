import CPluginABI
import Glibc

/// How a record is shown to a callback of the host.
enum LogCallback {
  /// False where there is no memory to show it.
  static func call(
    _ callback: plr_log_callback, _ context: UnsafeMutableRawPointer?,
    _ record: borrowing LogRecord
  ) -> Bool {
    let category = unsafe record.category
    let message = unsafe record.message
    let fieldsLength = unsafe record.fields.bytes.count
    let size = unsafe MemoryLayout<plr_log_field>.stride
    // Keys and the category end with NUL there.
    guard
      var texts = LogBuffer(
        capacity: 3 * category.count + 3 * message.count + fieldsLength + record.fieldCount + 2),
      let fields = unsafe Memory.allocate(size * max(record.fieldCount, 1))
    else { return false }
    defer { unsafe free(fields) }
    let list = unsafe fields.assumingMemoryBound(to: plr_log_field.self)
    unsafe texts.append(repairing: category)
    texts.append(0)
    let messageStart = texts.count
    unsafe texts.append(repairing: message)
    let messageEnd = texts.count
    var count = 0
    for field in record.fields {
      unsafe list[count].key = unsafe UnsafePointer(
        (texts.start + texts.count).assumingMemoryBound(to: CChar.self))
      unsafe texts.append(field.key)
      texts.append(0)
      unsafe list[count].kind = field.kind
      unsafe list[count].length = unsafe UInt32(field.value.count)
      if field.kind == PLR_LOG_FIELD_TEXT {
        unsafe list[count].value.text = unsafe field.value.baseAddress?.assumingMemoryBound(
          to: CChar.self)
      } else {
        unsafe list[count].value.unsigned_number = field.bits
      }
      count += 1
    }
    let start = unsafe texts.start.assumingMemoryBound(to: CChar.self)
    var view = unsafe plr_log_record(
      size: UInt32(MemoryLayout<plr_log_record>.size), level: record.level,
      wall_nanoseconds: record.wallNanoseconds, thread: record.thread,
      plugin: record.account.cName, category: start, message: start + messageStart,
      length: messageEnd - messageStart, monotonic_nanoseconds: record.monotonicNanoseconds,
      fields: count > 0 ? UnsafePointer(list) : nil, field_count: count)
    unsafe callback(context, &view)
    return true
  }
}
