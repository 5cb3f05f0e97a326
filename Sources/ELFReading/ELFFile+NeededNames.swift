internal import CElf

extension ELFFile {
  /// Tells `body` the name of each dynamic symbol that somebody else must define: those that may be
  /// missing, weak ones, are left out. Only of files whose words are those of this machine; none of any other.
  ///
  /// Unlike ``importedSymbols()`` it makes nothing of a name, which lasts as long as the call, but its
  /// ``NameHash``.
  /// - Complexity: O(dynamic symbols).
  @unsafe package func forEachNeededName(_ body: (UInt64, UnsafeRawBufferPointer) -> Void) {
    guard header.isLaidOutAsHere, let table = dynamicSymbolTable else { return }
    _ = withStrings(of: table) { strings in
      unsafe withBytes(at: table.offset, count: table.size) { bytes in
        let width = MemoryLayout<Elf64_Sym>.size
        for place in stride(from: 0, through: bytes.count - width, by: width) {
          let symbol = unsafe bytes.loadUnaligned(fromByteOffset: place, as: Elf64_Sym.self)
          guard symbol.st_shndx == 0, symbol.st_info >> 4 == UInt8(STB_GLOBAL), symbol.st_name != 0,
            let (hash, name) = unsafe strings.hashed(at: Int(symbol.st_name))
          else { continue }
          unsafe body(hash, name)
        }
      }
    }
  }
}
