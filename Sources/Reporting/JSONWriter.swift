internal import ConcurrentMap

/// Writes a JSON document of any length, piece by piece, without holding it.
///
/// Bytes are handed over in chunks, so that a document of hundreds of megabytes takes no more
/// memory than one chunk. Every member and element begins a line, but a container that is `inline`
/// stands on one line with all it holds. What no JSON document can be, such as a member without a
/// name, is a programming error and ends the process.
///
/// ```swift
/// var json = JSONWriter { (bytes) throws(SystemError) in try file.write(bytes) }
/// json.beginObject()
/// json.member("sections")
/// json.beginArray()
/// for section in sections {
///   json.beginObject(.inline)
///   try json.member("name", section.name)
///   try json.member("bytes", section.bytes)
///   try json.endObject()
/// }
/// try json.endArray()
/// try json.endObject()
/// try json.finish()
/// ```
///
/// Source: RFC 8259. After the sink has thrown the document is broken, and nothing more should be
/// written.
public struct JSONWriter<Failure: Error>: ~Copyable {
  /// How what a container holds is laid out.
  public enum Layout: Sendable {
    /// One member or element on each line.
    case lines
    /// All on one line, inner containers too.
    case inline
  }

  private var text: JSONText
  private let chunk: Int
  private let sink: ([UInt8]) throws(Failure) -> Void

  private init(_ text: consuming JSONText, sink: @escaping ([UInt8]) throws(Failure) -> Void) {
    self.text = text
    chunk = .max
    self.sink = sink
  }

  /// Creates a writer of one document.
  ///
  /// - Parameters:
  ///   - chunk: How many bytes are gathered before they are handed over; a long string may make a
  ///     chunk longer.
  ///   - sink: Takes the next bytes of the document, in UTF-8.
  public init(chunk: Int = 65_536, sink: @escaping ([UInt8]) throws(Failure) -> Void) {
    self.chunk = chunk
    self.sink = sink
    text = JSONText(capacity: chunk + chunk / 4)
  }

  /// Hands over what is left, with a line feed at the end.
  ///
  /// - Precondition: The document holds one value, and all containers are ended.
  public consuming func finish() throws(Failure) {
    text.finish()
    try sink(text.bytes.bytes)
  }

  /// Begins an object, as a value.
  public mutating func beginObject(_ layout: Layout = .lines) {
    text.begin(.object, isInline: layout == .inline)
  }

  /// Ends the innermost container.
  ///
  /// - Precondition: It is an object.
  public mutating func endObject() throws(Failure) {
    text.end(.object)
    try flush()
  }

  /// Begins an array, as a value.
  public mutating func beginArray(_ layout: Layout = .lines) {
    text.begin(.array, isInline: layout == .inline)
  }

  /// Ends the innermost container.
  ///
  /// - Precondition: It is an array.
  public mutating func endArray() throws(Failure) {
    text.end(.array)
    try flush()
  }

  /// Writes the name of the next value.
  ///
  /// - Precondition: The innermost container is an object. Names are not checked for repetition.
  public mutating func member(_ name: String) {
    text.name(name)
  }

  /// Writes a string.
  public mutating func value(_ string: String) throws(Failure) {
    text.value(string)
    try flush()
  }

  /// Writes a whole number, exactly; readers that know only doubles round beyond 2⁵³.
  public mutating func value(_ integer: Int) throws(Failure) {
    text.value(bare: String(integer))
    try flush()
  }

  /// Writes a whole number, exactly; readers that know only doubles round beyond 2⁵³.
  public mutating func value(_ integer: UInt64) throws(Failure) {
    text.value(bare: String(integer))
    try flush()
  }

  /// Writes the shortest number that reads back as the same, or `null` for what JSON has no number
  /// for: infinity and "not a number".
  public mutating func value(_ number: Double) throws(Failure) {
    text.value(bare: number.isFinite ? number.description : "null")
    try flush()
  }

  /// Writes `true` or `false`.
  public mutating func value(_ flag: Bool) throws(Failure) {
    text.value(bare: flag ? "true" : "false")
    try flush()
  }

  /// Writes `null`.
  public mutating func null() throws(Failure) {
    text.value(bare: "null")
    try flush()
  }

  /// Writes many elements of an array, made on all processors.
  ///
  /// Memory: a few thousand elements at a time.
  ///
  /// - Parameter element: Writes the element of a place as one value.
  /// - Precondition: The innermost container is an array.
  public mutating func elements(
    _ places: Range<Int>, _ element: @Sendable (inout JSONWriter<Never>, Int) -> Void
  ) throws(Failure) {
    // Between batches the bytes go out, so that a million elements take no memory.
    let (run, batch) = (512, 16 * 512)
    for start in stride(from: places.lowerBound, to: places.upperBound, by: batch) {
      let end = min(start + batch, places.upperBound)
      let place = text.place
      let parts = concurrentMap(count: (end - start + run - 1) / run) { part in
        let first = start + part * run
        var writer = JSONWriter<Never>(JSONText(at: place, isFirst: part == 0)) { _ in }
        for index in first..<min(first + run, end) { element(&writer, index) }
        return writer.text.bytes.bytes
      }
      for part in parts {
        text.append(part)
        try flush()
      }
    }
  }

  private mutating func flush() throws(Failure) {
    if text.bytes.count >= chunk { try handOver() }
  }

  @inline(never)
  private mutating func handOver() throws(Failure) {
    try sink(text.bytes.bytes)
    text.bytes.removeAll()
  }
}

extension JSONWriter {
  /// Writes a named string, or `null`.
  public mutating func member(_ name: String, _ string: String?) throws(Failure) {
    member(name)
    if let string { try value(string) } else { try null() }
  }

  /// Writes a named whole number, or `null`.
  public mutating func member(_ name: String, _ integer: Int?) throws(Failure) {
    member(name)
    if let integer { try value(integer) } else { try null() }
  }

  /// Writes a named whole number, or `null`.
  public mutating func member(_ name: String, _ integer: UInt64?) throws(Failure) {
    member(name)
    if let integer { try value(integer) } else { try null() }
  }

  /// Writes a named number, or `null`.
  public mutating func member(_ name: String, _ number: Double?) throws(Failure) {
    member(name)
    if let number { try value(number) } else { try null() }
  }

  /// Writes a named flag, or `null`.
  public mutating func member(_ name: String, _ flag: Bool?) throws(Failure) {
    member(name)
    if let flag { try value(flag) } else { try null() }
  }
}
