/* A greeter in C++, which throws what its name says. */
#include <atomic>
#include <stdexcept>

#include "example_greeter.h"
#include "plugin_runtime.hpp"

PLR_MANIFEST("breezy", "1.0.0", PLR_UNLOAD_UNLOADABLE, 0);
PLR_OFFERS(EXAMPLE_GREETER_ID, EXAMPLE_GREETER_REVISION);

namespace {

class Breezy {
 public:
  std::string greet(std::string_view name) {
    if (name.empty()) throw plr::Error(PLR_ERROR_INVALID_ARGUMENT, "name", "it is empty");
    if (name == "exception") throw std::runtime_error("a storm");
    if (name == "memory") throw std::bad_alloc();
    if (name == "number") throw 42;
    count_ += 1;
    return "hey " + std::string(name) + "!";
  }

  std::int64_t greetingCount() const noexcept { return count_; }

 private:
  std::atomic<std::int64_t> count_ = 0;
};

using GreeterExport = plr::Export<example_greeter, Breezy,
                                  plr::Slot<&example_greeter::greet, &Breezy::greet>,
                                  plr::Slot<&example_greeter::greeting_count, &Breezy::greetingCount>>;

}  // namespace

PLR_PLUGIN(module) {
  module.implement<GreeterExport>(PLR_INTERFACE(EXAMPLE_GREETER), 5);
  module.services.log(PLR_LOG_INFO, "start", "breezy is there");
}
