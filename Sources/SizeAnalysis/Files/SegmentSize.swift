internal import ELFInspection

/// What a loaded segment takes.
public struct SegmentSize: Equatable, Sendable {
  /// "LOAD 2 [R E]"; for bytes in none, "[not loaded]".
  public var name: String
  public var fileSize: UInt64
  public var memorySize: UInt64
}

extension FileAnalysis {
  /// All bytes of the file by the segment that loads them; of two that load the same, the first has
  /// them.
  ///
  /// - Complexity: O(*n* log *n*) in segments.
  public func segmentSizes() -> [SegmentSize] {
    var map = RangeMap<Int>()
    for (index, segment) in segments.enumerated() where segment.isLoaded {
      let (end, overflow) = segment.offset.addingReportingOverflow(segment.fileSize)
      map.claim(segment.offset..<(overflow ? .max : end), for: index)
    }
    var rest: UInt64 = 0
    var sizes = [UInt64](repeating: 0, count: segments.count)
    for span in map.resolve(upTo: fileSize) {
      let size = span.range.upperBound - span.range.lowerBound
      if let label = span.label { sizes[label] += size } else { rest += size }
    }
    var result = segments.indices.filter { segments[$0].isLoaded }.map { index in
      SegmentSize(
        name: "LOAD \(index) [\(segments[index].permissions)]", fileSize: sizes[index],
        memorySize: segments[index].memorySize)
    }
    result.append(SegmentSize(name: "[not loaded]", fileSize: rest, memorySize: 0))
    return result
  }
}
