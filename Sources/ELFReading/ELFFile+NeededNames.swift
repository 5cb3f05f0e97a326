internal import CElf

extension ELFFile {
  /// Tells `body` the name of each dynamic symbol that somebody else must define: those that may be
  /// missing, weak ones, are left out.
  ///
  /// Unlike ``importedSymbols()`` it makes nothing of a name, which lasts as long as the call.
  /// - Complexity: O(dynamic symbols).
  @unsafe public func forEachNeededName(_ body: (UnsafeRawBufferPointer) -> Void) {
    guard header.is64Bit, let table = dynamicSymbolTable else { return }
    _ = withStrings(of: table) { strings in
      unsafe withBytes(at: table.offset, count: table.size) { bytes in
        let reader = unsafe ByteReader(bytes, isLittleEndian: header.isLittleEndian)
        // st_name, st_info, st_other, st_shndx, then two words that do not matter here.
        for entry in stride(from: 0, to: reader.count - 23, by: 24) {
          guard let name: UInt32 = reader.integer(at: entry), name != 0,
            let information: UInt8 = reader.integer(at: entry + 4),
            information >> 4 == Symbol.Binding.global.rawValue,
            reader.integer(at: entry + 6) == 0 as UInt16, let end = strings.end(of: name)
          else { continue }
          unsafe body(strings[Int(name)..<end])
        }
      }
    }
  }
}
