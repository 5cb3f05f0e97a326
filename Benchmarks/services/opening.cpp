#include <cstdlib>
#include "measure.hpp"
#include "services.hpp"

// What a program in C waits for that opens the runtime: mapping, relocating, constructors and the
// first account, once in each of many fresh processes (open.c). The standard library is there before, as it is
// in whatever else uses Swift; what it takes by itself stands beside it, and what the loader takes for a library
// that has nothing in it.
void benchmark_opening(int rounds) {
  const char *program = std::getenv("OPENING");
  if (program == nullptr) {
    std::printf("NOT MEASURED: opening; OPENING names no command\n");
    return;
  }
  std::vector<double> library, empty, runtime, account;
  for (int round = 0; round < 4 * rounds; round += 1) {
    FILE *output = popen(program, "r");
    double times[4] = {0, 0, 0, 0};
    bool read = output != nullptr &&
                std::fscanf(output, "%lf %lf %lf %lf", &times[0], &times[1], &times[2], &times[3]) == 4;
    if (output == nullptr || pclose(output) != 0 || !read) {
      std::fprintf(stderr, "services: '%s' failed\n", program);
      std::exit(1);
    }
    // The first round brings the files into memory.
    if (round == 0) continue;
    library.push_back(times[0]);
    empty.push_back(times[1]);
    runtime.push_back(times[2]);
    account.push_back(times[3]);
  }
  auto median = [](std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return values[values.size() / 2] / 1e3;
  };
  std::vector<double> sums;
  for (size_t i = 0; i < runtime.size(); i += 1) sums.push_back(runtime[i] + account[i]);
  std::printf("\nOpening the runtime (us, median of %zu processes)\n", sums.size());
  std::printf("  %-34s %12.1f\n", "the standard library, before", median(library));
  std::printf("  %-34s %12.1f\n", "an empty library, before", median(empty));
  std::printf("  %-34s %12.1f\n", "dlopen and constructors", median(runtime));
  std::printf("  %-34s %12.1f\n", "the first account", median(account));
  std::printf("  %-34s %12.1f   goal 100: %s\n", "both", median(sums),
              median(sums) <= 100 ? "met" : "MISSED");
}
