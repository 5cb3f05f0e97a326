#include "lazy_math.h"

#include <dlfcn.h>
#include <gnu/lib-names.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define HIDDEN __attribute__((visibility("hidden")))

/* ---- What takes a few instructions: a dictionary that makes room for ten entries rounds a number. ---- */

/* From 2 to the power of the mantissa's bits on every number is whole; NaN is not below it either. */
#define ROUNDING(type, suffix, integer, whole)                                               \
  static inline type absolute##suffix(type x) { return __builtin_fabs##suffix(x); }         \
  static inline type like##suffix(type x, type other) {                                     \
    return __builtin_copysign##suffix(x, other);                                              \
  }                                                                                          \
  HIDDEN type trunc##suffix(type x) {                                                        \
    return absolute##suffix(x) < (whole) ? like##suffix((type)(integer)x, x) : x + 0;     \
  }                                                                                          \
  HIDDEN type floor##suffix(type x) {                                                        \
    if (!(absolute##suffix(x) < (whole))) return x + 0;                                     \
    type below = (type)(integer)x;                                                           \
    return like##suffix(below > x ? below - 1 : below, x);                                 \
  }                                                                                          \
  HIDDEN type ceil##suffix(type x) {                                                         \
    if (!(absolute##suffix(x) < (whole))) return x + 0;                                     \
    type above = (type)(integer)x;                                                           \
    return like##suffix(above < x ? above + 1 : above, x);                                 \
  }                                                                                          \
  HIDDEN type round##suffix(type x) {                                                        \
    if (!(absolute##suffix(x) < (whole))) return x + 0;                                     \
    type near = (type)(integer)x;                                                            \
    if (absolute##suffix(x - near) >= (type)0.5) near += like##suffix(1, x);              \
    return like##suffix(near, x);                                                          \
  }                                                                                          \
  /* As the processor is set to round: what does not fit behind so large a number is rounded off. */ \
  HIDDEN type rint##suffix(type x) {                                                         \
    if (!(absolute##suffix(x) < (whole))) return x + 0;                                     \
    volatile type large = like##suffix((whole), x);                                        \
    type sum = x + large;                                                                    \
    return like##suffix(sum - large, x);                                                   \
  }

ROUNDING(double, , int64_t, 0x1p52)
ROUNDING(float, f, int32_t, 0x1p23f)

/* One instruction; the processor's, as what calls this wants no 'errno'. */
#if defined(__x86_64__)
HIDDEN double sqrt(double x) {
  __asm__("sqrtsd %0, %0" : "+x"(x));
  return x;
}
HIDDEN float sqrtf(float x) {
  __asm__("sqrtss %0, %0" : "+x"(x));
  return x;
}
#elif defined(__aarch64__)
HIDDEN double sqrt(double x) {
  __asm__("fsqrt %d0, %d0" : "+w"(x));
  return x;
}
HIDDEN float sqrtf(float x) {
  __asm__("fsqrt %s0, %s0" : "+w"(x));
  return x;
}
#endif

/* ---- The rest ---- */

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
#define HAND_ON(result, name, parameters, arguments)                        \
  HIDDEN result name parameters {                                           \
    static result(*own) parameters;                                         \
    result(*function) parameters = __atomic_load_n(&own, __ATOMIC_RELAXED); \
    if (__builtin_expect(function == NULL, 0)) {                            \
      *(void **)&function = find(#name);                                    \
      __atomic_store_n(&own, function, __ATOMIC_RELAXED);                   \
    }                                                                       \
    return function arguments;                                              \
  }

#if !defined(__x86_64__) && !defined(__aarch64__)
HAND_ON(double, sqrt, (double x), (x))
HAND_ON(float, sqrtf, (float x), (x))
#endif
HAND_ON(long double, ceill, (long double x), (x))
HAND_ON(long double, floorl, (long double x), (x))
HAND_ON(long double, rintl, (long double x), (x))
HAND_ON(long double, roundl, (long double x), (x))
HAND_ON(long double, sqrtl, (long double x), (x))
HAND_ON(long double, truncl, (long double x), (x))
HAND_ON(double, fmod, (double x, double y), (x, y))
HAND_ON(float, fmodf, (float x, float y), (x, y))
HAND_ON(long double, fmodl, (long double x, long double y), (x, y))
HAND_ON(double, remainder, (double x, double y), (x, y))
HAND_ON(float, remainderf, (float x, float y), (x, y))
HAND_ON(long double, remainderl, (long double x, long double y), (x, y))
HAND_ON(double, fma, (double x, double y, double z), (x, y, z))
HAND_ON(float, fmaf, (float x, float y, float z), (x, y, z))
HAND_ON(long double, fmal, (long double x, long double y, long double z), (x, y, z))
