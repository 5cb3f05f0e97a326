/// Bytes that grow at the end, without the checks that an array makes for each of them.
///
/// Unsafe is the memory alone: it belongs to this value, and holds `capacity` bytes of which the
/// first `count` are initialized.
@safe struct ByteBuffer: ~Copyable {
  private var memory: UnsafeMutablePointer<UInt8>
  private var capacity: Int
  private(set) var count = 0

  init(capacity: Int) {
    self.capacity = max(capacity, 16)
    unsafe memory = .allocate(capacity: self.capacity)
  }

  deinit {
    unsafe memory.deallocate()
  }

  /// The bytes so far, copied.
  var bytes: [UInt8] {
    unsafe Array(UnsafeBufferPointer(start: memory, count: count))
  }

  mutating func removeAll() { count = 0 }

  mutating func append(_ byte: UInt8) {
    if count == capacity { grow(by: 1) }
    unsafe memory[count] = byte
    count += 1
  }

  mutating func append(_ text: Span<UInt8>) {
    if text.count > capacity - count { grow(by: text.count) }
    unsafe text.withUnsafeBufferPointer { text in
      guard let start = text.baseAddress else { return }
      unsafe (memory + count).update(from: start, count: text.count)
    }
    count += text.count
  }

  @inline(never)
  private mutating func grow(by added: Int) {
    capacity = max(2 * capacity, count + added)
    let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity)
    unsafe larger.update(from: memory, count: count)
    unsafe memory.deallocate()
    unsafe memory = larger
  }
}
