internal import Platform

/// What the process has mapped, as it was when it was asked.
///
/// Source: `/proc/self/smaps`, see proc(5).
struct ProcessMemory {
  private struct Mapping {
    var addresses: Range<UInt>
    var anonymous = 0
  }

  /// In the order of their addresses.
  private var mappings: [Mapping] = []

  /// nil where the system does not tell.
  ///
  /// - Complexity: O(mappings), some microseconds for each: the kernel looks at its pages.
  init?() {
    guard let text = try? Files.readText("/proc/self/smaps") else { return nil }
    for line in text.split(separator: "\n") {
      let words = line.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: true)
      if words[0] == "Anonymous:", words.count > 1, !mappings.isEmpty {
        mappings[mappings.count - 1].anonymous = (Int(words[1]) ?? 0) << 10
      } else if !words[0].hasSuffix(":") {
        let ends = words[0].split(separator: "-")
        guard ends.count == 2, let start = UInt(ends[0], radix: 16),
          let end = UInt(ends[1], radix: 16), start < end
        else { continue }
        mappings.append(Mapping(addresses: start..<end))
      }
    }
  }

  /// What is mapped at `addresses`, and what of it is the process's own.
  func use(of addresses: Range<UInt>) -> (mapped: Int, anonymous: Int) {
    var sum = (mapped: 0, anonymous: 0)
    for mapping in mappings where mapping.addresses.overlaps(addresses) {
      // The loader keeps an object together: no mapping is another's in part.
      sum.mapped += mapping.addresses.clamped(to: addresses).count
      sum.anonymous += mapping.anonymous
    }
    return sum
  }
}
