internal import CElf
internal import Platform

/// Gives each function of an object a section of its own, as the compiler would have with `-ffunction-sections`.
///
/// The toolchain's static libraries hold most of their Swift code in one section, which a linker can only take
/// whole and as it lies: 1.6 MB in libswiftCore.a. Divided, it drops what nobody refers to and lets functions
/// lie side by side that run at start-up.
///
/// No byte of code changes. Where one function refers to another of the section, there may be no relocation, as
/// the assembler knew the distance; such instructions are found in a listing of the toolchain's disassembler,
/// and a relocation is added that gives the same bytes. Functions that a jump of one byte leads between stay
/// together. Whatever is not understood to the last byte leaves the object as it is.
struct FunctionSections {
  /// Goes into the key of what is built: raised when the rules change.
  static let key = "divided 1"
  /// Less is not worth it.
  static let leastSize: UInt64 = 32 << 10

  var object: RelocatableObject
  /// `.text`.
  let text: Int
  let textRelocations: [Elf64_Rela]
  /// Where functions begin, and where those begin that get a section; ascending.
  private(set) var functions: [UInt64] = []
  private(set) var pieces: [UInt64] = []
  private var instructions: [UInt64] = []
  /// Instructions of one piece that refer to another one without a relocation.
  private(set) var hidden: [CodeListing.Reference] = []
  /// Divides the object in a file.
  ///
  /// - Parameters:
  ///   - bytes: of the file.
  ///   - path: where it lies for the disassembler.
  ///   - disassembler: the path of `llvm-objdump`.
  ///   - leastSize: of the code.
  /// - Returns: nil where it has less code.
  /// - Throws: `NotDivisible`.
  static func divided(
    _ bytes: [UInt8], at path: String, by disassembler: String, leastSize: UInt64 = leastSize
  ) throws(NotDivisible) -> [UInt8]? {
    guard var work = try FunctionSections(bytes, leastSize: leastSize) else { return nil }
    try work.findPieces(CodeListing(of: path, size: work.size, by: disassembler))
    return try work.write()
  }

  /// The same with the text of a listing.
  static func divided(
    _ bytes: [UInt8], listing: String, leastSize: UInt64 = leastSize
  ) throws(NotDivisible) -> [UInt8]? {
    guard var work = try FunctionSections(bytes, leastSize: leastSize) else { return nil }
    try work.findPieces(CodeListing(listing, size: work.size))
    return try work.write()
  }

  private init?(_ bytes: [UInt8], leastSize: UInt64) throws(NotDivisible) {
    let object = try RelocatableObject(bytes)
    guard let text = object.sections.firstIndex(where: { object.name(of: $0) == ".text" }),
      object.sections[text].sh_size >= leastSize
    else { return nil }
    self.object = object
    self.text = text
    var relocations: [Elf64_Rela] = []
    for section in object.sections
    where section.sh_type == UInt32(SHT_RELA) && section.sh_info == UInt32(text) {
      relocations += try object.relocations(in: section)
    }
    textRelocations = relocations.sorted { $0.r_offset < $1.r_offset }
    let isKnown = object.sections.allSatisfy { section in
      section.sh_type != UInt32(SHT_GROUP) && section.sh_type != UInt32(SHT_SYMTAB_SHNDX)
        // It would have to be divided along with this one.
        && (section.sh_flags & UInt64(SHF_LINK_ORDER) == 0 || section.sh_link != text)
    }
    guard isKnown else { throw NotDivisible("a section of a kind that is not known") }
  }

  private var size: UInt64 { object.sections[text].sh_size }

  // MARK: Where functions begin

  private mutating func findPieces(_ listing: CodeListing) throws(NotDivisible) {
    var starts: Set<UInt64> = [0]
    for symbol in object.symbols where symbol.isFunction && symbol.st_shndx == text {
      starts.insert(symbol.st_value)
    }
    // Some have no symbol, but how to unwind them is told, or their address is held by a table of addresses.
    for (section, relocations) in try relocationsOfOthers() {
      let tellsUnwinding = object.name(of: object.sections[section]) == ".eh_frame"
      for relocation in relocations
      where isOfText(relocation)
        && (tellsUnwinding || relocation.type == UInt32(R_X86_64_64))
      {
        starts.insert(UInt64(bitPattern: relocation.r_addend))
      }
    }
    let unbound = listing.references.filter { reference in
      let next = textRelocations.partitioningIndex { $0.r_offset >= reference.start }
      return next == textRelocations.count || textRelocations[next].r_offset >= reference.end
    }
    // Code that leads past the beginning of a function leads to that of another one.
    var isNew = true
    while isNew {
      functions = starts.sorted()
      isNew = false
      for reference in unbound {
        guard let target = reference.target else {
          throw NotDivisible("an address at \(reference.start) that is not told")
        }
        if function(at: target) != function(at: reference.start),
          starts.insert(target).inserted
        {
          isNew = true
        }
      }
    }
    instructions = listing.starts
    guard functions.allSatisfy(isInstruction) else {
      throw NotDivisible("a function that begins within an instruction")
    }
    var joined: Set<UInt64> = []
    for reference in unbound where reference.end - reference.start < 5 {
      let ends = [function(at: reference.start), function(at: reference.target!)].sorted()
      joined.formUnion(functions[(ends[0] + 1)..<(ends[1] + 1)])
    }
    pieces = functions.filter { !joined.contains($0) }
    hidden = unbound.filter { piece(at: $0.start) != piece(at: $0.target!) }
    let code = try object.contents(of: object.sections[text])
    for reference in hidden {
      let field = code.startIndex + Int(reference.end) - 4
      let distance = unsafe code[field..<(field + 4)].withUnsafeBytes {
        unsafe $0.loadUnaligned(as: Int32.self)
      }
      guard reference.end &+ UInt64(bitPattern: Int64(distance)) == reference.target! else {
        throw NotDivisible("an instruction at \(reference.start) that does not end with a distance")
      }
    }
  }

  func isOfText(_ relocation: Elf64_Rela) -> Bool {
    let symbol = object.symbols[relocation.symbol]
    return symbol.isSection && symbol.st_shndx == text
  }

  /// Which function an address lies in.
  private func function(at address: UInt64) -> Int {
    functions.partitioningIndex { $0 > address } - 1
  }

  func piece(at address: UInt64) -> Int { pieces.partitioningIndex { $0 > address } - 1 }

  func isFunction(_ address: UInt64) -> Bool { functions[function(at: address)] == address }

  func isInstruction(_ address: UInt64) -> Bool {
    let index = instructions.partitioningIndex { $0 >= address }
    return index < instructions.count && instructions[index] == address
  }

  /// Those that do not change `.text`, by the section that holds them.
  func relocationsOfOthers() throws(NotDivisible) -> [(Int, [Elf64_Rela])] {
    var all: [(Int, [Elf64_Rela])] = []
    for section in object.sections
    where section.sh_type == UInt32(SHT_RELA) && section.sh_info != UInt32(text) {
      all.append((Int(section.sh_info), try object.relocations(in: section)))
    }
    return all
  }
}
