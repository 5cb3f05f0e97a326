internal import InterfaceSyntax

extension Project {
  func filesInCxx() -> [ProjectFile] {
    [
      ProjectFile("Makefile", makefileInCxx),
      ProjectFile("plugin.exports", "{ global: plugin_entry; local: *; };\n"),
      ProjectFile("src/\(name.snake).cpp", pluginInCxx),
      ProjectFile("test/\(name.snake)_test.cpp", testInCxx),
    ] + headers
  }

  private var makefileInCxx: String {
    """
    \(makefileHead)

    CXXFLAGS ?= -O2 -Wall -Wextra
    CPPFLAGS += -Iinclude -I$(PLUGIN_RUNTIME)/Sources/Runtime/CPluginABI/include
    PLUGIN_FLAGS = -std=c++17 -fPIC -fvisibility=hidden -shared \(linkFlags)

    build/\(name.plugin).so: src/\(name.snake).cpp plugin.exports
    \t@mkdir -p build
    \t$(CXX) $(CPPFLAGS) $(CXXFLAGS) $(PLUGIN_FLAGS) $(LDFLAGS) $< -o $@

    build/\(name.plugin)-test.so: test/\(name.snake)_test.cpp plugin.exports
    \t@mkdir -p build
    \t$(CXX) $(CPPFLAGS) $(CXXFLAGS) $(PLUGIN_FLAGS) $(LDFLAGS) $< -o $@

    # The test is a plugin, too: it looks the other one up and calls it when a host initialises it.
    test: build/\(name.plugin).so build/\(name.plugin)-test.so
    \t$(HOST) load $^
    \t@echo "\(name.plugin): test passed"

    clean:
    \trm -rf build

    .PHONY: test clean

    """
  }

  private var pluginInCxx: String {
    let table = declaration.nameInC
    let slots = declaration.functions.map {
      "plr::Slot<&\(table)::\($0.nameInC), &\(name.camel)::\($0.nameInC)>"
    }
    return """
      /* \(name.plugin) - a plugin that implements \(declaration.id). */
      #include "\(table).h"
      #include "plugin_runtime.hpp"
      \(interface.cxxHeaders.map { "#include \"\($0.name)\"\n" }.joined())
      PLR_MANIFEST("\(name.plugin)", "0.1.0", PLR_UNLOAD_UNLOADABLE, 0);
      PLR_OFFERS(\(declaration.constantPrefix)_ID, \(declaration.constantPrefix)_REVISION);

      namespace {

      /* What throws becomes an error of the caller's: plr::Error with its code, anything else with its words. */
      class \(name.camel) {
       public:
      \(declaration.functions.map(methodInCxx).joined(separator: "\n"))
      };

      using Implementation = plr::Export<\(table), \(name.camel),
                                         \(slots.joined(separator: ",\n                                   "))>;

      }  // namespace

      PLR_PLUGIN(module) { module.implement<Implementation>(PLR_INTERFACE(\(declaration.constantPrefix))); }

      """
  }

  private func methodInCxx(_ function: InterfaceDeclaration.Function) -> String {
    let sample = SampleCall(function)
    let parameters = function.parameters.enumerated().map { index, parameter in
      let type = typeInCxx(parameter.type, index, of: function)
      return sample.echoed == index
        ? "\(type) \(parameter.nameInC)" : "\(type) /*\(parameter.nameInC)*/"
    }
    let echoed = sample.echoed.map { function.parameters[$0].nameInC }
    let result: String
    let body: String
    switch function.result {
    case .nothing: (result, body) = ("void", "")
    case .text:
      (result, body) = ("std::string", "return std::string(\(echoed ?? ""));")
    case .bytes:
      (result, body) = (
        "std::vector<std::uint8_t>", "return std::vector<std::uint8_t>(\(echoed ?? ""));"
      )
    case .scalar:
      (result, body) = (
        declaration.resultInC(function, interface.values), "return \(echoed ?? "0");"
      )
    default:
      (result, body) = (
        function.result.inCxx,
        function.canThrow
          ? "throw plr::Error(PLR_ERROR_PLUGIN, \"\(function.name)\", \"it is not written yet\");"
          : "return {};"
      )
    }
    return """
        \(result) \(function.nameInC)(\(parameters.joined(separator: ", ")))\(function.canThrow ? "" : " noexcept") {
      \(body.isEmpty ? "" : "    \(body)\n")  }

      """
  }

  private func typeInCxx(
    _ type: CrossingType, _ index: Int, of function: InterfaceDeclaration.Function
  ) -> String {
    switch type {
    case .text, .borrowed(.text): "std::string_view"
    case .bytes, .borrowed(.bytes): "plr::Bytes"
    case .value, .array, .optional: "const \(type.inCxx) &"
    default: declaration.parameterInC(function, index, interface.values).type
    }
  }

  private var testInCxx: String {
    let prefix = declaration.constantPrefix
    let checks = declaration.functions.compactMap(checkInCxx)
    return """
      /* A plugin that calls \(name.plugin) when a host initialises it, and fails where something is not as
       * expected: then the host refuses it, and tells why. */
      #include "\(declaration.nameInC).h"
      #include "plugin_runtime.hpp"

      PLR_MANIFEST("\(name.plugin)-test", "0.1.0", PLR_UNLOAD_UNLOADABLE, 0);
      PLR_REQUIRES(\(prefix)_ID, \(prefix)_REVISION);

      using Table = \(declaration.nameInC);

      [[maybe_unused]] static void expect(bool isSo, const char *what) {
        if (!isSo) throw plr::Error(PLR_ERROR_PLUGIN, "test", what);
      }

      PLR_PLUGIN(module) {
        plr::Reference<Table> plugin(module.services, PLR_INTERFACE(\(prefix)));
        expect(bool(plugin), "nobody implements \(declaration.id)");
      \(checks.map { "  " + $0 }.joined(separator: "\n"))
      }

      """
  }

  private func checkInCxx(_ function: InterfaceDeclaration.Function) -> String? {
    let sample = SampleCall(function)
    guard sample.isCallable else {
      return "// \(function.name): call it here, with values of your own."
    }
    func argument(_ index: Int) -> String {
      let text = "\"\(SampleCall.text(index))\""
      switch function.parameters[index].type {
      case .text, .borrowed(.text): return "std::string_view(\(text))"
      case .bytes, .borrowed(.bytes):
        return "std::vector<std::uint8_t>{\(SampleCall.number(index))}"
      case .scalar("Bool", _): return "true"
      default: return "\(SampleCall.number(index))"
      }
    }
    let arguments = function.parameters.indices.map(argument)
    let call = "plugin.call<&Table::\(function.nameInC)>(\(arguments.joined(separator: ", ")))"
    func check(_ found: String, _ right: String) -> String {
      "expect(\(found), \"\(function.name): the result is not \(right)\");"
    }
    switch function.result {
    case .nothing: return call + ";"
    case .text, .bytes:
      return sample.echoed.map {
        check("\(call) == \(argument($0))", argument($0).replacing("\"", with: "'"))
      }
        ?? check("\(call).empty()", "empty")
    default:
      let right = sample.echoed.map(argument) ?? "0"
      return check("\(call) == \(right)", right)
    }
  }
}
