internal import Platform

extension Recipe {
  /// The library that takes the place of `malloc(3)`; how it is compiled is said by the script beside its
  /// sources.
  func heapTracker() throws(PluginSetError) -> BuildStep {
    let folder = Path.join(products.root, "Sources/Runtime/CHeapTracker")
    guard let names = try? Files.list(folder) else { throw .notBuilt(path: folder) }
    let sources =
      names.filter { $0 != "include" }.map { Path.join(folder, $0) }
      + [
        Path.join(folder, "include/plr_heap.h"),
        Path.join(products.root, "Sources/Runtime/CPluginABI/include/plugin_abi.h"),
      ]
    return step(
      "the heap's tracker", file: "libPluginHeap.so", inputs: [try products.key(ofFiles: sources)],
      commands: [
        [
          "/usr/bin/env", "CC=" + toolchain.cc, "/bin/sh", Path.join(folder, "build"), "OUTPUT",
        ]
      ], size: 100_000)
  }
}
