/// What glibc's loader takes for granted on a machine.
struct LoaderMachine {
  /// The name of Debian's directories for it; nil where the project knows none.
  var multiarch: String?
  /// Where libraries lie in distributions without ``multiarch``.
  var libraryDirectory: String
  /// The flags of its entries in the loader's cache.
  var cacheFlags: UInt32
  var interpreter: String?
  /// What the kernel calls it (`AT_PLATFORM`).
  var platform: String?

  /// Source: the ABI supplement of each machine and `sysdeps/*/shlib-versions` in glibc.
  init(_ header: ELFFile.Header) {
    switch (header.machine, header.is64Bit, header.isLittleEndian) {
    case (62, true, _):
      self.init(
        "x86_64-linux-gnu", "lib64", 0x0303, "/lib64/ld-linux-x86-64.so.2", "x86_64")
    case (62, false, _):
      self.init("x86_64-linux-gnux32", "libx32", 0x0803, "/libx32/ld-linux-x32.so.2", "x86_64")
    case (3, _, _): self.init("i386-linux-gnu", "lib", 0x0003, "/lib/ld-linux.so.2", "i686")
    case (183, true, _):
      self.init(
        "aarch64-linux-gnu", "lib64", 0x0a03, "/lib/ld-linux-aarch64.so.1", "aarch64")
    case (40, _, _):
      self.init("arm-linux-gnueabihf", "lib", 0x0903, "/lib/ld-linux-armhf.so.3", "v7l")
    case (21, _, true):
      self.init("powerpc64le-linux-gnu", "lib64", 0x0503, "/lib64/ld64.so.2", nil)
    case (21, _, false):
      self.init("powerpc64-linux-gnu", "lib64", 0x0503, "/lib64/ld64.so.1", nil)
    case (20, _, _): self.init("powerpc-linux-gnu", "lib", 0x0003, "/lib/ld.so.1", nil)
    case (22, true, _): self.init("s390x-linux-gnu", "lib64", 0x0403, "/lib/ld64.so.1", nil)
    case (243, true, _):
      self.init(
        "riscv64-linux-gnu", "lib64/lp64d", 0x1003, "/lib/ld-linux-riscv64-lp64d.so.1", nil)
    case (258, true, _):
      self.init(
        "loongarch64-linux-gnu", "lib64", 0x1203, "/lib64/ld-linux-loongarch-lp64d.so.1", nil)
    default: self.init(nil, header.is64Bit ? "lib64" : "lib", 0x0003, nil, nil)
    }
  }

  private init(
    _ multiarch: String?, _ libraryDirectory: String, _ cacheFlags: UInt32,
    _ interpreter: String?, _ platform: String?
  ) {
    self.multiarch = multiarch
    self.libraryDirectory = libraryDirectory
    self.cacheFlags = cacheFlags
    self.interpreter = interpreter
    self.platform = platform
  }
}
