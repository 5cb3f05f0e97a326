internal import SizeAnalysis
internal import Platform
let args = Array(Swift.CommandLine.arguments.dropFirst())
let deep = args.first != "-s"
let t0 = monotonicNanoseconds()
var paths: [String] = []
for a in args where a != "-s" { paths += try ELFPaths.find(a) }
let set = FileSet.read([paths], depth: deep ? .symbols : .sections)[0]
let t1 = monotonicNanoseconds()
var bad = 0
for f in set.files {
  if f.accountedFileSize != f.fileSize { bad += 1 }
  if let s = f.symbols {
    let sum = s.symbols.reduce(0) { $0 + $1.fileSize } + s.remainders.reduce(0, +)
    if sum != f.fileSize { bad += 1; print("SUM", f.path, sum, f.fileSize) }
  }
}
print(
  set.files.count, "files", set.failures.count, "failures", bad, "bad", Double(t1 - t0) / 1e6, "ms")
for f in set.failures { print(f) }
if set.files.count == 1, let s = set.files[0].symbols {
  var byOwner: [Owner: UInt64] = [:]
  var byModule: [String: UInt64] = [:]
  for x in s.symbols {
    byOwner[x.owner, default: 0] += x.fileSize;
    byModule[set.names.module(x.name), default: 0] += x.fileSize
  }
  print(byOwner, Array(byModule.sorted { $0.value > $1.value }.prefix(12)))
  for (p, r) in zip(set.files[0].parts, s.remainders) where r > 0 { print(p.name, p.fileSize, r) }
  for x in s.symbols.sorted(by: { $0.fileSize > $1.fileSize }).prefix(30) {
    print(
      x.fileSize, x.body, x.owner, set.names.type(x.name),
      String(set.names.demangled(x.name).prefix(150)))
  }
}
