// services [opening|allocator|logging|registry|snapshot]... [--rounds N]: the runtime's services beside what people use
// alone, in one process and in turn.
#include <cstring>
#include "measure.hpp"
#include "services.hpp"

int main(int count, char **arguments) {
  int rounds = 15;
  bool all = true, opening = false, allocator = false, logging = false, registry = false,
       snapshot = false;
  for (int i = 1; i < count; i += 1) {
    if (!std::strcmp(arguments[i], "--rounds") && i + 1 < count) rounds = std::atoi(arguments[++i]);
    else if (!std::strcmp(arguments[i], "opening")) opening = true, all = false;
    else if (!std::strcmp(arguments[i], "allocator")) allocator = true, all = false;
    else if (!std::strcmp(arguments[i], "logging")) logging = true, all = false;
    else if (!std::strcmp(arguments[i], "registry")) registry = true, all = false;
    else if (!std::strcmp(arguments[i], "snapshot")) snapshot = true, all = false;
    else {
      std::fprintf(stderr, "services: unknown argument '%s'\n", arguments[i]);
      return 1;
    }
  }
  if (all || opening) benchmark_opening(rounds);
  open_account("first");
  if (all || registry) benchmark_registry(rounds);
  if (all || allocator) benchmark_allocator(rounds);
  if (all || logging) benchmark_logging(rounds);
  // Last: it leaves a thousand accounts behind.
  if (all || snapshot) benchmark_snapshot(rounds);
}
