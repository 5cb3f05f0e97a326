internal import CLoader
internal import Glibc

/// The files that the loader has mapped into this process.
///
/// The corresponding C functions are `dl_iterate_phdr(3)` and `dladdr(3)`.
enum LoaderObjects {
  /// How many objects were ever mapped.
  static func countOfAdditions() -> UInt64 {
    var count: UInt64 = 0
    unsafe withUnsafeMutablePointer(to: &count) { count in
      _ = unsafe loader_for_each_object(
        { object, _, context in
          unsafe context!.assumingMemoryBound(to: UInt64.self).pointee = object!.pointee.additions
          // Every object tells the same.
          return 1
        }, count)
    }
    return count
  }

  /// The name under which the file at `address` was opened; nil where nothing is mapped there.
  static func file(at address: UnsafeRawPointer) -> String? {
    unsafe loader_file_at(address).map { unsafe String(cString: $0) }
  }

  private struct FileSearch {
    var suffix: [UInt8]
    var isFound = false
  }

  /// Whether a file whose path ends in `/name` is mapped. The loader, asked by name, would look for it
  /// in all its directories first.
  static func isMapped(fileNamed name: String) -> Bool {
    // Compared as bytes: this is asked at each start, and text would be made of every object's name.
    var search = FileSearch(suffix: Array(("/" + name).utf8))
    unsafe withUnsafeMutablePointer(to: &search) { search in
      _ = unsafe loader_for_each_object(
        { object, _, context in
          guard let path = unsafe object!.pointee.name else { return 0 }
          let search = unsafe context!.assumingMemoryBound(to: FileSearch.self)
          let length = unsafe strlen(path)
          let isFound = unsafe search.pointee.suffix.withUnsafeBytes { suffix in
            unsafe length >= suffix.count
              && memcmp(path + (length - suffix.count), suffix.baseAddress!, suffix.count) == 0
          }
          guard isFound else { return 0 }
          unsafe search.pointee.isFound = true
          return 1
        }, search)
    }
    return search.isFound
  }

  /// Has every object stay mapped that came after the file `name`.
  static func keepAll(mappedAfter name: String) {
    struct Search {
      var name: String
      var isBehind = false
      var found: [String] = []
    }
    var search = Search(name: name)
    unsafe withUnsafeMutablePointer(to: &search) { search in
      _ = unsafe loader_for_each_object(
        { object, _, context in
          guard let name = unsafe object!.pointee.name else { return 0 }
          let search = unsafe context!.assumingMemoryBound(to: Search.self)
          let text = unsafe String(cString: name)
          if unsafe search.pointee.isBehind {
            unsafe search.pointee.found.append(text)
          } else if unsafe text == search.pointee.name {
            unsafe search.pointee.isBehind = true
          }
          return 0
        }, search)
    }
    // Opened again to be marked; what is mapped by that name is not searched for.
    for name in search.found {
      unsafe dlopen(name, RTLD_LAZY | RTLD_NOLOAD | RTLD_NODELETE)
    }
  }
}
