import CCalls
import Glibc
import Interface
import Neighbour
import PluginHost

// What calls cost: each way is measured in rounds that take turns, and the medians are told.

let roundCount = 41
let callCount = 200_000
let text = String(repeating: "0123456789abcdef", count: 4)

/// One way to call: nanoseconds a call, by round.
struct Way {
  let name: String
  let run: () -> Int64
  var samples: [Double] = []

  var median: Double { Calls.median(samples) }
}

enum Calls {
  static func median(_ samples: [Double]) -> Double { samples.sorted()[samples.count / 2] }
}

@inline(never)
func add(_ measured: any Measured) -> Int64 {
  var sum: Int64 = 0
  for number in 0..<Int64(callCount) { sum = measured.add(sum, number) }
  return sum
}

@inline(never)
func addThroughProxy(_ measured: MeasuredProxy) -> Int64 {
  var sum: Int64 = 0
  for number in 0..<Int64(callCount) { sum = measured.add(sum, number) }
  return sum
}

/// The function of a table, called by C.
func addFromC(_ table: UnsafePointer<bench_measured>) -> Int64 {
  calls_by_pointer(table.pointee.add, table.pointee.context, Int64(callCount))
}

@inline(never)
func look(_ measured: any Measured) -> Int64 {
  var sum: Int64 = 0
  for _ in 0..<callCount { sum &+= measured.look(text.utf8Span) }
  return sum
}

@inline(never)
func take(_ measured: any Measured) -> Int64 {
  var sum: Int64 = 0
  for _ in 0..<callCount { sum &+= measured.take(text) }
  return sum
}

/// How often a call asks for memory.
func allocations(_ body: () -> Int64) -> Double {
  _ = body()
  let before = calls_allocations()
  _ = body()
  return Double(calls_allocations() - before) / Double(callCount)
}

func hundredths(_ number: Double) -> String {
  let whole = Int((number * 100).rounded())
  return "\(whole / 100).\(whole % 100 < 10 ? "0" : "")\(whole % 100)"
}

/// A protocol's implementation and a C function of a library that is no plugin.
struct Library {
  let neighbour: any Measured
  let add: calls_function

  init(_ path: String) {
    guard let handle = dlopen(path, RTLD_NOW | RTLD_LOCAL),
      let make = dlsym(handle, "neighbour_make"), let add = dlsym(handle, "neighbour_add")
    else { fatalError("calls: \(path): \(String(cString: dlerror()))") }
    let place = UnsafeMutablePointer<any Measured>.allocate(capacity: 1)
    unsafeBitCast(make, to: (@convention(c) (UnsafeMutableRawPointer) -> Void).self)(place)
    neighbour = place.move()
    place.deallocate()
    self.add = unsafeBitCast(add, to: calls_function.self)
  }
}

func measure() throws {
  let library = Library(CommandLine.arguments[1])
  let host = try PluginHost(name: "calls")
  for path in CommandLine.arguments.dropFirst(2) { try host.load(path) }
  try MeasuredProxy.withFound(host.account) { native in
    try MeasuredProxy.withFound(host.account, native: false) { tables in
      guard native.fitting.count == 2, native.fitting[0].way == .native else {
        print("calls: load libmeasured.so and libmeasured-c.so: \(native)")
        return
      }
      /// The table of the Swift plugin (0) or the C plugin (1).
      func table(_ index: UInt32) -> UnsafePointer<bench_measured> {
        var reference = plr_reference()
        _ = plr_registry_acquire(host.account, BENCH_MEASURED_ID, 1, index, &reference)
        defer { _ = plr_registry_release(host.account, &reference) }
        return reference.table.assumingMemoryBound(to: bench_measured.self)
      }
      let own = makeNeighbour()
      let other = library.neighbour
      let plugin = native.fitting[0].interface
      let throughTable = tables.fitting[0].interface
      let inC = tables.fitting[1].interface
      let proxy = inC as! MeasuredProxy
      let swiftProxy = throughTable as! MeasuredProxy
      let plain = calls_plain()!
      compare([
        Way(name: pointer) { calls_by_pointer(plain, nil, Int64(callCount)) },
        Way(name: farPointer) { calls_by_pointer(library.add, nil, Int64(callCount)) },
        Way(name: "the same of the program, from where nothing else is called") {
          calls_alone_near(plain, nil, Int64(callCount))
        },
        Way(name: "the same of a library, from where nothing else is called") {
          calls_alone_far(library.add, nil, Int64(callCount))
        },
        Way(name: "C table of a C plugin, from C") { addFromC(table(1)) },
        Way(name: "C table of a Swift plugin, from C") { addFromC(table(0)) },
        Way(name: "C table of a C plugin, from Swift") { addThroughProxy(proxy) },
        Way(name: "C table of a Swift plugin, from Swift") { addThroughProxy(swiftProxy) },
        Way(name: nearProtocol) { add(own) },
        Way(name: farProtocol) { add(other) },
        Way(name: existential) { add(plugin) },
        Way(name: "C table of a C plugin, as an existential") { add(inC) },
        Way(name: "C table of a Swift plugin, as an existential") { add(throughTable) },
        Way(name: "64-byte borrowed text, protocol of a library") { look(other) },
        Way(name: "64-byte borrowed text, native") { look(plugin) },
        Way(name: "64-byte borrowed text, C table, Swift to Swift") { look(throughTable) },
        Way(name: "64-byte borrowed text, C table, Swift to C") { look(inC) },
        Way(name: "64-byte String, native") { take(plugin) },
        Way(name: "64-byte String, C table, Swift to C") { take(inC) },
        Way(name: "64-byte String, C table, Swift to Swift, which copies it") { take(throughTable) },
      ])
    }
  }
}

let pointer = "C function pointer, of the program, from C"
let farPointer = "C function pointer, of a library, from C"
let nearProtocol = "protocol, another module of the program"
let farProtocol = "protocol, a library that is no plugin"
let existential = "native existential of a plugin"

func compare(_ given: [Way]) {
  var ways = given
  for round in 0...roundCount {
    // Every second round backwards: what one way leaves behind, another one finds as often.
    for index in round % 2 == 0 ? Array(ways.indices) : ways.indices.reversed() {
      let begin = calls_now()
      let sum = ways[index].run()
      let nanoseconds = Double(calls_now() - begin) / Double(callCount)
      precondition(sum != 1)
      // The first round warms.
      if round > 0 { ways[index].samples.append(nanoseconds) }
    }
  }
  print("median of \(roundCount) rounds of \(callCount) calls, ns a call; allocations a call")
  for way in ways {
    print("  \(hundredths(way.median))  \(hundredths(allocations(way.run)))  \(way.name)")
  }
  func way(_ name: String) -> Way { ways.first { $0.name == name }! }
  for peer in [nearProtocol, farProtocol] {
    // By round, as both had the same machine then.
    let ratios = zip(way(existential).samples, way(peer).samples).map { $0 / $1 }
    tell("native / \(peer)", Calls.median(ratios), "", goal: 1.1)
  }
  let tables = ways.filter { $0.name.hasPrefix("C table") && !$0.name.hasSuffix("existential") }
  let slowest = tables.map(\.median).max()!
  for peer in [pointer, farPointer] {
    tell("C table with integers - \(peer)", slowest - way(peer).median, " ns", goal: 2)
  }
  let texts = ways.filter { $0.name.hasPrefix("64-byte") && !$0.name.hasSuffix("copies it") }
  tell("64-byte text, but where a String is made of it", texts.map { allocations($0.run) }.max()!, " allocations a call", goal: 0)
}

func tell(_ what: String, _ value: Double, _ unit: String, goal: Double) {
  print("\(what): \(hundredths(value))\(unit) (goal \(hundredths(goal))): \(value <= goal ? "met" : "MISSED")")
}

try measure()
