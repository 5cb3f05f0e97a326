internal import CElf

extension ELFFile {
  /// Where in the file the text of `DT_RUNPATH` lies, without the byte that ends it; nil where there is
  /// none in the file.
  ///
  /// Linkers let names share their ends: another name may lie in the same bytes.
  public func runpathPlace() -> Range<Int>? {
    guard let table = dynamicTable(), let value = table.value(DT_RUNPATH),
      let strings = table.strings, value < strings.size, let text = dynamicSection()?.runpath
    else { return nil }
    let start = Int(strings.offset + value)
    return start..<start + text.utf8.count
  }
}
