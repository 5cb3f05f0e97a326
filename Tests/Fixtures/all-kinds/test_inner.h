/* test_inner.h - the value test.inner.
 *
 * Written from the Swift type 'Inner' by `plugin-interface header`; not to be edited by hand.
 */
#ifndef TEST_INNER_H
#define TEST_INNER_H

#include "plugin_values.h"
#include "test_color.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct test_inner {
  test_color color;
  double ratio;
  /* May hold NUL. */
  plr_text name;
  plr_text_array tags;
} test_inner;

PLR_ARRAY_OF(test_inner, test_inner);
PLR_OPTIONAL_OF(test_inner, test_inner);

/* Frees what a value that was given away points to. [any-thread] */
static inline void test_inner_release(const plr_allocator *allocator, const plr_host *host,
                              const test_inner *value) {
  allocator->deallocate(host, (void *)value->name.bytes);
  for (size_t i = 0; i < value->tags.count; i += 1) {
    allocator->deallocate(host, (void *)value->tags.elements[i].bytes);
  }
  allocator->deallocate(host, (void *)value->tags.elements);
}

#ifdef __cplusplus
}
#endif

#endif
