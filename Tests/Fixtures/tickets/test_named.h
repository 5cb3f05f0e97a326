/* test_named.h - the interface test.named, revision 1.
 *
 * Written from the Swift protocol 'Named' by `plugin-interface header`; not to be edited by hand.
 */
#ifndef TEST_NAMED_H
#define TEST_NAMED_H

#include "plugin_values.h"

#ifdef __cplusplus
extern "C" {
#endif

#define TEST_NAMED_ID "test.named"
#define TEST_NAMED_REVISION 1
/* Of all functions and values: another number is another interface. */
#define TEST_NAMED_LAYOUT 0x7049045008c74312ull
/* What a table begins with: `{TEST_NAMED_HEAD(context), function, ...}`. */
#define TEST_NAMED_HEAD(context) \
  sizeof(test_named), TEST_NAMED_REVISION, TEST_NAMED_LAYOUT, NULL, (context)

typedef struct test_named {
  uint32_t size;
  uint32_t revision;
  uint64_t layout;
  const plr_table_traits *traits;
  /* The first argument of every function; whose it is knows what it means. */
  void *context;

  plr_status (*name)(void *context, plr_owned_text *result, plr_error *error);
} test_named;

#ifdef __cplusplus
}
#endif

#endif
