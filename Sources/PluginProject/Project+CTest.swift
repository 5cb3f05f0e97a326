internal import InterfaceSyntax

/// The test of a plugin in C: a plugin that looks the other one up.
extension Project {
  var testInC: String {
    let prefix = declaration.constantPrefix
    return """
      /* A plugin that calls \(name.plugin) when a host initialises it, and fails where something is not as
       * expected: then the host refuses it, and tells why. */
      #include <stdio.h>
      #include <string.h>

      #include "\(declaration.nameInC).h"
      #include "plr_allocator.h"
      #include "plr_registry.h"

      PLR_MANIFEST("\(name.plugin)-test", "0.1.0", PLR_UNLOAD_UNLOADABLE, 0);
      PLR_REQUIRES(\(prefix)_ID, \(prefix)_REVISION);

      static const plr_allocator *allocator;

      #define EXPECT(condition, message) \\
        if (!(condition)) return plugin_fail(error, PLR_ERROR_PLUGIN, __func__, message)

      static inline int same(const void *left, size_t length, const char *right) {
        return length == strlen(right) && (length == 0 || memcmp(left, right, length) == 0);
      }

      /* What is said of a result that is not as expected. */
      static char words[PLR_MESSAGE_CAPACITY];

      static inline const char *not_text(const void *bytes, size_t length, const char *right) {
        snprintf(words, sizeof words, "it returned '%.*s', not '%s'", (int)length,
                 length == 0 ? "" : (const char *)bytes, right);
        return words;
      }

      static inline const char *not_number(double found, double right) {
        snprintf(words, sizeof words, "it returned %g, not %g", found, right);
        return words;
      }

      static inline plr_text text(const char *words) {
        plr_text made = {words, strlen(words)};
        return made;
      }

      static inline plr_bytes bytes(const char *words) {
        plr_bytes made = {(const uint8_t *)words, strlen(words)};
        return made;
      }

      \(declaration.functions.map(checkInC).joined(separator: "\n"))
      static plr_status check(const plr_host *host, const \(declaration.nameInC) *plugin, plr_error *error) {
        plr_status status = PLR_OK;
      \(declaration.functions.map {
        "  if (status == PLR_OK) status = check_\($0.nameInC)(host, plugin, error);"
      }.joined(separator: "\n"))
        return status;
      }

      static plr_status init(const plr_host *host, plr_error *error) {
        const plr_registry *registry =
            host->query_interface(host, PLR_REGISTRY_ID, PLR_REGISTRY_REVISION);
        plr_reference reference = {NULL, 0};
        plr_status status;
        allocator = host->query_interface(host, PLR_ALLOCATOR_ID, PLR_ALLOCATOR_REVISION);
        EXPECT(registry != NULL && allocator != NULL, "the host has no services");
        status = registry->acquire(host, \(prefix)_ID, \(prefix)_REVISION, 0, &reference);
        EXPECT(status == PLR_OK, "nobody implements \(declaration.id)");
        status = check(host, reference.table, error);
        registry->release(host, &reference);
        return status;
      }

      static void deinit(const plr_host *host) { (void)host; }

      static const void *query_interface(const plr_host *host, const char *id, uint32_t revision) {
        (void)host;
        (void)id;
        (void)revision;
        return NULL;
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

  private func checkInC(_ function: InterfaceDeclaration.Function) -> String {
    let sample = SampleCall(function)
    var lines: [String] = []
    if !sample.isCallable {
      lines = ["/* Call it here, with values of your own. */", "(void)plugin;", "(void)error;"]
    } else {
      var arguments = ["plugin->context"] + function.parameters.enumerated().map(argumentInC)
      let call: String
      if function.canThrow {
        if function.result != .nothing {
          lines.append("\(declaration.resultInC(function, interface.values)) result = {0};")
          arguments.append("&result")
        }
        arguments.append("error")
        call = "plugin->\(function.nameInC)(\(arguments.joined(separator: ", ")))"
        lines += ["plr_status status = \(call);", "if (status != PLR_OK) return status;"]
      } else {
        call = "plugin->\(function.nameInC)(\(arguments.joined(separator: ", ")))"
        if function.result == .nothing {
          lines += ["(void)error;", "\(call);"]
        } else {
          lines.append("\(declaration.resultInC(function, interface.values)) result = \(call);")
        }
      }
      switch function.result {
      case .scalar:
        let expected = sample.echoed.map { argumentInC(($0, function.parameters[$0])) } ?? "0"
        lines.append(
          "EXPECT(result == \(expected), not_number((double)result, (double)\(expected)));")
      case .text, .bytes:
        let expected = "\"\(sample.echoed.map(SampleCall.text) ?? "")\""
        lines += [
          "int is_right = same(result.bytes, result.length, \(expected));",
          "if (!is_right) not_text(result.bytes, result.length, \(expected));",
          "allocator->deallocate(host, result.bytes);", "EXPECT(is_right, words);",
        ]
      default: break
      }
    }
    if !lines.contains(where: { $0.contains("host,") }) { lines.insert("(void)host;", at: 0) }
    // Declarations first would be C90; C11 takes them as they come.
    return """
      static plr_status check_\(function.nameInC)(const plr_host *host, const \(declaration.nameInC) *plugin,
                                   plr_error *error) {
        \(lines.joined(separator: "\n  "))
        return PLR_OK;
      }

      """
  }

  private func argumentInC(_ parameter: (offset: Int, element: InterfaceDeclaration.Parameter))
    -> String
  {
    switch parameter.element.type {
    case .text, .borrowed(.text): "text(\"\(SampleCall.text(parameter.offset))\")"
    case .bytes, .borrowed(.bytes): "bytes(\"\(SampleCall.text(parameter.offset))\")"
    case .scalar("Bool", _): "true"
    default: "\(SampleCall.number(parameter.offset))"
    }
  }
}
