/// What a file is to the Swift runtime of a process that would map it.
extension ELFFile {
  /// Tells a Swift runtime where an image's types lie. Every Swift file asks for it, and Swift runtimes
  /// alone define it: the toolchain's `libswiftCore.so`, or whatever holds the standard library.
  public static let swiftRuntimeMark = "swift_addNewDSOImage"

  /// Whether the file brings a Swift runtime along: for others to see, or hidden in it, as static linking
  /// leaves it.
  ///
  /// A Swift image that asks nobody for ``swiftRuntimeMark`` has its own. Embedded Swift needs none and
  /// has no such sections.
  /// - Complexity: O(1) with a hash table; O(symbols) for files that are long enough to hold one.
  public func carriesSwiftRuntime() -> Bool {
    carriesSwiftRuntime(definesMark: definesDynamicSymbol(Self.swiftRuntimeMark) == true)
  }

  /// The same where it is known whether the file defines ``swiftRuntimeMark``.
  package func carriesSwiftRuntime(definesMark: Bool) -> Bool {
    if definesMark { return true }
    // The code of the standard library is one piece of several megabytes.
    guard fileSize > 1 << 20, hasSection(named: "swift5_type_metadata") else { return false }
    return !importedSymbols().contains { $0.name == Self.swiftRuntimeMark }
  }

  private func hasSection(named name: String) -> Bool {
    let name = Array(name.utf8)
    return withSectionNames { strings in
      sections.contains { strings.holds(name, at: $0.nameOffset) }
    } ?? false
  }

  /// Whether the file is a library by some name that defines nothing and only hands on to `library`:
  /// whoever needs that name gets `library` and no other.
  ///
  /// - Parameter library: by the name that others need it by.
  /// - Complexity: O(symbols), of which such a file has next to none.
  public func isForwarding(to library: String) -> Bool {
    guard let dynamic = dynamicSection(), dynamic.soname != nil, dynamic.soname != library,
      dynamic.needed == [library], dynamic.filters.isEmpty, dynamic.auxiliary.isEmpty,
      // Without a table of sections nothing can be told of symbols.
      definesDynamicSymbol(Self.swiftRuntimeMark) == false
    else { return false }
    return definedDynamicSymbols().isEmpty
  }

  /// The first symbol of Swift's that both this file and `other` define for others: a module, or a part
  /// of one, that a process with both would have twice.
  ///
  /// Only names of Swift's own making count; copies of C++ templates lie in many libraries, and the
  /// loader chooses one.
  /// - Complexity: O(symbols of this file).
  public func firstSwiftSymbol(alsoIn other: borrowing ELFFile) -> String? {
    for name in definedDynamicSymbols() where name.hasPrefix("$s") || name.hasPrefix("swift_") {
      if other.definesDynamicSymbol(name) == true { return name }
    }
    return nil
  }
}
