#include "lazy_math.h"

#include <dlfcn.h>
#include <gnu/lib-names.h>
#include <stdio.h>
#include <stdlib.h>

static void *find(const char *name) {
  void *library = dlopen(LIBM_SO, RTLD_NOW | RTLD_LOCAL);
  void *function = library != NULL ? dlsym(library, name) : NULL;
  if (function == NULL) {
    /* Whoever calls has no way to be told. */
    fprintf(stderr, "libPluginRuntime: '%s' is needed and cannot be had: %s\n", name, dlerror());
    abort();
  }
  return function;
}

/* Threads that come at once find the same. */
#define HAND_ON(result, name, parameters, arguments)                                    \
  __attribute__((visibility("hidden"))) result name parameters {                        \
    static result(*own) parameters;                                                     \
    result(*function) parameters = __atomic_load_n(&own, __ATOMIC_RELAXED);             \
    if (__builtin_expect(function == NULL, 0)) {                                        \
      *(void **)&function = find(#name);                                                \
      __atomic_store_n(&own, function, __ATOMIC_RELAXED);                               \
    }                                                                                   \
    return function arguments;                                                          \
  }

#define ONE(name)                                        \
  HAND_ON(double, name, (double x), (x))                 \
  HAND_ON(float, name##f, (float x), (x))                \
  HAND_ON(long double, name##l, (long double x), (x))

#define TWO(name)                                                        \
  HAND_ON(double, name, (double x, double y), (x, y))                    \
  HAND_ON(float, name##f, (float x, float y), (x, y))                    \
  HAND_ON(long double, name##l, (long double x, long double y), (x, y))

#define THREE(name)                                                                           \
  HAND_ON(double, name, (double x, double y, double z), (x, y, z))                            \
  HAND_ON(float, name##f, (float x, float y, float z), (x, y, z))                             \
  HAND_ON(long double, name##l, (long double x, long double y, long double z), (x, y, z))

ONE(ceil)
ONE(floor)
ONE(rint)
ONE(round)
ONE(sqrt)
ONE(trunc)
TWO(fmod)
TWO(remainder)
THREE(fma)
