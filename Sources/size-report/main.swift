internal import SizeAnalysis
internal import Platform
let args = Array(Swift.CommandLine.arguments.dropFirst())
let t0 = monotonicNanoseconds()
let m = try SwiftMetadata(path: args[0])
let t1 = monotonicNanoseconds()
for s in m.shares { print(s.section, s.module, s.bytes) }
print(Double(t1 - t0) / 1e6)
