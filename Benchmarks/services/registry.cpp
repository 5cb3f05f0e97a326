#include <dlfcn.h>
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
    return each(1 << 17, [&](int i) {
      keep(registry->find(user, ids[order[i & ((1 << 14) - 1)]].c_str(), 1));
    });
  };
  auto pin = [&] {
    return each(1 << 16, [&](int i) {
      plr_reference reference;
      registry->acquire(user, ids[order[i & ((1 << 14) - 1)]].c_str(), 1, 0, &reference);
      keep(reference.table);
      registry->release(user, &reference);
    });
  };
  plugin_cached_reference cached = {};
  cached.interface_ = registry->find(user, ids[0].c_str(), 1);
  auto handle = [&] {
    return each(1 << 20, [&](int) { keep(plugin_cached_table(registry, user, &cached)); });
  };

  // Another thread, all the time: a plugin is opened, registers ten of the interfaces, is withdrawn, closed, and
  // unmapped. The same a thousand times a second only, and the same without a file, which comes and goes many times as
  // often as any plugin can. And what has nothing to do with the registry: a file that is mapped and unmapped, and a loop
  // that shares the core with us.
  enum Work { none, plugins, paced, accounts, files, loop, ended };
  std::atomic<Work> work{none};
  std::atomic<long> loaded{0};
  const char *file = std::getenv("PLUGIN");
  std::thread other([&] {
    while (work != ended) {
      if (work == none) {
        std::this_thread::yield();
        continue;
      }
      if (work == files) {
        dlclose(dlopen(file, RTLD_NOW | RTLD_LOCAL));
        loaded += 1;
        continue;
      }
      if (work == loop) {
        for (int i = 0; i < 1000; i += 1) keep(i);
        loaded += 1;
        continue;
      }
      const plr_host *host = open_account("coming and going");
      void *handle = nullptr;
      if (work == plugins || work == paced) {
        handle = dlopen(file, RTLD_NOW | RTLD_LOCAL);
        plr_entry entry = handle == nullptr ? nullptr : (plr_entry)dlsym(handle, PLR_ENTRY_SYMBOL);
        const plr_plugin *plugin = entry == nullptr ? nullptr : entry(host, nullptr);
        if (plugin == nullptr || plugin->init(host, nullptr) != PLR_OK) {
          std::fprintf(stderr, "services: '%s' cannot be loaded\n", file);
          std::exit(1);
        }
        plugin->deinit(host);
      } else {
        for (int i = 0; i < 10; i += 1) registry->add(host, ids[i * 97].c_str(), 1, 0, &table, nullptr);
      }
      plr_registry_withdraw(host, 0, nullptr);
      plr_account_close(host, nullptr, nullptr);
      if (handle != nullptr) dlclose(handle);
      loaded += 1;
      if (work == paced) {
        timespec millisecond = {0, 1000000};
        nanosleep(&millisecond, nullptr);
      }
    }
  });
  auto with = [&](Work kind, auto body) {
    return [&, kind, body] {
      long before = loaded;
      work = kind;
      while (loaded == before) std::this_thread::yield();
      double result = body();
      work = none;
      return result;
    };
  };
  auto measure = [&](const char *title, auto body) {
    compare(title, "ns", rounds,
            {{"quiet", body, {}},
             {"a thread loads and retires plugins", with(plugins, body), {}},
             {"the same, 1,000 a second", with(paced, body), {}},
             {"a thread adds and withdraws", with(accounts, body), {}},
             {"a thread opens and closes files", with(files, body), {}},
             {"a thread runs a loop", with(loop, body), {}}});
  };
  if (file == nullptr) {
    std::printf("NOT MEASURED: registry; PLUGIN names no plugin\n");
  } else {
    measure("Registry: look up one of 1,000 interfaces by id", find);
    measure("Registry: look up by id, pin, release", pin);
    measure("Registry: through a cached handle", handle);
    for (Work kind : {plugins, accounts}) {
      long before = loaded;
      double begin = now_ns();
      with(kind, [] {
        timespec second = {1, 0};
        nanosleep(&second, nullptr);
        return 0.0;
      })();
      std::printf("  %-34s %12.0f a second\n",
                  kind == plugins ? "plugins that come and go" : "accounts that come and go",
                  double(loaded - before) / (now_ns() - begin) * 1e9);
    }
  }
  work = ended;
  other.join();
  if (cached.reference.token != 0) registry->release(user, &cached.reference);
}
