internal import CElf

/// What the dynamic section asks of the loader.
public struct DynamicSection: Equatable, Sendable {
  /// The libraries that must be there, by name (`DT_NEEDED`).
  public var needed: [String] = []
  public var soname: String?
  /// `DT_RUNPATH`, or `DT_RPATH` where that is missing.
  public var runpath: String?
  /// `DT_FLAGS`.
  public var flags: UInt64 = 0
  /// `DT_FLAGS_1`.
  public var flags1: UInt64 = 0

  /// The file asks never to be unmapped (`DF_1_NODELETE`).
  public var isNoDelete: Bool { flags1 & UInt64(DF_1_NODELETE) != 0 }
}

extension ELFFile {
  /// Reads the dynamic section; nil where the file has none or no section table.
  ///
  /// - Complexity: O(entries).
  public func dynamicSection() -> DynamicSection? {
    guard let section = section(ofType: UInt32(SHT_DYNAMIC)),
      let data = unsafe data(of: section)
    else { return nil }
    // Of a file that refers to one long string again and again, the names end here.
    var budget = 4 << 20
    return withStrings(of: section) { strings in
      var result = DynamicSection()
      var rpath: String?
      func text(_ offset: UInt64) -> String? {
        strings.text(at: offset, budget: &budget)
      }
      var entry = GElf_Dyn()
      for index in 0..<entryCount(of: section, ELF_T_DYN) {
        guard unsafe gelf_getdyn(data, index, &entry) != nil, entry.d_tag != Int64(DT_NULL) else {
          break
        }
        let value = unsafe entry.d_un.d_val
        switch entry.d_tag {
        case Int64(DT_NEEDED): if let name = text(value) { result.needed.append(name) }
        case Int64(DT_SONAME): result.soname = text(value)
        case Int64(DT_RUNPATH): result.runpath = text(value)
        case Int64(DT_RPATH): rpath = text(value)
        case Int64(DT_FLAGS_1): result.flags1 = value
        default: break
        }
      }
      result.runpath = result.runpath ?? rpath
      return result
    }
  }
}
