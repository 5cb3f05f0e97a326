extension ValueDeclaration {
  /// The value in C++17, and how it crosses: what stands beside its C header.
  func cxx(_ values: [ValueDeclaration]) -> String {
    let names = ValueNames(values)
    let includes = valueNames.map { "#include \"\(names[$0]).hpp\"\n" }.joined()
    let body: String
    switch kind {
    case .enumeration(_, let c, let cases): body = enumeration(c, cases)
    case .structure(let fields): body = structure(fields, names)
    }
    return """
      /* \(nameInC).hpp - the value \(id) in C++17.
       *
       * Written from the Swift type '\(name)' by `plugin-interface header --language cxx`; not to be edited by hand.
       */
      #ifndef \(nameInC.uppercased())_HPP
      #define \(nameInC.uppercased())_HPP

      #include "\(nameInC).h"
      #include "plugin_crossing.hpp"
      \(includes)
      \(body)
      #endif

      """
  }

  private func enumeration(_ c: String, _ cases: [Case]) -> String {
    let declared = cases.map {
      commentInC($0.comment, indent: "  ")
        + "  \(snakeCase($0.name)) = \(nameInC.uppercased())_\($0.nameInC),\n"
    }.joined()
    let known = cases.map { "    case \(name)::\(snakeCase($0.name)):\n" }.joined()
    return """
      \(commentInC(comment, indent: ""))enum class \(name) : \(c) {
      \(declared)};

      inline bool plr_is_value(\(name) value) noexcept {
        switch (value) {
      \(known)      return true;
        }
        return false;
      }

      """
  }

  private func structure(_ fields: [Field], _ names: ValueNames) -> String {
    func each(_ line: (Field) -> String) -> String {
      fields.map { line($0) + "\n" }.joined()
    }
    return """
      \(commentInC(comment, indent: ""))struct \(name) {
      \(each { commentInC($0.comment, indent: "  ") + "  \($0.type.inCxx) \($0.nameInC){};" })};

      namespace plr {

      template <>
      struct Crossing<\(name)> {
        static \(name) read(const \(nameInC) &c) {
          \(name) value;
      \(each { "    value.\($0.nameInC) = Crossing<\($0.type.inCxx)>::read(c.\($0.nameInC));" })\
          return value;
        }
        static void lend(Lending &lending, const \(name) &value, \(nameInC) &c) {
          (void)lending;
      \(each { "    Crossing<\($0.type.inCxx)>::lend(lending, value.\($0.nameInC), c.\($0.nameInC));" })\
        }
        static void give(const Services &services, const \(name) &value, \(nameInC) &c) {
          (void)services;
      \(each { "    Crossing<\($0.type.inCxx)>::give(services, value.\($0.nameInC), c.\($0.nameInC));" })\
        }
        static void release(const Services &services, const \(nameInC) &c) noexcept {
          (void)services;
      \(each { "    Crossing<\($0.type.inCxx)>::release(services, c.\($0.nameInC));" })\
        }
      };

      }  // namespace plr

      """
  }
}

extension CrossingType {
  /// The type in C++ that owns what it holds; not for closures.
  package var inCxx: String {
    switch self {
    case .scalar(_, let c): c == "bool" || c == "float" || c == "double" ? c : "std::\(c)"
    case .text, .borrowed(.text): "std::string"
    case .bytes, .borrowed(.bytes): "std::vector<std::uint8_t>"
    case .borrowed(.numbers(_, let c)): "std::vector<std::\(c)>"
    case .value(let name): lastName(name)
    case .array(let element): "std::vector<\(element.inCxx)>"
    case .optional(let wrapped): "std::optional<\(wrapped.inCxx)>"
    case .closure: "void"
    case .nothing: "void"
    }
  }
}
