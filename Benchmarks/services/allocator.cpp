#include <atomic>
#include <cstring>
#include <dlfcn.h>
#include <malloc.h>
#include <random>
#include <sys/mman.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include "measure.hpp"
#include "services.hpp"

namespace {
struct Allocator {
  std::string name;
  void *(*allocate)(size_t);
  void (*free)(void *);
};

const plr_host *account;
const plr_allocator *runtime;
void *runtime_allocate(size_t size) { return runtime->allocate(account, size, 0); }
void runtime_free(void *block) { runtime->deallocate(account, block); }

std::vector<Allocator> allocators() {
  std::vector<Allocator> all = {{"glibc malloc", malloc, free},
                                {"this runtime, tracked", runtime_allocate, runtime_free}};
  // Opened, not linked: linked it would put itself in the place of malloc.
  void *library = dlopen("libmimalloc.so.2", RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) library = dlopen("libmimalloc.so", RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    std::printf("\nNOT COMPARED with mimalloc: it is not installed (tools/setup --bench)\n");
    return all;
  }
  all.push_back({"mimalloc", (void *(*)(size_t))dlsym(library, "mi_malloc"),
                 (void (*)(void *))dlsym(library, "mi_free")});
  return all;
}

std::vector<uint16_t> sizes(uint32_t seed) {
  std::mt19937 random(seed);
  std::vector<uint16_t> sizes(1 << 12);
  for (auto &size : sizes) size = uint16_t(16 + random() % 1009);
  return sizes;
}

// Allocates and frees at once.
double pairs(const Allocator &allocator, const std::vector<uint16_t> &sizes) {
  constexpr int count = 1 << 18;
  double begin = now_ns();
  for (int i = 0; i < count; i += 1) {
    void *block = allocator.allocate(sizes[i & 4095]);
    *static_cast<volatile char *>(block) = 1;
    allocator.free(block);
  }
  return (now_ns() - begin) / count;
}

// Keeps some blocks: each new one takes the place of one that is freed.
double window(const Allocator &allocator, const std::vector<uint16_t> &sizes) {
  constexpr int count = 1 << 18, kept = 512;
  std::vector<void *> blocks(kept, nullptr);
  double begin = now_ns();
  for (int i = 0; i < count; i += 1) {
    void *&place = blocks[(i * 97u) % kept];
    if (place != nullptr) allocator.free(place);
    place = allocator.allocate(sizes[i & 4095]);
    *static_cast<volatile char *>(place) = 1;
  }
  double result = (now_ns() - begin) / count;
  for (void *block : blocks) allocator.free(block);
  return result;
}

template <class Body> double on_threads(int count, Body body) {
  std::atomic<int> ready{0};
  std::atomic<bool> go{false};
  std::vector<std::thread> threads;
  for (int thread = 0; thread < count; thread += 1)
    threads.emplace_back([&, thread] {
      ready += 1;
      while (!go) std::this_thread::yield();
      body(thread);
    });
  while (ready != count) std::this_thread::yield();
  double begin = now_ns();
  go = true;
  for (auto &thread : threads) thread.join();
  return now_ns() - begin;
}

// The pattern of larson (P. Larson & M. Krishnan 1998): a server whose threads end and hand their blocks
// to the next; sizes and lifetimes are random.
void larson(const Allocator &allocator) {
  constexpr int generations = 20, blocks = 2000, replacements = 100000;
  std::vector<std::vector<void *>> stocks(2, std::vector<void *>(blocks, nullptr));
  for (int generation = 0; generation < generations; generation += 1) {
    std::vector<std::thread> threads;
    for (int thread = 0; thread < 2; thread += 1)
      threads.emplace_back([&, thread, generation] {
        // The other thread's blocks of the last generation.
        auto &stock = stocks[(thread + generation) % 2];
        uint32_t state = uint32_t(generation * 2 + thread + 1) * 2654435761u;
        for (int i = 0; i < replacements; i += 1) {
          state = state * 1664525u + 1013904223u;
          void *&place = stock[(state >> 8) % blocks];
          if (place != nullptr) allocator.free(place);
          size_t size = 16 + ((state >> 4) & 1023);
          place = allocator.allocate(size);
          std::memset(place, 1, size < 64 ? size : 64);
        }
      });
    for (auto &thread : threads) thread.join();
  }
  for (auto &stock : stocks)
    for (void *block : stock)
      if (block != nullptr) allocator.free(block);
}

// The pattern of xmalloc-test (C. Lever & D. Boreham 2000): one thread allocates, another frees.
void xmalloc(const Allocator &allocator) {
  constexpr int batches = 3000, batch = 120;
  std::vector<std::atomic<void **>> slots(64);
  for (auto &slot : slots) slot = nullptr;
  std::thread producer([&] {
    uint32_t state = 7;
    for (int i = 0; i < batches; i += 1) {
      void **blocks = static_cast<void **>(allocator.allocate(batch * sizeof(void *)));
      for (int k = 0; k < batch; k += 1) {
        state = state * 1664525u + 1013904223u;
        blocks[k] = allocator.allocate(16 + (state >> 8) % 1009);
        *static_cast<volatile char *>(blocks[k]) = 1;
      }
      auto &slot = slots[i % 64];
      while (slot.load(std::memory_order_acquire) != nullptr) std::this_thread::yield();
      slot.store(blocks, std::memory_order_release);
    }
  });
  for (int i = 0; i < batches; i += 1) {
    auto &slot = slots[i % 64];
    void **blocks;
    while ((blocks = slot.load(std::memory_order_acquire)) == nullptr) std::this_thread::yield();
    slot.store(nullptr, std::memory_order_release);
    for (int k = 0; k < batch; k += 1) allocator.free(blocks[k]);
    allocator.free(blocks);
  }
  producer.join();
}

struct Outcome {
  double nanoseconds;
  double bytes;
};

double peak_bytes() {
  FILE *status = fopen("/proc/self/status", "r");
  char line[256];
  double kilobytes = 0;
  while (status != nullptr && fgets(line, sizeof(line), status))
    if (sscanf(line, "VmHWM: %lf", &kilobytes) == 1) break;
  if (status != nullptr) fclose(status);
  return kilobytes * 1024;
}

double anonymous_bytes() {
  FILE *rollup = fopen("/proc/self/smaps_rollup", "r");
  char line[256];
  double kilobytes = 0;
  while (rollup != nullptr && fgets(line, sizeof(line), rollup))
    if (sscanf(line, "Anonymous: %lf", &kilobytes) == 1) break;
  if (rollup != nullptr) fclose(rollup);
  return kilobytes * 1024;
}

// What a plugin takes that is only there: heap (what malloc has given out, with what it puts around it) and
// anonymous memory, by the account, in a child of its own.
void idle_accounts() {
  constexpr int count = 1000;
  struct Cost {
    double heap, anonymous;
  };
  auto *cost = static_cast<Cost *>(
      mmap(nullptr, sizeof(Cost), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
  if (fork() == 0) {
    // Memory that was free in a page that is there already would count for nothing.
    open_account("plugin-before");
    double before = anonymous_bytes();
    struct mallinfo2 heap = mallinfo2();
    char name[32];
    for (int i = 0; i < count; i += 1) {
      std::snprintf(name, sizeof(name), "plugin-%06d", i);
      open_account(name);
    }
    struct mallinfo2 later = mallinfo2();
    cost->heap = double(later.uordblks + later.hblkhd - heap.uordblks - heap.hblkhd) / count;
    cost->anonymous = (anonymous_bytes() - before) / count;
    _exit(0);
  }
  wait(nullptr);
  std::printf("\nAllocator: an idle account (bytes each, of %d)\n", count);
  std::printf("  %-34s %12.0f   goal 256: %s\n", "heap", cost->heap,
              cost->heap > 0 && cost->heap <= 256 ? "met" : "MISSED");
  std::printf("  %-34s %12.0f   goal 256: %s\n", "anonymous memory", cost->anonymous,
              cost->anonymous > 0 && cost->anonymous <= 256 ? "met" : "MISSED");
  munmap(cost, sizeof(Cost));
}

// In a child of its own, so that its peak is its own.
Outcome in_child(void (*pattern)(const Allocator &), const Allocator &allocator) {
  auto *outcome = static_cast<Outcome *>(
      mmap(nullptr, sizeof(Outcome), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
  if (fork() == 0) {
    FILE *clear = fopen("/proc/self/clear_refs", "w");
    if (clear != nullptr) {
      fputs("5", clear);
      fclose(clear);
    }
    double before = peak_bytes(), begin = now_ns();
    pattern(allocator);
    outcome->nanoseconds = now_ns() - begin;
    outcome->bytes = peak_bytes() - before;
    _exit(0);
  }
  wait(nullptr);
  Outcome result = *outcome;
  munmap(outcome, sizeof(Outcome));
  return result;
}
}

void benchmark_allocator(int rounds) {
  account = open_account("plugin");
  runtime = service<plr_allocator>(account, PLR_ALLOCATOR_ID);
  auto all = allocators();
  auto drawn = sizes(1);

  // Before this process has threads or memory of its own.
  idle_accounts();
  for (auto [title, pattern] : {std::pair{"larson", larson}, std::pair{"xmalloc", xmalloc}}) {
    std::vector<Candidate> times, peaks;
    for (auto &each : all) {
      times.push_back({each.name, [=] { return in_child(pattern, each).nanoseconds / 1e6; }, {}});
      peaks.push_back({each.name, [=] { return in_child(pattern, each).bytes / 1e6; }, {}});
    }
    compare(std::string("Allocator: pattern of ") + title + ", two threads, time", "ms",
            std::max(3, rounds / 3), times);
    compare(std::string("Allocator: pattern of ") + title + ", two threads, peak memory", "MB",
            std::max(3, rounds / 3), peaks);
  }

  std::vector<Candidate> candidates;
  for (auto &each : all) candidates.push_back({each.name, [&] { return pairs(each, drawn); }, {}});
  compare("Allocator: allocate and free 16-1024 bytes", "ns a pair", rounds, candidates);
  candidates.clear();
  for (auto &each : all) candidates.push_back({each.name, [&] { return window(each, drawn); }, {}});
  compare("Allocator: the same among 512 live blocks", "ns a pair", rounds, candidates);
  candidates.clear();
  for (auto &each : all) {
    // How much more two threads do than one; each does what the one does.
    candidates.push_back({each.name, [&] {
      double one = on_threads(1, [&](int) { window(each, drawn); });
      double two = on_threads(2, [&](int) { window(each, drawn); });
      return 2 * one / two;
    }, {}});
  }
  compare("Allocator: two threads against one", "times the work", rounds, candidates);
}
