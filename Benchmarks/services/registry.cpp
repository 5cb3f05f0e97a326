#include <atomic>
#include <random>
#include <thread>
#include "measure.hpp"
#include "services.hpp"

namespace {
constexpr int interfaces = 1000;
std::vector<std::string> ids;
int table = 1;

template <class Body> double each(int count, Body body) {
  double begin = now_ns();
  for (int i = 0; i < count; i += 1) body(i);
  return (now_ns() - begin) / count;
}
}

void benchmark_registry(int rounds) {
  const plr_host *owner = open_account("owner");
  const plr_host *user = open_account("user");
  auto registry = service<plr_registry>(user, PLR_REGISTRY_ID);
  for (int i = 0; i < interfaces; i += 1) {
    ids.push_back("example.interface-" + std::to_string(i * 7919 % 100000));
    registry->add(owner, ids.back().c_str(), 1, 0, &table, nullptr);
  }
  std::vector<int> order(1 << 14);
  std::mt19937 random(1);
  for (auto &place : order) place = int(random() % interfaces);

  auto find = [&] {
    return each(1 << 14, [&](int i) { keep(registry->find(user, ids[order[i]].c_str(), 1)); });
  };
  auto pin = [&] {
    return each(1 << 14, [&](int i) {
      plr_reference reference;
      registry->acquire(user, ids[order[i]].c_str(), 1, 0, &reference);
      keep(reference.table);
      registry->release(user, &reference);
    });
  };
  plugin_cached_reference cached = {};
  cached.interface_ = registry->find(user, ids[0].c_str(), 1);
  auto handle = [&] {
    return each(1 << 20, [&](int) { keep(plugin_cached_table(registry, user, &cached)); });
  };

  std::atomic<bool> stop{false}, churns{false};
  std::thread churn([&] {
    while (!stop) {
      if (!churns) {
        std::this_thread::yield();
        continue;
      }
      // A plugin that comes and goes, of the same interfaces.
      const plr_host *plugin = open_account("coming and going");
      for (int i = 0; i < 10; i += 1) registry->add(plugin, ids[i * 97].c_str(), 1, 0, &table, nullptr);
      plr_registry_withdraw(plugin, 0, nullptr);
      plr_account_close(plugin, nullptr, nullptr);
    }
  });
  auto with = [&](auto body) {
    return [&, body] {
      churns = true;
      double result = body();
      churns = false;
      return result;
    };
  };
  compare("Registry: look up one of 1,000 interfaces by id", "ns", rounds,
          {{"quiet", find, {}}, {"a thread loads and retires", with(find), {}}});
  compare("Registry: look up by id, pin, release", "ns", rounds,
          {{"quiet", pin, {}}, {"a thread loads and retires", with(pin), {}}});
  compare("Registry: through a cached handle", "ns", rounds,
          {{"quiet", handle, {}}, {"a thread loads and retires", with(handle), {}}});
  stop = true;
  churn.join();
  if (cached.reference.token != 0) registry->release(user, &cached.reference);
}
