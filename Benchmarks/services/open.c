/* open RUNTIME EMPTY: prints how many nanoseconds it takes to open what the runtime needs of Swift, then an empty
 * library, then the runtime, then the first account. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <time.h>

#include "plr_runtime.h"

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

static void *library(const char *name) {
  void *handle = dlopen(name, RTLD_NOW | RTLD_LOCAL);
  if (handle == NULL) fprintf(stderr, "%s\n", dlerror());
  return handle;
}

int main(int count, char **arguments) {
  if (count != 3) return 1;
  double begin = now();
  /* All that the runtime needs itself is needed by these. */
  if (library("libswiftCore.so") == NULL || library("libswiftGlibc.so") == NULL ||
      library("libswiftSynchronization.so") == NULL) {
    return 1;
  }
  double swift = now();
  if (library(arguments[2]) == NULL) return 1;
  double empty = now();
  void *runtime = library(arguments[1]);
  double opened = now();
  plr_status (*open)(const char *, const plr_host **, plr_error *) = NULL;
  if (runtime == NULL || (*(void **)&open = dlsym(runtime, "plr_account_open")) == NULL) return 1;
  const plr_host *host = NULL;
  double before = now();
  plr_status status = open("first", &host, NULL);
  double end = now();
  printf("%.0f %.0f %.0f %.0f\n", swift - begin, empty - swift, opened - empty, end - before);
  return status != PLR_OK;
}
