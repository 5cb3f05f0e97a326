// What the fuzzer calls with every input it makes; see README.md.

internal import Glibc

/// What is attacked; the variable FUZZ_MODE of the environment says which.
private enum Mode: String {
  /// The input is an ELF file.
  case file
  /// The input is the loader's cache.
  case cache
  /// The input is a mangled name.
  case name
  /// The input is a budget.
  case budget
}

private let mode: Mode = {
  guard let text = unsafe getenv("FUZZ_MODE"),
    let mode = unsafe Mode(rawValue: String(cString: text))
  else { fatalError("FUZZ_MODE is none of file, cache, name, budget") }
  return mode
}()

/// Whether inputs are ELF files.
var isFileMode: Bool { mode == .file }

/// The corresponding function of libFuzzer's documentation has the same name.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  let input = unsafe UnsafeRawBufferPointer(start: start, count: count)
  switch mode {
  case .file: unsafe attackFile(input)
  case .cache: unsafe attackCache(input)
  case .name: unsafe attackName(input)
  case .budget: unsafe attackBudget(input)
  }
  return 0
}
