internal import ELFInspection

/// Reads the input as the loader's cache.
func attackCache(_ input: UnsafeRawBufferPointer) {
  guard let cache = try? LoaderCache(bytes: unsafe Array(input)) else { return }
  // Each entry takes 24 bytes.
  precondition(cache.entries.count <= input.count / 24)
  let texts = cache.entries.reduce(0) { $0 + $1.name.utf8.count + $1.path.utf8.count }
  // Bytes that are not UTF-8 become three.
  precondition(texts <= 6 * input.count, "texts out of proportion")
  for entry in cache.entries.prefix(16) {
    _ = cache.path(
      of: entry.name, flags: entry.flags, capabilities: entry.capability.map { [$0] } ?? [])
  }
}
