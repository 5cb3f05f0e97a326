internal import Glibc
internal import Platform

/// The pages of files that the kernel keeps in memory.
enum PageCache {
  /// Drops the pages of `path` and looks whether they are gone.
  ///
  /// The corresponding C functions are `posix_fadvise(2)` and `mincore(2)`.
  /// - Returns: how many pages are still in memory.
  static func drop(_ path: String) throws(SystemError) -> Int {
    let file = try FileDescriptor(opening: path)
    let size = try file.status().byteCount
    guard size > 0 else { return 0 }
    // Pages that are not on the disk yet cannot be dropped.
    try file.synchronize()
    let code = posix_fadvise(file.rawValue, 0, 0, POSIX_FADV_DONTNEED)
    guard code == 0 else { throw SystemError("drop the pages of", path, code: code) }
    guard let mapping = unsafe mmap(nil, size, PROT_READ, MAP_SHARED, file.rawValue, 0),
      unsafe mapping != MAP_FAILED
    else { throw SystemError("map", path) }
    defer { unsafe munmap(mapping, size) }
    var pages = [UInt8](repeating: 0, count: (size + 4095) / 4096)
    try retrying("look for the pages of", path) { unsafe mincore(mapping, size, &pages) }
    return pages.count { $0 & 1 == 1 }
  }
}
