/* bench_unit.h - what the measured process asks of every plugin of a plugin set. */
#ifndef BENCH_UNIT_H
#define BENCH_UNIT_H

#include <stdint.h>

#define BENCH_UNIT_ID "bench.unit"
#define BENCH_UNIT_REVISION 1

typedef struct bench_unit {
  uint32_t size;
  uint32_t revision;
  /* Works through the plugin's types, strings and dictionary and returns a number that depends on
   * the plugin and on `input` alone. [any-thread] */
  uint64_t (*answer)(uint64_t input);
  /* The identity of the runtime that the plugin uses, or NULL where it uses none. [any-thread] */
  const void *(*runtime)(void);
} bench_unit;

/* The symbol of a bare C plugin of the floor: it does what init does elsewhere and returns the
 * plugin's table, or NULL. */
#define BENCH_FLOOR_SYMBOL "bench_floor_entry"
typedef const bench_unit *(*bench_floor_entry_function)(void);

#endif
