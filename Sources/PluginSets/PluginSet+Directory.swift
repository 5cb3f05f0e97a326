internal import Platform

extension PluginSet {
  /// A set that lies in `directory`, whoever put it there; nil where no measured process of ours does.
  ///
  /// The variant is that of the folder's name, such as `static-tiny-50-…`; without one it is `shared`,
  /// which all sets with a host and plugin files are run like.
  public init?(directory: String) throws(PluginSetError) {
    let names: [String]
    let plugins: Int
    do throws(SystemError) {
      names = try Files.list(directory)
      plugins =
        names.contains("plugins")
        ? try Files.list(Path.join(directory, "plugins")).count { $0.hasSuffix(".so") } : 0
    } catch {
      throw .system(error)
    }
    let folder = Path.name(of: directory)
    let named = Variant.allCases.filter { folder.hasPrefix($0.rawValue + "-") }
      .max { $0.rawValue.utf8.count < $1.rawValue.utf8.count }
    if names.contains("bench-probe-floor"), plugins > 0 {
      self.init(variant: .floor, pluginCount: plugins, directory: directory)
    } else if names.contains("bench-probe"), plugins > 0 {
      self.init(
        variant: named == .builtin || named == .floor ? .shared : named ?? .shared,
        pluginCount: plugins, directory: directory)
    } else {
      return nil
    }
  }
}
