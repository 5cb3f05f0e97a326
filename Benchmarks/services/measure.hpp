// Measuring in rounds: every candidate once in each, so that what drifts hits all alike.
#pragma once
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <string>
#include <time.h>
#include <vector>

inline double now_ns() {
  timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return double(time.tv_sec) * 1e9 + double(time.tv_nsec);
}

// Keeps the compiler from leaving out what makes `value`.
template <class T> inline void keep(T const &value) { asm volatile("" : : "r,m"(value) : "memory"); }

struct Candidate {
  std::string name;
  // Does the work once and gives nanoseconds for each operation (or another figure).
  std::function<double()> run;
  std::vector<double> samples;
  double median() const {
    auto sorted = samples;
    std::sort(sorted.begin(), sorted.end());
    return sorted.empty() ? 0 : sorted[sorted.size() / 2];
  }
};

// Runs and prints the candidates; the first is what the others are compared with.
inline void compare(const std::string &title, const std::string &unit, int rounds,
                    std::vector<Candidate> candidates) {
  for (auto &each : candidates) each.run();
  for (int round = 0; round < rounds; round += 1)
    for (auto &each : candidates) each.samples.push_back(each.run());
  std::printf("\n%s (%s, median of %d)\n", title.c_str(), unit.c_str(), rounds);
  double first = candidates[0].median();
  for (auto &each : candidates) {
    // Paired by round.
    std::vector<double> ratios;
    for (size_t i = 0; i < each.samples.size(); i += 1)
      ratios.push_back(each.samples[i] / candidates[0].samples[i]);
    std::sort(ratios.begin(), ratios.end());
    std::printf("  %-34s %12.2f", each.name.c_str(), each.median());
    if (first > 0) std::printf("   %6.2f x", ratios[ratios.size() / 2]);
    std::printf("\n");
  }
  std::fflush(stdout);
}
