import CCxxDemangle
import CSwiftDemangle
import Platform
import TestSupport
import Testing

@testable import MangledNames

@Suite("The form of a mangled name")
struct ExpansionTests {
  @Test("is not longer than its bound, as no name of the toolchain's libraries is, nor refused")
  func bounds() throws {
    let library = Path.join(try SwiftToolchain.runtimeLibraryPath(), "libswiftCore.so")
    let names = try Tool.run(["nm", "-D", "--defined-only", library]).split(separator: "\n")
      .compactMap { $0.split(separator: " ").last }
    var demangler = unsafe Demangler(swift: swift_demangle, cxx: __cxa_demangle)
    var (count, refused) = (0, 0)
    for name in names {
      let bytes = Array(name.utf8)
      unsafe bytes.withUnsafeBytes { bytes in
        guard let scheme = unsafe ManglingScheme(bytes) else { return }
        count += 1
        let bound = unsafe Expansion.bound(bytes, scheme)
        guard bound < Expansion.limit else {
          refused += 1
          return
        }
        var text: [UInt8] = []
        _ = unsafe demangler.append(bytes, scheme, to: &text)
        #expect(Double(text.count) <= bound, "\(name)")
      }
    }
    #expect(count > 10_000)
    #expect(refused * 1000 <= count, "\(refused) of \(count)")
  }

  @Test("is not longer than its bound where a number says how many parameters or types there are")
  func counts() {
    var demangler = unsafe Demangler(swift: swift_demangle, cxx: __cxa_demangle)
    for name in [
      "$sS12z_", "$S" + String(repeating: "8", count: 133) + "wS", "$sSfr99_ls",
      "$s4main1fyyr_99_lF", "$s4main1fyyrz99_lF",
    ] {
      let bytes = Array(name.utf8)
      unsafe bytes.withUnsafeBytes { bytes in
        var text: [UInt8] = []
        _ = unsafe demangler.append(bytes, .swift, to: &text)
        let bound = unsafe Expansion.bound(bytes, .swift)
        #expect(Double(text.count) <= bound, "\(name)")
      }
    }
  }

  @Test("is not longer than its bound where what looks like an identifier is a list of types")
  func typesLikeIdentifiers() {
    // The digits behind "__cxx" are read as one number, and then all that follows may be a name.
    let name = Array(
      ("_ZSt7__cxx1112basic_stringIc" + String(repeating: "t", count: 500) + "E").utf8)
    var demangler = unsafe Demangler(swift: swift_demangle, cxx: __cxa_demangle)
    unsafe name.withUnsafeBytes { name in
      var text: [UInt8] = []
      let isDemangled = unsafe demangler.append(name, .cxx, to: &text)
      #expect(isDemangled && text.count > 500 * 14)
      let bound = unsafe Expansion.bound(name, .cxx)
      #expect(Double(text.count) <= bound)
    }
  }

  @Test("is refused where its list of specialized parameters has no end")
  func openSpecialization() {
    let name = Array("$s2\u{f3}a0a0$Aa0ATf4nncdisp".utf8)
    unsafe name.withUnsafeBytes { name in
      let isHarmless = unsafe Expansion.isHarmless(name, .swift)
      #expect(!isHarmless)
    }
  }
}
