/* word-count - counts words for the status line, and how often the text has changed: that number goes on when
 * the plugin is replaced while the editor runs. */
#include <cstdlib>

#include "example_editor_change.h"
#include "example_editor_open.h"
#include "plugin_runtime.hpp"

PLR_MANIFEST("word-count", "1.0.0", PLR_UNLOAD_UNLOADABLE, 0);
PLR_OFFERS(EXAMPLE_EDITOR_CHANGE_ID, EXAMPLE_EDITOR_CHANGE_REVISION);
PLR_OFFERS(EXAMPLE_EDITOR_OPEN_ID, EXAMPLE_EDITOR_OPEN_REVISION);

namespace {

/* What the count is called; a test of reloading calls it otherwise. */
#ifndef WORDS
#define WORDS "words"
#endif

std::size_t words(std::string_view text) {
  std::size_t count = 0;
  bool isInside = false;
  for (char byte : text) {
    bool isBlank = byte == ' ' || byte == '\n' || byte == '\t';
    count += !isBlank && !isInside;
    isInside = !isBlank;
  }
  return count;
}

class Counter {
 public:
  std::string status(std::string_view text) {
    changes += 1;
    return std::to_string(words(text)) + " " WORDS ", change " + std::to_string(changes);
  }

  unsigned long changes = 0;
};

class Greeting {
 public:
  std::string opened(std::string_view path, std::string_view text) {
    return std::string(path) + " has " + std::to_string(words(text)) + " " WORDS;
  }
};

using Change = plr::Export<example_editor_change, Counter,
                           plr::Slot<&example_editor_change::status, &Counter::status>>;
using Open = plr::Export<example_editor_open, Greeting,
                         plr::Slot<&example_editor_open::opened, &Greeting::opened>>;

}  // namespace

PLR_PLUGIN(module) {
  Counter &counter = module.implement<Change>(PLR_INTERFACE(EXAMPLE_EDITOR_CHANGE));
  module.implement<Open>(PLR_INTERFACE(EXAMPLE_EDITOR_OPEN));
  module.keep(
      1, 1, [&counter] { return std::to_string(counter.changes); },
      [&counter](std::uint32_t, std::string_view state) {
        counter.changes = std::strtoul(std::string(state).c_str(), nullptr, 10);
      });
}
