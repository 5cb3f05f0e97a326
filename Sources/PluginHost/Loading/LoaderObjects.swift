internal import CLoader
internal import Glibc
internal import Platform

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

  /// The name of the file that `address` and `other` both lie in; nil where they lie in two.
  ///
  /// - Complexity: O(objects). `dladdr(3)` would go through all symbols as well.
  static func file(holding address: UnsafeRawPointer, and other: UnsafeRawPointer) -> String? {
    @unsafe struct Search {
      var addresses: (UnsafeRawPointer, UnsafeRawPointer)
      var name: String?
    }
    var search = unsafe Search(addresses: (address, other))
    unsafe withUnsafeMutablePointer(to: &search) { search in
      _ = unsafe loader_for_each_object(
        { object, _, context in
          let search = unsafe context!.assumingMemoryBound(to: Search.self)
          let (address, other) = unsafe search.pointee.addresses
          guard unsafe loader_object_holds(object, address) != 0 else { return 0 }
          if unsafe loader_object_holds(object, other) != 0, let name = unsafe object!.pointee.name
          {
            unsafe search.pointee.name = String(cString: name)
          }
          return 1
        }, search)
    }
    return unsafe search.name
  }

  /// The file names of all that is mapped, without their directories.
  static func fileNames() -> Set<String> {
    var names: Set<String> = []
    unsafe withUnsafeMutablePointer(to: &names) { names in
      _ = unsafe loader_for_each_object(
        { object, _, context in
          guard let name = unsafe object!.pointee.name else { return 0 }
          unsafe context!.assumingMemoryBound(to: Set<String>.self).pointee.insert(
            Path.name(of: String(cString: name)))
          return 0
        }, names)
    }
    return names
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
