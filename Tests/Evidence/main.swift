// What `run` beside this file starts; see there.

internal import Platform
internal import TestSupport

/// Files of one kind, all of them.
struct Group {
  var name: String
  var paths: [String]
  /// Where they come from.
  var package: String
}

let groups = [
  Group(name: "toolchain's libraries", paths: RealBinaries.toolchain, package: "the toolchain"),
  Group(name: "LADSPA plugins", paths: RealBinaries.ladspa, package: "swh-plugins"),
  Group(name: "gconv modules", paths: RealBinaries.gconv, package: "libc6"),
  Group(name: "CPython's extensions", paths: RealBinaries.python, package: "python3"),
  Group(name: "system libraries", paths: RealBinaries.systemLibraries, package: "libc6"),
  Group(name: "programs", paths: RealBinaries.programs, package: "the system"),
]

func column(_ text: String, _ width: Int) -> String {
  String(repeating: " ", count: max(0, width - text.count)) + text
}

let heads = [
  ("files", 6), ("bytes", 12), ("sections", 9), ("segments", 9), ("relocations", 12),
  ("symbols", 9), ("alone", 8), ("covered", 12), ("differ", 7),
]
print(
  "group".padding(22) + heads.map { column($0.0, $0.1) }.joined())
var disagreements: [String] = []
var missing: [Group] = []
var files = 0
for group in groups {
  guard !group.paths.isEmpty else {
    missing.append(group)
    continue
  }
  var opinion = SecondOpinion()
  try opinion.compareAccounting(of: group.paths)
  for path in group.paths {
    try opinion.compareTables(of: path)
    try opinion.compareTablesWithElfutils(of: path)
    try opinion.compareRelocations(of: path)
    try opinion.compareSymbols(of: path)
  }
  try opinion.compareBodies(of: group.paths)
  let figures = [
    opinion.files, Int(opinion.bytes), opinion.sections, opinion.segments, opinion.relocations,
    opinion.symbols, opinion.bodies, Int(opinion.covered), opinion.disagreements.count,
  ]
  print(
    group.name.padding(22)
      + zip(figures, heads).map { column("\($0)", $1.1) }.joined())
  files += opinion.files
  disagreements += opinion.disagreements
}
for group in missing {
  printError("evidence: no \(group.name) here; they come with \(group.package)")
}
for disagreement in disagreements.prefix(50) { printError("evidence: \(disagreement)") }
print("\(files) files, \(disagreements.count) disagreements")
// What was not looked at proves nothing.
exitProcess(disagreements.isEmpty ? (missing.isEmpty ? 0 : 3) : 2)

extension String {
  func padding(_ width: Int) -> String {
    self + String(repeating: " ", count: max(0, width - count))
  }
}
