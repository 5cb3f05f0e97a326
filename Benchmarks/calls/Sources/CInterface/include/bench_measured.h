/* bench_measured.h - the interface bench.measured, revision 1.
 *
 * Written from the Swift protocol 'Measured' by `plugin-interface header`; not to be edited by hand.
 */
#ifndef BENCH_MEASURED_H
#define BENCH_MEASURED_H

#include "plugin_values.h"

#ifdef __cplusplus
extern "C" {
#endif

#define BENCH_MEASURED_ID "bench.measured"
#define BENCH_MEASURED_REVISION 1
/* Of all functions and values: another number is another interface. */
#define BENCH_MEASURED_LAYOUT 0x760e72861536eeeaull
/* What a table begins with: `{BENCH_MEASURED_HEAD(context), function, ...}`. */
#define BENCH_MEASURED_HEAD(context) \
  sizeof(bench_measured), BENCH_MEASURED_REVISION, BENCH_MEASURED_LAYOUT, NULL, (context)

/* Functions that do as little as can be. */
typedef struct bench_measured {
  uint32_t size;
  uint32_t revision;
  uint64_t layout;
  const plr_table_traits *traits;
  /* The first argument of every function; whose it is knows what it means. */
  void *context;

  int64_t (*add)(void *context, int64_t x, int64_t y);

  /* The number of bytes, and the first of them. */
  int64_t (*look)(void *context, plr_text text);

  /* The same of a text that is copied on arrival. */
  int64_t (*take)(void *context, plr_text text);

  plr_status (*fail)(void *context, int32_t code, plr_error *error);
} bench_measured;

#ifdef __cplusplus
}
#endif

#endif
