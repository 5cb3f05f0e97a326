internal import CCxxDemangle
internal import CSwiftDemangle
internal import Glibc
@testable internal import MangledNames
@testable internal import SizeAnalysis

/// Reads the input as a mangled name: what counts as harmless must be that.
func attackName(_ input: UnsafeRawBufferPointer) {
  // A symbol's name ends at its NUL.
  let name = unsafe input.prefix { $0 != 0 }
  if !name.isEmpty { unsafe attack(UnsafeRawBufferPointer(rebasing: name)) }
}

nonisolated(unsafe) private var demangler = unsafe Demangler(
  swift: swift_demangle, cxx: __cxa_demangle)
nonisolated(unsafe) private var context = SwiftContext()
nonisolated(unsafe) private var text: [UInt8] = []
nonisolated(unsafe) private var loose = LooseName()
nonisolated(unsafe) private var looser = LooseName()

/// What is left of a name is no longer than the name, and the same again if it is put by in between.
private func loosen(_ name: UnsafeRawBufferPointer, isMangled: Bool) {
  unsafe loose.read(name, isMangled: isMangled)
  let signature = loose.text
  precondition(signature.count <= name.count, "a loose name is longer than the name")
  loose.removeModule("main")
  precondition(loose.text.count <= signature.count, "a name without a module is longer")
  unsafe signature.withUnsafeBytes { unsafe looser.restore($0, isMangled: isMangled) }
  looser.removeModule("main")
  precondition(looser.text == loose.text, "what was put by is something else")
}

private func attack(_ name: UnsafeRawBufferPointer) {
  unsafe context.read(name, from: min(2, name.count))
  precondition(context.module.count <= 4096 + name.count)
  var pool = NamePool()
  _ = unsafe pool.add(name)
  let facts = NameFacts(pool)
  _ = facts.demangled(NameID(index: 1))
  unsafe facts.withDemangled(NameID(index: 1)) { unsafe loosen($0, isMangled: $1) }
  // What is in no mangling is shown as it is, and some of it looks as if it were not.
  unsafe loosen(name, isMangled: true)
  unsafe loosen(name, isMangled: false)

  guard let scheme = unsafe ManglingScheme(name), unsafe Expansion.isHarmless(name, scheme) else {
    return
  }
  text.removeAll(keepingCapacity: true)
  let start = nanoseconds()
  guard unsafe demangler.append(name, scheme, to: &text) else { return }
  precondition(nanoseconds() - start < 1_000_000_000, "a harmless name took a second")
  let length = Double(unsafe formLength(name, scheme))
  precondition(unsafe length <= Expansion.bound(name, scheme), "a name is longer than its bound")
  if scheme == .swift, let crude = unsafe Expansion.crudeBound(name) {
    precondition(length <= crude, "a name is longer than its crude bound")
  }
}

/// Bytes of the whole form, which ``Demangler`` cuts.
private func formLength(_ name: UnsafeRawBufferPointer, _ scheme: ManglingScheme) -> Int {
  var input = unsafe name.map { CChar(bitPattern: $0) }
  input.append(0)
  let form: UnsafeMutablePointer<CChar>?
  switch scheme {
  case .swift: unsafe form = swift_demangle(input, name.count, nil, nil, 0)
  case .cxx: unsafe form = __cxa_demangle(input, nil, nil, nil)
  }
  guard let form = unsafe form else { return 0 }
  defer { unsafe free(form) }
  return unsafe strlen(form)
}

private func nanoseconds() -> Int {
  var time = timespec()
  unsafe clock_gettime(CLOCK_MONOTONIC, &time)
  return time.tv_sec * 1_000_000_000 + time.tv_nsec
}
