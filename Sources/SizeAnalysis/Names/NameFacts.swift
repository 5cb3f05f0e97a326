internal import CCxxDemangle
internal import CSwiftDemangle
internal import ConcurrentMap
internal import MangledNames

/// What the names of symbols say: in people's form, and of which module and type they are.
///
/// A value: it does not see names that are added later.
public struct NameFacts: Sendable {
  private let names: NamePool
  /// Demangled names, one after the other; those of each ``chunk`` of names apart.
  private let texts: [[UInt8]]
  private let contexts: NamePool
  private let facts: [Fact]

  private struct Fact {
    /// In the text of its chunk; empty where the name is not mangled.
    var demangled: Range<UInt32> = 0..<0
    var module: UInt32 = 0
    var type: UInt32 = 0
    var owner: Owner?
  }

  /// Names that one thread reads at a time.
  private static let chunk = 2048

  /// Reads all names of `pool`, on all processors.
  ///
  /// - Complexity: O(bytes of all names).
  init(_ pool: NamePool) {
    let foreign = Self.foreignModules(of: pool)
    let chunk = Self.chunk
    let parts = concurrentMap(count: (pool.count + chunk - 1) / chunk) { part in
      var reader = Reader(foreign: foreign)
      for index in part * chunk..<min((part + 1) * chunk, pool.count) {
        unsafe pool.withBytes(of: UInt32(index)) { unsafe reader.read($0) }
      }
      var result = reader.result
      // Without the room that it grew into.
      result.text = unsafe result.text.withUnsafeBufferPointer { unsafe Array($0) }
      return result
    }
    var contexts = NamePool()
    var facts: [Fact] = []
    facts.reserveCapacity(pool.count)
    for part in parts {
      let newContexts = contexts.merge(part.contexts)
      for fact in part.facts {
        facts.append(
          Fact(
            demangled: fact.demangled, module: newContexts[Int(fact.module)],
            type: newContexts[Int(fact.type)], owner: fact.owner))
      }
    }
    names = pool
    texts = parts.map(\.text)
    self.contexts = contexts
    self.facts = facts
  }

  /// The name as the file has it.
  public func name(_ id: NameID) -> String { names.text(of: id.index) }

  /// The name in people's form; the same as ``name(_:)`` where it is not mangled.
  public func demangled(_ id: NameID) -> String {
    unsafe withDemangled(id) { bytes, _ in unsafe String(decoding: bytes, as: UTF8.self) }
  }

  /// The bytes of ``demangled(_:)``, for the time of the call, and whether the name is mangled at all.
  public func withDemangled<Result>(
    _ id: NameID, _ body: (UnsafeRawBufferPointer, _ isMangled: Bool) -> Result
  ) -> Result {
    let range = facts[Int(id.index)].demangled
    guard !range.isEmpty else {
      return unsafe names.withBytes(of: id.index) { unsafe body($0, false) }
    }
    return unsafe texts[Int(id.index) / Self.chunk].withUnsafeBytes {
      unsafe body(
        UnsafeRawBufferPointer(rebasing: $0[Int(range.lowerBound)..<Int(range.upperBound)]), true)
    }
  }

  /// The Swift module that the code belongs to; empty where the name does not say.
  public func module(_ id: NameID) -> String { contexts.text(of: facts[Int(id.index)].module) }

  /// The Swift type, from the outermost in: `Data.LargeSlice`; empty where the name does not say.
  public func type(_ id: NameID) -> String { contexts.text(of: facts[Int(id.index)].type) }

  /// Whose the code is by its name alone.
  func owner(_ id: NameID) -> Owner? { facts[Int(id.index)].owner }

  /// A number that two names share if they are of the same module.
  func moduleIndex(_ id: NameID) -> Int { Int(facts[Int(id.index)].module) }

  /// The number of different names.
  var count: Int { names.count }

  /// The number of different modules and types.
  var contextCount: Int { contexts.count }

  func context(_ index: Int) -> String { contexts.text(of: UInt32(index)) }
}

extension NameFacts {
  /// The modules that names begin with and that did not come with the toolchain.
  private static func foreignModules(of pool: NamePool) -> NamePool {
    var modules = NamePool()
    var foreign = NamePool()
    var context = SwiftContext()
    // Neighbours are of one module more often than not.
    var last: [UInt8] = [0]
    for index in 0..<UInt32(pool.count) {
      unsafe pool.withBytes(of: index) { name in
        // Only where the module is spelled out.
        guard unsafe ManglingScheme(name) == .swift, unsafe (0x31...0x39).contains(name[2]) else {
          return
        }
        if unsafe name.dropFirst(2).starts(with: last) { return }
        unsafe context.read(name, from: 2)
        last = Array(String(context.module.count).utf8) + context.module
        let before = modules.count
        _ = modules.add(context.module)
        guard modules.count > before else { return }
        if Owner(module: String(decoding: context.module, as: UTF8.self)) != .stdlib {
          _ = foreign.add(context.module)
        }
      }
    }
    return foreign
  }

  /// Reads names one after the other, on one thread.
  private struct Reader: ~Copyable {
    struct Result: Sendable {
      /// All demangled names, one after the other.
      var text: [UInt8] = []
      var contexts = NamePool()
      var facts: [Fact] = []
    }

    var result = Result()
    /// See ``DemangledModule/find(_:in:)``.
    private let foreign: NamePool
    private var demangler = unsafe Demangler(swift: swift_demangle, cxx: __cxa_demangle)
    private var context = SwiftContext()
    private var text: [UInt8] = []
    /// What the long forms of all names of this reader may come to, in bytes as ``Expansion`` bounds
    /// them; what is beyond is shown as it is.
    private var allowance = 128_000_000.0
    /// The same for names whose crude bound is taken for enough, which spares the closer look.
    private var crudeAllowance = 128_000_000.0
    /// By the number of a module in `result.contexts`.
    private var owners: [UInt32: Owner?] = [:]

    init(foreign: NamePool) { self.foreign = foreign }

    mutating func read(_ name: UnsafeRawBufferPointer) {
      var fact = Fact()
      text.removeAll(keepingCapacity: true)
      if let scheme = unsafe ManglingScheme(name), unsafe mayDemangle(name, scheme),
        unsafe demangler.append(name, scheme, to: &text)
      {
        let start = UInt32(result.text.count)
        result.text += text
        fact.demangled = start..<UInt32(result.text.count)
        if scheme == .swift {
          unsafe context.read(name, from: 2)
          setContext(of: &fact)
        } else {
          fact.owner = unsafe Owner(cName: name)
        }
      } else if let start = unsafe Self.symbolicStart(name) {
        // "symbolic _____ 4main3FooV", "got.$s4main3FooVMn" and their like.
        unsafe context.read(name, from: start)
        setContext(of: &fact)
      } else {
        fact.owner = unsafe Owner(cName: name)
      }
      result.facts.append(fact)
    }

    /// Bytes; less than what one name may become, as many are.
    private static let longestCrude = 1_000_000.0

    private mutating func mayDemangle(
      _ name: UnsafeRawBufferPointer, _ scheme: ManglingScheme
    ) -> Bool {
      if scheme == .swift, let crude = unsafe Expansion.crudeBound(name),
        crude <= min(Self.longestCrude, crudeAllowance)
      {
        if crude > Expansion.crudeLimit { crudeAllowance -= crude }
        return true
      }
      let bound = unsafe Expansion.bound(name, scheme)
      guard bound < Expansion.limit, bound <= allowance else { return false }
      // Most forms are short, and however many there are cost no more than their names.
      if bound > Expansion.crudeLimit { allowance -= bound }
      return true
    }

    private mutating func setContext(of fact: inout Fact) {
      var module = result.contexts.add(context.module)
      var owner = owner(of: module)
      // Code that the toolchain's generic code became for somebody, or an extension, is theirs.
      if owner == .stdlib || owner == nil, let other = DemangledModule.find(foreign, in: text) {
        let candidate = result.contexts.add(text[other])
        if let found = self.owner(of: candidate) {
          (module, owner) = (candidate, found)
        }
      }
      fact.module = module
      fact.type = result.contexts.add(context.type)
      fact.owner = owner
    }

    private mutating func owner(of module: UInt32) -> Owner? {
      if let known = owners[module] { return known }
      let owner = Owner(module: result.contexts.text(of: module))
      owners[module] = .some(owner)
      return owner
    }

    /// Where a Swift name begins in one that a compiler made from it: behind `$s`, or the last blank.
    private static func symbolicStart(_ name: UnsafeRawBufferPointer) -> Int? {
      for index in name.indices.dropLast(2)
      where unsafe name[index] == 0x24 && name[index + 1] == 0x73 {
        return index + 2
      }
      guard let space = unsafe name.lastIndex(of: 0x20), space + 1 < name.count else {
        return nil
      }
      return space + 1
    }
  }
}
