internal import ELFInspection
internal import Platform
internal import Reporting

extension SizeSchema1 {
  func write(_ hardening: Hardening, to json: inout Writer) throws(SystemError) {
    json.member("hardening")
    json.beginObject()
    try json.member("kind", hardening.kind.rawValue)
    // A library lies anywhere, and is none.
    try json.member(
      "pie",
      hardening.kind == .sharedLibrary
        ? nil as Bool? : hardening.kind == .positionIndependentProgram)
    try json.member("relro", hardening.relro.rawValue)
    try json.member("bindNow", hardening.bindsNow)
    try json.member("nx", hardening.stack == .nonExecutable)
    try json.member("stack", hardening.stack.rawValue)
    try json.member("textrel", hardening.hasTextRelocations)
    json.member("writableExecutableSegments")
    json.beginArray(.inline)
    for segment in hardening.writableExecutableSegments { try json.value(segment) }
    try json.endArray()
    try json.member("separateCode", hardening.hasSeparateCode)
    try json.member("stackProtector", hardening.stackProtector.rawValue)
    try json.member("checkedFunctions", hardening.checkedFunctions.count)
    try json.member("uncheckedFunctions", hardening.uncheckedFunctions.count)
    // Of a machine that has no such thing, nothing is said.
    let properties = hardening.properties
    let isX86 = [3, 62].contains(hardening.machine)
    let isAArch64 = hardening.machine == 183
    try json.member("ibt", isX86 ? properties.hasIBT : nil)
    try json.member("shadowStack", isX86 ? properties.hasShadowStack : nil)
    try json.member("bti", isAArch64 ? properties.hasBTI : nil)
    try json.member("pac", isAArch64 ? properties.hasPAC : nil)
    json.member("searchPaths")
    json.beginArray()
    for path in hardening.searchPaths {
      json.beginObject(.inline)
      try json.member("path", path.text)
      try json.member("kind", path.isRunpath ? "RUNPATH" : "RPATH")
      try json.member("flaw", path.flaw?.rawValue)
      try json.member("levelsAboveOrigin", path.levelsAboveOrigin)
      try json.endObject()
    }
    try json.endArray()
    try json.member("stripped", hardening.isStripped)
    json.member("findings")
    json.beginArray()
    for finding in hardening.findings {
      json.beginObject()
      try json.member("code", finding.code.rawValue)
      try json.member("severity", finding.severity.rawValue)
      try json.member("found", finding.found)
      try json.member("advice", finding.advice)
      try json.endObject()
    }
    try json.endArray()
    try json.endObject()
  }
}
