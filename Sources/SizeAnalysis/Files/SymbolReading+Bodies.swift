internal import ELFInspection
internal import Platform

/// The bytes that symbols stand for, in order, and what is charged to them together.
struct SymbolBodies {
  /// Symbols for the same bytes.
  struct Group {
    var section: UInt32
    /// From the beginning of the section.
    var start: UInt64
    var end: UInt64
    /// In `order`.
    var members: Range<Int>
    /// The bytes that no group before has.
    var body: UInt64 = 0
    var relocations: UInt64 = 0
    var unwind: UInt64 = 0
    var exceptions: UInt64 = 0
  }

  /// Items that have bytes, by section and address.
  private(set) var order: [Int32] = []
  var groups: [Group] = []
  /// The groups of each section, as a range of `groups`.
  private var ofSection: [Range<Int>]
  /// Loaded sections by address.
  private var byAddress: [(range: Range<UInt64>, section: Int)] = []
  private let isRelocatable: Bool

  init(_ items: [SymbolReading.Item], _ file: borrowing ELFFile) {
    isRelocatable = file.header.isRelocatable
    ofSection = [Range<Int>](repeating: 0..<0, count: file.sections.count)
    let threads = file.segments.first(where: \.isThreadLocal)?.address ?? 0

    struct Extent {
      var section: UInt32
      var start: UInt64
      var end: UInt64
      var item: Int32
    }
    var extents: [Extent] = []
    extents.reserveCapacity(items.count)
    for (index, item) in items.enumerated() {
      guard item.size > 0, item.section != 0, item.section != Symbol.noSection else { continue }
      let section = file.sections[Int(item.section)]
      // Before compression they had places; in the file they have none.
      guard !section.isCompressed else { continue }
      var start = item.value
      if !isRelocatable {
        if item.traits.contains(.isThreadLocal) { start &+= threads }
        guard start >= section.address else { continue }
        start -= section.address
      }
      guard start < section.size else { continue }
      extents.append(
        Extent(
          section: item.section, start: start, end: start + min(item.size, section.size - start),
          item: Int32(index)))
    }
    // Of two that begin together, the larger is first: it has all bytes.
    extents.sort {
      if $0.section != $1.section { return $0.section < $1.section }
      if $0.start != $1.start { return $0.start < $1.start }
      if $0.end != $1.end { return $0.end > $1.end }
      return $0.item < $1.item
    }
    order.reserveCapacity(extents.count)
    var covered: UInt64 = 0
    for extent in extents {
      order.append(extent.item)
      if let last = groups.last, last.section == extent.section, last.start == extent.start,
        last.end == extent.end
      {
        groups[groups.count - 1].members = last.members.lowerBound..<order.count
        continue
      }
      if groups.last?.section != extent.section {
        covered = 0
        ofSection[Int(extent.section)] = groups.count..<groups.count
      }
      var group = Group(
        section: extent.section, start: extent.start, end: extent.end,
        members: order.count - 1..<order.count)
      if extent.end > covered {
        group.body = extent.end - max(covered, extent.start)
        covered = extent.end
      }
      groups.append(group)
      let section = Int(extent.section)
      ofSection[section] = ofSection[section].lowerBound..<groups.count
    }
    if !isRelocatable {
      for section in file.sections where section.isLoaded && section.size > 0 {
        let (end, overflow) = section.address.addingReportingOverflow(section.size)
        if !overflow { byAddress.append((section.address..<end, section.index)) }
      }
      byAddress.sort { $0.range.lowerBound < $1.range.lowerBound }
    }
  }

  /// The loaded section that holds an address.
  func section(at address: UInt64) -> Int? {
    let index = byAddress.partitioningIndex { $0.range.lowerBound > address }
    guard index > 0, byAddress[index - 1].range.contains(address) else { return nil }
    return byAddress[index - 1].section
  }

  /// The group whose bytes hold an offset of a section: of several, the innermost.
  func group(in section: Int, at offset: UInt64) -> Int? {
    let range = ofSection[section]
    let index = groups[range].partitioningIndex { $0.start > offset }
    // One that begins before and is shorter does not hold it; one further out may.
    for candidate in stride(from: index - 1, to: max(index - 5, range.lowerBound - 1), by: -1)
    where groups[candidate].end > offset {
      return candidate
    }
    return nil
  }

  /// The group that holds an address, or in a relocatable file an offset of section `target`.
  func group(at address: UInt64, target: UInt32) -> Int? {
    if isRelocatable {
      return Int(target) < ofSection.count ? group(in: Int(target), at: address) : nil
    }
    guard let entry = section(at: address) else { return nil }
    let start = byAddress[byAddress.partitioningIndex { $0.range.lowerBound > address } - 1]
    return group(in: entry, at: address - start.range.lowerBound)
  }
}
