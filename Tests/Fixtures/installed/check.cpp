/* Calls all greeters as a plugin does, and fails to load where one is not as it should be. */
#include "example_greeter.h"
#include "plugin_runtime.hpp"

PLR_MANIFEST("check", "1.0.0", PLR_UNLOAD_UNLOADABLE, 0);

namespace {

using Greeter = plr::Reference<example_greeter>;

void expect(bool isSo, const std::string &what) {
  if (!isSo) throw plr::Error(PLR_ERROR_PLUGIN, "check", what);
}

std::string greeting(const Greeter &greeter, std::string_view name) {
  return greeter.call<&example_greeter::greet>(name);
}

void expectFailure(const Greeter &greeter, std::string_view name, plr_status code,
                   std::string_view words) {
  try {
    greeting(greeter, name);
  } catch (const plr::Error &error) {
    expect(error.code() == code, "code " + std::to_string(error.code()));
    expect(error.what() == words, std::string("not the words: ") + error.what());
    return;
  }
  expect(false, "no failure of '" + std::string(name) + "'");
}

}  // namespace

PLR_PLUGIN(module) {
  auto greeters =
      plr::references<example_greeter>(module.services, PLR_INTERFACE(EXAMPLE_GREETER));
  expect(greeters.size() == 2, std::to_string(greeters.size()) + " greeters");
  // By priority, whoever was first.
  const Greeter &breezy = greeters[0], &terse = greeters[1];
  std::string hostile("a\0b", 3), large(100000, 'x');
  for (const std::string &name : {std::string("Ada"), hostile, large, std::string("\xff")}) {
    expect(greeting(breezy, name) == "hey " + name + "!", "breezy: " + name);
    expect(greeting(terse, name) == "hi " + name, "terse: " + name);
  }
  expect(breezy.call<&example_greeter::greeting_count>() == 4, "the count");
  expectFailure(breezy, "", PLR_ERROR_INVALID_ARGUMENT, "name: it is empty");
  expectFailure(breezy, "exception", PLR_ERROR_PLUGIN, "exception: a storm");
  expectFailure(breezy, "memory", PLR_ERROR_OUT_OF_MEMORY, "memory: there is none left");
  expectFailure(breezy, "number", PLR_ERROR_PLUGIN, "exception: it is no std::exception");

  Greeter none(module.services, PLR_INTERFACE(EXAMPLE_GREETER), 2);
  expect(!none && none.table() == nullptr, "a third greeter");
  Greeter moved = std::move(greeters[0]);
  expect(moved && !greeters[0] && greeting(moved, "Bob") == "hey Bob!", "a moved reference");
}
