/// Which libraries a bundle leaves to the system that it runs on.
public enum SystemLibraries {
  /// Those of the C library fit the loader that comes with them, and no other.
  private static let ofC = [
    "ld-linux", "ld.so", "ld64.so", "libBrokenLocale.so", "libanl.so", "libc.so", "libdl.so",
    "libm.so", "libmvec.so", "libnss_", "libpthread.so", "libresolv.so", "librt.so",
    "libthread_db.so", "libutil.so",
  ]
  /// Those of the compiler belong to every system with a C library and a package manager; an older
  /// copy would stand before what the system's own libraries need.
  private static let ofTheCompiler = ["libgcc_s.so", "libstdc++.so"]

  /// Whether the library is one of the system's.
  ///
  /// - Parameter shipped: names that are to be shipped all the same; those of the C library never are.
  public static func contain(_ name: String, shipped: Set<String> = []) -> Bool {
    if ofC.contains(where: name.hasPrefix) { return true }
    return ofTheCompiler.contains(where: name.hasPrefix) && !shipped.contains(name)
  }
}
