internal import CElf
internal import Platform

extension ELFFile {
  /// Looks at what protects the file's code and data; nil for what is neither a program nor a shared
  /// library.
  ///
  /// Only whether a directory in a search path is writable is asked of the system.
  ///
  /// - Complexity: O(symbols).
  public func hardening() -> Hardening? {
    guard header.type == UInt16(ET_EXEC) || header.type == UInt16(ET_DYN), !segments.isEmpty else {
      return nil
    }
    let dynamic = dynamicSection() ?? DynamicSection()
    let hasRELRO = segments.contains { $0.type == UInt32(PT_GNU_RELRO) }
    // A static program binds nothing later.
    let bindsNow = dynamic.bindsNow || !segments.contains { $0.type == UInt32(PT_DYNAMIC) }
    let functions = importedFunctions()
    return Hardening(
      kind: kind(dynamic), relro: !hasRELRO ? .none : bindsNow ? .full : .partial,
      bindsNow: bindsNow, hasLazyRelocations: dynamic.hasLazyRelocations, stack: stack,
      hasTextRelocations: dynamic.hasTextRelocations,
      writableExecutableSegments: segments.indices.filter { index in
        segments[index].type == UInt32(PT_LOAD) && segments[index].flags & 3 == 3
      },
      searchPaths: searchPaths(dynamic), stackProtector: functions.protector,
      checkedFunctions: functions.checked, uncheckedFunctions: functions.unchecked,
      properties: notes().properties, machine: header.machine,
      isStripped: section(ofType: UInt32(SHT_SYMTAB)) == nil, hasSeparateCode: hasSeparateCode)
  }

  private func kind(_ dynamic: DynamicSection) -> Hardening.Kind {
    if header.type == UInt16(ET_EXEC) { return .fixedProgram }
    // Not every linker sets the mark, and some libraries can be run.
    let isProgram = segments.contains { $0.type == UInt32(PT_INTERP) } && dynamic.soname == nil
    return dynamic.isMarkedPIE || isProgram ? .positionIndependentProgram : .sharedLibrary
  }

  private var stack: Hardening.Stack {
    guard let segment = segments.first(where: { $0.type == UInt32(PT_GNU_STACK) }) else {
      return .unspecified
    }
    return segment.flags & UInt32(PF_X) != 0 ? .executable : .nonExecutable
  }

  /// Whether the pages of the file that hold code hold nothing of other segments.
  private var hasSeparateCode: Bool {
    let loaded = segments.filter { $0.type == UInt32(PT_LOAD) && $0.fileSize > 0 }
    let code = loaded.filter { $0.flags & UInt32(PF_X) != 0 }
    func pages(_ segment: Segment) -> ClosedRange<UInt64> {
      segment.offset >> 12...(segment.offset + segment.fileSize - 1) >> 12
    }
    // Ranges of code, few as they are, against all others; what holds the file's header is shared.
    return code.prefix(64).allSatisfy { segment in
      segment.offset >> 12 > 0
        && loaded.allSatisfy {
          $0.flags & UInt32(PF_X) != 0 || !pages($0).overlaps(pages(segment))
        }
    }
  }

  private func searchPaths(_ dynamic: DynamicSection) -> [Hardening.SearchPath] {
    let isRunpath = dynamic.runpath != nil
    guard let list = dynamic.runpath ?? dynamic.rpath, !list.isEmpty else { return [] }
    return list.split(separator: ":", maxSplits: 1023, omittingEmptySubsequences: false).map {
      let text = String($0)
      let flaw: Hardening.SearchPath.Flaw?
      let levels = Self.levelsAboveOrigin(text)
      if text.isEmpty {
        flaw = .empty
      } else if let levels {
        flaw = levels > 0 ? .aboveOrigin : nil
      } else if !text.hasPrefix("/") {
        flaw = .relative
      } else {
        flaw = Files.isWritableByOthers(text) == true ? .writableByOthers : .absolute
      }
      return Hardening.SearchPath(
        text: text, isRunpath: isRunpath, flaw: flaw, levelsAboveOrigin: levels ?? 0)
    }
  }

  /// How far above the file's directory a path comes on its way; nil for one that does not begin there.
  ///
  /// By its text alone: where symbolic links lead is the system's to say.
  private static func levelsAboveOrigin(_ path: String) -> Int? {
    let parts = path.split(separator: "/", omittingEmptySubsequences: true)
    guard let first = parts.first, first == "$ORIGIN" || first == "${ORIGIN}" else { return nil }
    var depth = 0
    var highest = 0
    for part in parts.dropFirst() where part != "." {
      depth += part == ".." ? -1 : 1
      highest = max(highest, -depth)
    }
    return highest
  }

  /// Functions of the C library that have a twin which checks sizes.
  private static let checkable: Set<String> = [
    "asprintf", "confstr", "dprintf", "fdelt", "fgets", "fprintf", "fread", "fwprintf", "getcwd",
    "gets", "longjmp", "mbstowcs", "memcpy", "memmove", "mempcpy", "memset", "poll", "ppoll",
    "pread", "pread64", "printf", "read", "readlink", "realpath", "recv", "recvfrom", "snprintf",
    "sprintf", "stpcpy", "stpncpy", "strcat", "strcpy", "strncat", "strncpy", "swprintf", "syslog",
    "vasprintf", "vdprintf", "vfprintf", "vprintf", "vsnprintf", "vsprintf", "vsyslog", "wcscpy",
    "wcsncpy", "wcstombs", "wmemcpy", "wmemset", "wprintf",
  ]

  private func importedFunctions() -> (
    protector: Hardening.StackProtector, checked: [String], unchecked: [String]
  ) {
    var checked: [String] = []
    var unchecked: [String] = []
    let protectors = ["__stack_chk_fail", "__stack_chk_fail_local"].map { Array($0.utf8) }
    var hasSymbols = false
    var isProtected = false
    for type in [SHT_DYNSYM, SHT_SYMTAB] {
      // Only what is linked statically has its functions among all symbols.
      guard !isProtected, let table = section(ofType: UInt32(type)) else { continue }
      let symbols = symbols(of: table)
      if !symbols.isEmpty { hasSymbols = true }
      withStrings(of: table) { strings in
        for symbol in symbols {
          if protectors.contains(where: { strings.holds($0, at: Int(symbol.nameOffset)) }) {
            isProtected = true
            if type == SHT_SYMTAB { break }
          }
          // Longer names are none of these.
          var budget = 32
          guard type == SHT_DYNSYM, symbol.isUndefined,
            let name = strings.text(at: UInt64(symbol.nameOffset), budget: &budget)
          else { continue }
          if name.hasPrefix("__"), name.hasSuffix("_chk") {
            checked.append(name)
          } else if Self.checkable.contains(name) {
            unchecked.append(name)
          }
        }
      }
    }
    return (isProtected ? .found : hasSymbols ? .noneFound : .unknown, checked, unchecked)
  }
}
