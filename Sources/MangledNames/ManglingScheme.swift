/// How a name is mangled.
package enum ManglingScheme {
  case swift
  case cxx

  package init?(_ name: UnsafeRawBufferPointer) {
    guard name.count > 2 else { return nil }
    switch unsafe (name[0], name[1]) {
    case (0x24, 0x73), (0x24, 0x53), (0x24, 0x65): self = .swift  // $s, $S; $e: Embedded Swift
    case (0x5f, 0x5a): self = .cxx  // _Z
    default: return nil
    }
  }
}
