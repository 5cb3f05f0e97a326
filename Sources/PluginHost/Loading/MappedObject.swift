internal import CLoader
internal import Glibc
internal import Platform

/// Where the loader has mapped a file.
@safe struct MappedObject {
  private let range: loader_range
  private let inode: UInt64

  /// - Parameter inode: of the file that is mapped.
  /// - Returns: nil where `address` lies in no object.
  init?(at address: UnsafeRawPointer, inode: UInt64) {
    var range: loader_range?
    unsafe Self.visit(address) { object in range = unsafe loader_object_range(object) }
    guard let range else { return nil }
    self.range = range
    self.inode = inode
  }

  /// From its first page to its last one, gaps included.
  var addresses: Range<UInt> { UInt(range.start)..<UInt(range.end) }

  /// Whether nothing of the file is mapped there any more.
  ///
  /// The kernel is asked for the pages, and where it does not give them, because something else has taken
  /// the place meanwhile, its list is read.
  var isGone: Bool {
    if loader_range_is_free(range) == 1 { return true }
    let lines = Self.lines()
    // A list that cannot be read proves nothing.
    return !lines.isEmpty
      && !lines.contains { $0.start < range.end && range.start < $0.end && $0.inode == inode }
  }

  /// Whether `address` is code of the file behind `handle` and of no other.
  static func isCode(_ address: UnsafeRawPointer, ofHandle handle: UnsafeMutableRawPointer) -> Bool
  {
    let base = unsafe loader_base_of(handle)
    var isCode = false
    unsafe visit(address) { object in
      isCode = unsafe object.pointee.base == base && loader_object_holds_code(object, address) != 0
    }
    return isCode
  }

  /// Gives the pages of code and constants back to the system: it reads them from the file again where
  /// somebody touches them.
  ///
  /// - Returns: how many bytes of address space that concerns.
  @discardableResult
  static func giveBackCleanPages(at address: UnsafeRawPointer) -> Int {
    var bytes = 0
    unsafe visit(address) { object in
      bytes = unsafe Int(loader_object_give_back_clean_pages(object))
    }
    return bytes
  }

  @unsafe private struct Search {
    var address: UnsafeRawPointer
    var body: (UnsafePointer<loader_object>) -> Void
  }

  /// Calls `body` with the object that `address` lies in, where it lies in one.
  private static func visit(
    _ address: UnsafeRawPointer, _ body: (UnsafePointer<loader_object>) -> Void
  ) {
    unsafe withoutActuallyEscaping(body) { body in
      var search = unsafe Search(address: address, body: body)
      unsafe withUnsafeMutablePointer(to: &search) { search in
        _ = unsafe loader_for_each_object(
          { object, _, context in
            let search = unsafe context!.assumingMemoryBound(to: Search.self)
            guard unsafe loader_object_holds(object, search.pointee.address) != 0 else { return 0 }
            unsafe search.pointee.body(object!)
            return 1
          }, search)
      }
    }
  }

  private struct Line {
    var start: UInt
    var end: UInt
    var inode: UInt64
  }

  /// What the kernel says is mapped; empty where it cannot be read.
  private static func lines() -> [Line] {
    guard let text = try? Files.readText("/proc/self/maps") else { return [] }
    return text.split(separator: "\n").compactMap { line in
      // start-end permissions offset device inode path
      let words = line.split(separator: " ", maxSplits: 5, omittingEmptySubsequences: true)
      guard words.count >= 5 else { return nil }
      let bounds = words[0].split(separator: "-")
      guard bounds.count == 2, let start = UInt(bounds[0], radix: 16),
        let end = UInt(bounds[1], radix: 16), let inode = UInt64(words[4])
      else { return nil }
      return Line(start: start, end: end, inode: inode)
    }
  }
}
