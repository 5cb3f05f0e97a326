extension InterfaceSource {
  /// A file for each interface and value in another language than C: its name, and its text.
  ///
  /// - Throws: as ``headers()``.
  public func rustModules() throws(InterfaceSourceError) -> [(name: String, text: String)] {
    var modules = values.map { ($0.nameInC + ".rs", $0.rust(values)) }
    for interface in interfaces {
      modules.append(
        (interface.nameInC + ".rs", interface.rust(values, layout: try layout(of: interface))))
    }
    return modules
  }

  /// A header of C++ for each value; interfaces need none but that of C.
  ///
  /// - Throws: as ``headers()``.
  public func cxxHeaders() throws(InterfaceSourceError) -> [(name: String, text: String)] {
    for interface in interfaces { _ = try layout(of: interface) }
    return values.map { ($0.nameInC + ".hpp", $0.cxx(values)) }
  }
}
