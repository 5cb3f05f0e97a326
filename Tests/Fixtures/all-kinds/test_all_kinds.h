/* test_all_kinds.h - the interface test.all-kinds, revision 1.
 *
 * Written from the Swift protocol 'AllKinds' by `plugin-interface header`; not to be edited by hand.
 */
#ifndef TEST_ALL_KINDS_H
#define TEST_ALL_KINDS_H

#include "plugin_values.h"
#include "test_color.h"
#include "test_temperature.h"
#include "test_inner.h"
#include "test_record.h"

#ifdef __cplusplus
extern "C" {
#endif

#define TEST_ALL_KINDS_ID "test.all-kinds"
#define TEST_ALL_KINDS_REVISION 1
/* Of all functions and values: another number is another interface. */
#define TEST_ALL_KINDS_LAYOUT 0xf64486831b018ec7ull
/* What a table begins with: `{TEST_ALL_KINDS_HEAD(context), function, ...}`. */
#define TEST_ALL_KINDS_HEAD(context) \
  sizeof(test_all_kinds), TEST_ALL_KINDS_REVISION, TEST_ALL_KINDS_LAYOUT, NULL, (context)

/* 'body' of visit: lent for the call. */
typedef struct test_all_kinds_visit_body {
  void *context;
  plr_status (*call)(void *context, int32_t value0, plr_text value1, int64_t *result,
                     plr_error *error);
} test_all_kinds_visit_body;

/* 'body' of total: lent for the call. */
typedef struct test_all_kinds_total_body {
  void *context;
  int64_t (*call)(void *context, int32_t value0);
} test_all_kinds_total_body;

/* 'body' of keep: kept until it is given back. */
typedef struct test_all_kinds_keep_body {
  /* For plugin_callback_enter; both NULL where whoever gave this outlives whoever was given it. */
  const plr_interface *guard;
  const void *guard_table;
  void *context;
  /* Gives it back, once; between plugin_callback_enter and plugin_callback_leave. */
  void (*release)(void *context);
  plr_status (*call)(void *context, plr_text value0, test_inner_optional value1,
                     plr_owned_text *result, plr_error *error);
} test_all_kinds_keep_body;

/* Every kind of value that can cross, as parameter and as result. */
typedef struct test_all_kinds {
  uint32_t size;
  uint32_t revision;
  uint64_t layout;
  const plr_table_traits *traits;
  /* The first argument of every function; whose it is knows what it means. */
  void *context;

  /* The checksum of all numbers, in their order. */
  uint64_t (*checksum_numbers)(void *context, int8_t a, int16_t b, int32_t c, int64_t d,
                               uint8_t e, uint16_t f, uint32_t g, uint64_t h, int64_t i,
                               uint64_t j, float k, double l, bool m);

  int64_t (*echo_int)(void *context, int64_t x);

  float (*echo_float)(void *context, float x);

  bool (*echo_bool)(void *context, bool x);

  plr_int64_optional (*echo_optional)(void *context, plr_int64_optional x);

  plr_bool_optional (*echo_optional_bool)(void *context, plr_bool_optional x);

  /* The checksum of a text, bytes and numbers that are only looked at. */
  uint64_t (*checksum_borrowed)(void *context, plr_text text, plr_bytes bytes,
                                plr_int32_array numbers);

  /* As above, but what is not UTF-8 is refused. */
  plr_status (*checksum_checked)(void *context, plr_text text, uint64_t *result, plr_error *error);

  int64_t (*sum)(void *context, plr_int32_array numbers);

  plr_status (*echo_text)(void *context, plr_text x, plr_owned_text *result, plr_error *error);

  plr_status (*echo_bytes)(void *context, plr_bytes x, plr_owned_bytes *result, plr_error *error);

  plr_status (*echo_color)(void *context, test_color x, test_color *result, plr_error *error);

  plr_status (*echo_temperature)(void *context, test_temperature x, test_temperature *result,
                                 plr_error *error);

  plr_status (*echo_optional_text)(void *context, plr_text_optional x, plr_text_optional *result,
                                   plr_error *error);

  plr_status (*echo_optional_bytes)(void *context, plr_bytes_optional x,
                                    plr_bytes_optional *result, plr_error *error);

  plr_status (*echo_optional_color)(void *context, test_color_optional x,
                                    test_color_optional *result, plr_error *error);

  plr_status (*echo_optional_inner)(void *context, test_inner_optional x,
                                    test_inner_optional *result, plr_error *error);

  plr_status (*echo_numbers)(void *context, plr_int32_array x, plr_int32_array *result,
                             plr_error *error);

  plr_status (*echo_offsets)(void *context, plr_int64_array x, plr_int64_array *result,
                             plr_error *error);

  plr_status (*echo_texts)(void *context, plr_text_array x, plr_text_array *result,
                           plr_error *error);

  plr_status (*echo_blobs)(void *context, plr_bytes_array x, plr_bytes_array *result,
                           plr_error *error);

  plr_status (*echo_colors)(void *context, test_color_array x, test_color_array *result,
                            plr_error *error);

  plr_status (*echo_inners)(void *context, test_inner_array x, test_inner_array *result,
                            plr_error *error);

  plr_status (*echo_record)(void *context, test_record x, test_record *result, plr_error *error);

  plr_status (*checksum_record)(void *context, test_record x, uint64_t *result, plr_error *error);

  /* Calls `body` with each text and its number, and adds up what it returns; fails as `body` does. */
  plr_status (*visit)(void *context, plr_text_array texts, test_all_kinds_visit_body body,
                      int64_t *result, plr_error *error);

  /* Adds up what `body` returns for 0 up to `count`. */
  int64_t (*total)(void *context, int32_t count, test_all_kinds_total_body body);

  /* Keeps `body` until another one comes, or `drop()`. */
  plr_status (*keep)(void *context, test_all_kinds_keep_body body, plr_error *error);

  /* What the closure that is kept returns. */
  plr_status (*call_kept)(void *context, plr_text text, test_inner_optional inner,
                          plr_owned_text *result, plr_error *error);

  /* Whether there was a closure to drop. */
  bool (*drop)(void *context);

  plr_status (*fail)(void *context, int32_t code, plr_text message, plr_error *error);
} test_all_kinds;

#ifdef __cplusplus
}
#endif

#endif
