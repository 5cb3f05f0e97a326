#include <cstring>
#include "measure.hpp"
#include "services.hpp"

// What whoever asks once a second pays: a snapshot of a thousand plugins, each with a block and an
// implementation of an interface of its own.
void benchmark_snapshot(int rounds) {
  static int table;
  for (int i = 0; i < 1000; i += 1) {
    const plr_host *plugin = open_account(("plugin-" + std::to_string(i)).c_str());
    std::string id = "example.snapshot-" + std::to_string(i);
    service<plr_registry>(plugin, PLR_REGISTRY_ID)->add(plugin, id.c_str(), 1, 0, &table, nullptr);
    keep(service<plr_allocator>(plugin, PLR_ALLOCATOR_ID)->allocate(plugin, 100, 16));
  }
  std::vector<char> text(4 << 20);
  size_t length = 0;
  auto take = [&] {
    double begin = now_ns();
    if (plr_runtime_snapshot(text.data(), text.size(), &length) != PLR_OK) {
      std::fprintf(stderr, "services: no snapshot\n");
      std::exit(1);
    }
    return (now_ns() - begin) / 1e6;
  };
  compare("Snapshot: 1,000 plugins with an interface each", "ms", rounds, {{"as JSON", take, {}}});
  std::printf("  %-34s %12zu bytes\n", "its text", length);
}
