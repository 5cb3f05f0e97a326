internal import CElf

extension ELFFile {
  /// Tells `body` the name of each dynamic symbol that somebody else defines and that is not in `known`, and whether it
  /// may be missing, as weak ones may. Only of files whose words are those of this machine; none of any other.
  ///
  /// Unlike ``importedSymbols()`` it makes nothing of a name, which lasts as long as the call, but its
  /// ``NameHash``.
  /// - Returns: false where the names together are longer than anybody's: not all were told of.
  /// - Complexity: O(dynamic symbols + bytes of their names).
  @unsafe package func forEachNeededName(
    except known: NameSet = NameSet(),
    _ body: (UInt64, UnsafeRawBufferPointer, _ isWeak: Bool) -> Void
  ) -> Bool {
    guard header.isLaidOutAsHere, let table = dynamicSymbolTable else { return true }
    // A file may name one long string again and again.
    var left = 64 << 20
    _ = withStrings(of: table) { strings in
      unsafe withBytes(at: table.offset, count: table.size) { bytes in
        let width = MemoryLayout<Elf64_Sym>.size
        for place in stride(from: 0, through: bytes.count - width, by: width) {
          let symbol = unsafe bytes.loadUnaligned(fromByteOffset: place, as: Elf64_Sym.self)
          let binding = symbol.st_info >> 4
          guard symbol.st_shndx == 0, binding != UInt8(STB_LOCAL), symbol.st_name != 0,
            let (hash, name) = unsafe strings.hashed(at: Int(symbol.st_name))
          else { continue }
          left -= name.count
          guard left >= 0 else { return }
          if known.contains(hash) { continue }
          unsafe body(hash, name, binding == UInt8(STB_WEAK))
        }
      }
    }
    return left >= 0
  }
}
