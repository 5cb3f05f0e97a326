/* test_every_value.h - the interface test.every-value, revision 1.
 *
 * Written from the Swift protocol 'EveryValue' by `plugin-interface header`; not to be edited by hand.
 */
#ifndef TEST_EVERY_VALUE_H
#define TEST_EVERY_VALUE_H

#include "plugin_values.h"

#ifdef __cplusplus
extern "C" {
#endif

#define TEST_EVERY_VALUE_ID "test.every-value"
#define TEST_EVERY_VALUE_REVISION 1
/* Of all functions and values: another number is another interface. */
#define TEST_EVERY_VALUE_LAYOUT 0x8b5ddfc2f546a6cbull
/* What a table begins with: `{TEST_EVERY_VALUE_HEAD(context), function, ...}`. */
#define TEST_EVERY_VALUE_HEAD(context) \
  sizeof(test_every_value), TEST_EVERY_VALUE_REVISION, TEST_EVERY_VALUE_LAYOUT, NULL, (context)

/* Every kind of value that can cross, as parameter and as result. */
typedef struct test_every_value {
  uint32_t size;
  uint32_t revision;
  uint64_t layout;
  const plr_table_traits *traits;
  /* The first argument of every function; whose it is knows what it means. */
  void *context;

  int8_t (*int8)(void *context, int8_t x);

  int16_t (*int16)(void *context, int16_t x);

  int32_t (*int32)(void *context, int32_t x);

  int64_t (*int64)(void *context, int64_t x);

  uint8_t (*uint8)(void *context, uint8_t x);

  uint16_t (*uint16)(void *context, uint16_t x);

  uint32_t (*uint32)(void *context, uint32_t x);

  uint64_t (*uint64)(void *context, uint64_t x);

  int64_t (*int_)(void *context, int64_t x);

  uint64_t (*uint)(void *context, uint64_t x);

  float (*float_)(void *context, float x);

  double (*double_)(void *context, double x);

  bool (*bool_)(void *context, bool x);

  void (*nothing)(void *context);

  /* The number of bytes; a function that cannot fail gets what is not UTF-8 repaired. */
  int64_t (*length)(void *context, plr_text text);

  plr_status (*join)(void *context, plr_text first, plr_text second, plr_owned_text *result,
                     plr_error *error);

  plr_status (*join_bytes)(void *context, plr_bytes first, plr_bytes second,
                           plr_owned_bytes *result, plr_error *error);

  plr_status (*sum)(void *context, int32_t x, double y, bool is_negative, uint8_t times,
                    double *result, plr_error *error);

  plr_status (*fail)(void *context, int32_t code, plr_text message, plr_error *error);

  /* Names that the adapters or C might want for themselves. */
  plr_status (*switch_)(void *context, int64_t context_, int64_t result_, int64_t failure,
                        int64_t table, int64_t call_result, int64_t default_, int64_t account,
                        int64_t *result, plr_error *error);
} test_every_value;

#ifdef __cplusplus
}
#endif

#endif
