internal import InterfaceSyntax

extension Project {
  func filesInC() -> [ProjectFile] {
    [
      ProjectFile("Makefile", makefileInC),
      ProjectFile("plugin.exports", "{ global: plugin_entry; local: *; };\n"),
      ProjectFile("src/\(name.snake).c", pluginInC),
      ProjectFile("test/\(name.snake)_test.c", testInC),
    ] + headers
  }

  /// The headers of the interface and its values.
  var headers: [ProjectFile] {
    (language == .cxx ? interface.headers + interface.cxxHeaders : interface.headers)
      .map { ProjectFile("include/\($0.name)", $0.text) }
  }

  private var makefileInC: String {
    """
    \(makefileHead)

    CFLAGS ?= -O2 -Wall -Wextra
    CPPFLAGS += -Iinclude -I$(PLUGIN_RUNTIME)/Sources/Runtime/CPluginABI/include
    PLUGIN_FLAGS = -std=c11 -fPIC -fvisibility=hidden -shared \(linkFlags)

    build/\(name.plugin).so: src/\(name.snake).c plugin.exports
    \t@mkdir -p build
    \t$(CC) $(CPPFLAGS) $(CFLAGS) $(PLUGIN_FLAGS) $(LDFLAGS) $< -o $@

    build/\(name.plugin)-test.so: test/\(name.snake)_test.c plugin.exports
    \t@mkdir -p build
    \t$(CC) $(CPPFLAGS) $(CFLAGS) $(PLUGIN_FLAGS) $(LDFLAGS) $< -o $@

    # The test is a plugin, too: it looks the other one up and calls it when a host initialises it.
    test: build/\(name.plugin).so build/\(name.plugin)-test.so
    \t$(HOST) load $^
    \t@echo "\(name.plugin): test passed"

    clean:
    \trm -rf build

    .PHONY: test clean

    """
  }

  private var prefix: String { declaration.constantPrefix }

  private var pluginInC: String {
    """
    /* \(name.plugin) - a plugin that implements \(declaration.id). */
    #include <string.h>

    #include "\(declaration.nameInC).h"
    #include "plr_allocator.h"
    #include "plr_registry.h"

    PLR_MANIFEST("\(name.plugin)", "0.1.0", PLR_UNLOAD_UNLOADABLE, 0);
    PLR_OFFERS(\(prefix)_ID, \(prefix)_REVISION);

    static const plr_host *own;
    static const plr_allocator *allocator;
    static const plr_registry *registry;

    \(giverInC)\(declaration.functions.map(functionInC).joined(separator: "\n"))
    static const \(declaration.nameInC) table = {
        \(prefix)_HEAD(NULL),
        \(declaration.functions.map { "\($0.nameInC)_" }.joined(separator: ",\n    ")),
    };

    static plr_status init(const plr_host *host, plr_error *error) {
      allocator = host->query_interface(host, PLR_ALLOCATOR_ID, PLR_ALLOCATOR_REVISION);
      registry = host->query_interface(host, PLR_REGISTRY_ID, PLR_REGISTRY_REVISION);
      if (allocator == NULL || registry == NULL)
        return plugin_fail(error, PLR_ERROR_NOT_FOUND, "services", "use a host that has them");
      own = host;
      return registry->add(host, \(prefix)_ID, \(prefix)_REVISION, 0, &table, error);
    }

    static void deinit(const plr_host *host) {
      registry->remove(host, \(prefix)_ID, \(prefix)_REVISION, &table);
    }

    static const void *query_interface(const plr_host *host, const char *id, uint32_t revision) {
      (void)host;
      return strcmp(id, \(prefix)_ID) == 0 && revision == \(prefix)_REVISION ? &table : NULL;
    }

    static const plr_plugin plugin = {
        sizeof(plr_plugin), PLR_ABI_MAJOR, PLR_ABI_MINOR, init, deinit, query_interface};

    const plr_plugin *plugin_entry(const plr_host *host, plr_error *error) {
      (void)host;
      (void)error;
      return &plugin;
    }

    """
  }

  /// Where something is given away: its copy.
  private var giverInC: String {
    let gives = declaration.functions.contains {
      $0.result == .text || $0.result == .bytes
    }
    guard gives else { return "" }
    return """
      /* A copy that the caller frees; NULL where there is nothing to copy, or no memory. */
      static void *copy(const void *bytes, size_t length) {
        void *block = length == 0 ? NULL : allocator->allocate(own, length, 1);
        if (block != NULL) memcpy(block, bytes, length);
        return block;
      }


      """
  }

  private func functionInC(_ function: InterfaceDeclaration.Function) -> String {
    let sample = SampleCall(function)
    var lines = function.parameters.indices.filter { $0 != sample.echoed }
      .map { "(void)\(function.parameters[$0].nameInC);" }
    let echoed = sample.echoed.map { function.parameters[$0].nameInC }
    lines.append("(void)context;")
    if !function.canThrow {
      switch function.result {
      case .nothing: break
      case .scalar: lines.append("return \(echoed ?? "0");")
      default: lines.append("return (\(declaration.resultInC(function, interface.values))){0};")
      }
    } else {
      switch function.result {
      case .nothing: lines += ["(void)error;", "return PLR_OK;"]
      case .scalar:
        lines += [
          "(void)error;", "if (result != NULL) *result = \(echoed ?? "0");", "return PLR_OK;",
        ]
      case .text, .bytes:
        lines += [
          "if (result == NULL) return PLR_OK;",
          "result->length = \(echoed.map { "\($0).length" } ?? "0");",
          "result->bytes = copy(\(echoed.map { "\($0).bytes" } ?? "NULL"), result->length);",
          "if (result->bytes == NULL && result->length > 0)",
          "  return plugin_fail(error, PLR_ERROR_OUT_OF_MEMORY, \"result\", \"there is no memory\");",
          "return PLR_OK;",
        ]
      default:
        lines += [
          "(void)result;",
          "return plugin_fail(error, PLR_ERROR_PLUGIN, \"\(function.name)\", \"it is not written yet\");",
        ]
      }
    }
    return """
      static \(declaration.signatureInC(function, name: "\(function.nameInC)_", interface.values)) {
        \(lines.joined(separator: "\n  "))
      }

      """
  }
}
