/* host PLUGIN COUNT: calls each kind of work of the plugin COUNT times and prints, for each, its name and
 * the fastest call in nanoseconds; how many bytes of anonymous memory 200,000 objects take that are kept;
 * and, where blocks are tracked, how many each owner has allocated. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "plr_heap.h"

static uint64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

static long anonymous_bytes(void) {
  FILE *rollup = fopen("/proc/self/smaps_rollup", "r");
  char line[256];
  long kilobytes = -1;
  while (rollup != NULL && fgets(line, sizeof(line), rollup) != NULL) {
    if (sscanf(line, "Anonymous: %ld", &kilobytes) == 1) break;
  }
  if (rollup != NULL) fclose(rollup);
  return kilobytes * 1024;
}

int main(int count, char **arguments) {
  if (count != 3) return 1;
  void *library = dlopen(arguments[1], RTLD_NOW | RTLD_LOCAL);
  if (library == NULL) {
    fprintf(stderr, "%s\n", dlerror());
    return 1;
  }
  const struct {
    const char *name;
    long count;
  } works[] = {{"objects", 6}, {"links", 8}, {"words", 4}, {"closures", 12}};
  long answer = 0;
  for (size_t i = 0; i < sizeof(works) / sizeof(works[0]); i += 1) {
    char symbol[64];
    snprintf(symbol, sizeof(symbol), "heavy_%s", works[i].name);
    long (*work)(long) = (long (*)(long))dlsym(library, symbol);
    if (work == NULL) return 1;
    answer += work(1);
    uint64_t fastest = UINT64_MAX;
    for (int round = 0; round < atoi(arguments[2]); round += 1) {
      uint64_t begin = now();
      answer += work(works[i].count);
      uint64_t time = now() - begin;
      if (time < fastest) fastest = time;
    }
    printf("%s %llu\n", works[i].name, (unsigned long long)fastest);
  }
  printf("answer %ld\n", answer);
  void (*keep)(long) = (void (*)(long))dlsym(library, "heavy_keep");
  if (keep == NULL) return 1;
  long before = anonymous_bytes();
  keep(200000);
  printf("kept %ld\n", anonymous_bytes() - before);
  plr_heap_tracker_function find =
      (plr_heap_tracker_function)dlsym(RTLD_DEFAULT, PLR_HEAP_SYMBOL);
  if (find == NULL || !find()->is_on()) return 0;
  static plr_heap_row rows[PLR_HEAP_OWNERS_LIMIT];
  size_t owners;
  if (find()->snapshot(rows, PLR_HEAP_OWNERS_LIMIT, &owners, NULL) != PLR_OK) return 1;
  for (size_t i = 0; i < owners; i += 1) {
    printf("allocations %llu %s\n", (unsigned long long)rows[i].allocations, rows[i].name);
  }
  return 0;
}
