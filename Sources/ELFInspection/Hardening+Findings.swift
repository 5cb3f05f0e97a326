extension Hardening {
  var memoryFindings: [HardeningFinding] {
    var findings: [HardeningFinding] = []
    if !writableExecutableSegments.isEmpty {
      let list = writableExecutableSegments.map(String.init).joined(separator: ", ")
      findings.append(
        HardeningFinding(
          .writableCode, .high, "memory that is writable and executable, by segment \(list)",
          "link without -Wl,-N (--omagic) and without a linker script that joins code and data"))
    }
    switch stack {
    case .nonExecutable: break
    case .executable:
      findings.append(
        HardeningFinding(
          .executableStack, .high, "the file asks for an executable stack",
          "link with -Wl,-z,noexecstack; where assembly is the cause, end it with "
            + ".section .note.GNU-stack,\"\",%progbits"))
    case .unspecified:
      findings.append(
        HardeningFinding(
          .stackUnspecified, .medium,
          "no PT_GNU_STACK; what the stack is then depends on the machine and the kernel",
          "link with -Wl,-z,noexecstack"))
    }
    if kind == .fixedProgram {
      findings.append(
        HardeningFinding(
          .fixedAddress, .medium, "a program that is always loaded at the same address",
          "compile with -fPIE and link with -pie; with -static, -static-pie"))
    }
    if !hasSeparateCode {
      findings.append(
        HardeningFinding(
          .sharedCodePages, .note, "pages that hold code and something else are executable",
          "link with -Wl,-z,separate-code (GNU ld, lld)"))
    }
    return findings
  }

  var relocationFindings: [HardeningFinding] {
    var findings: [HardeningFinding] = []
    if hasTextRelocations {
      findings.append(
        HardeningFinding(
          .textRelocations, .high, "the loader has to make code writable in order to relocate it",
          "compile with -fPIC; link with -Wl,-z,text to be told where it was left out"))
    }
    switch relro {
    case .none:
      findings.append(
        HardeningFinding(
          .noRELRO, .medium, "what the loader relocates stays writable",
          "link with -Wl,-z,relro -Wl,-z,now"))
    case .partial where hasLazyRelocations:
      findings.append(
        HardeningFinding(
          .partialRELRO, .low, "the addresses of functions are bound late and stay writable",
          "link with -Wl,-z,now"))
    default: break
    }
    if !isStripped {
      findings.append(
        HardeningFinding(
          .notStripped, .note, "a table of all symbols",
          "link with -Wl,-s or run strip; keep a copy for debugging"))
    }
    return findings
  }

  var pathFindings: [HardeningFinding] {
    var findings: [HardeningFinding] = []
    for path in searchPaths {
      let name = path.isRunpath ? "RUNPATH" : "RPATH"
      let shown = "the entry '\(path.text)' of \(name)"
      let advice = "link with -Wl,-rpath,'$ORIGIN' or a path below it, or without -rpath"
      switch path.flaw {
      case nil: break
      case .empty:
        findings.append(
          HardeningFinding(
            .searchPath, .high, "an empty entry of \(name), which is the current directory", advice)
        )
      case .relative:
        findings.append(
          HardeningFinding(
            .searchPath, .high, "\(shown) depends on the current directory", advice))
      case .writableByOthers:
        findings.append(
          HardeningFinding(
            .searchPath, .high, "\(shown) is a directory that others may write to", advice))
      case .absolute:
        findings.append(
          HardeningFinding(
            .searchPath, .note, "\(shown) is a fixed place outside of the file's directory", advice)
        )
      case .aboveOrigin:
        // Programs beside their libraries, bin and lib, are one level apart.
        let levels = path.levelsAboveOrigin
        findings.append(
          HardeningFinding(
            .searchPath, levels == 1 ? .note : .low,
            "\(shown) leads \(levels) level\(levels == 1 ? "" : "s") above the file's directory; "
              + "whoever may write there chooses the libraries", advice))
      }
    }
    if searchPaths.contains(where: { !$0.isRunpath }) {
      findings.append(
        HardeningFinding(
          .oldSearchPath, .note,
          "RPATH, which comes before LD_LIBRARY_PATH and holds for other files' libraries too",
          "link with -Wl,--enable-new-dtags"))
    }
    return findings
  }

  var compilerFindings: [HardeningFinding] {
    var findings: [HardeningFinding] = []
    if stackProtector == .noneFound {
      findings.append(
        HardeningFinding(
          .noStackProtector, .note,
          "no use of __stack_chk_fail; code without arrays on the stack needs none",
          "compile C and C++ with -fstack-protector-strong"))
    }
    if !uncheckedFunctions.isEmpty && checkedFunctions.isEmpty {
      let list = uncheckedFunctions.prefix(5).joined(separator: ", ")
      findings.append(
        HardeningFinding(
          .notFortified, .note,
          "\(list)\(uncheckedFunctions.count > 5 ? " and others" : "") without a check of sizes; "
            + "where no size is known there is none to check",
          "compile C and C++ with -O2 -D_FORTIFY_SOURCE=3"))
    }
    let swift =
      "Swift's compiler marks no code so, and one object without makes the whole go without"
    switch machine {
    case 3, 62:
      if !properties.hasIBT {
        findings.append(
          HardeningFinding(
            .noIndirectBranchTracking, .note, "targets of indirect jumps are not marked (IBT)",
            "compile C and C++ with -fcf-protection=full; -Wl,-z,cet-report=warning names the "
              + "objects that lack it. \(swift)"))
      }
      if !properties.hasShadowStack {
        findings.append(
          HardeningFinding(
            .noShadowStack, .note, "returns are not declared fit for a shadow stack (SHSTK)",
            "compile C and C++ with -fcf-protection=full. \(swift)"))
      }
    case 183:
      if !properties.hasBTI {
        findings.append(
          HardeningFinding(
            .noBranchTargets, .note, "targets of indirect jumps are not marked (BTI)",
            "compile C and C++ with -mbranch-protection=standard; -Wl,-z,force-bti names the "
              + "objects that lack it. \(swift)"))
      }
      if !properties.hasPAC {
        findings.append(
          HardeningFinding(
            .noPointerAuthentication, .note, "return addresses are not declared signed (PAC)",
            "compile C and C++ with -mbranch-protection=standard. \(swift)"))
      }
    default: break
    }
    return findings
  }
}
