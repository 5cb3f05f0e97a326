/* plr_instances.h - what plugins make is counted, so that it can be seen that they unmake it.
 *
 * Since 1.1. Whoever makes an instance of an interface says so, and says so again when it is unmade: PluginKit
 * does for what macros register and for closures that are given away, others may. The host and
 * `plugin-host inspect` read the counts. */
#ifndef PLR_INSTANCES_H
#define PLR_INSTANCES_H

#include "plugin_abi.h"

#ifdef __cplusplus
extern "C" {
#endif

#define PLR_INSTANCES_ID "plr.instances"
#define PLR_INSTANCES_REVISION 1

/* `host`'s plugin has made one more instance of `id`/`revision`. OUT_OF_MEMORY where it cannot be counted.
 * Complexity: O(length of `id` + accounts that were counted for it). [any-thread] */
plr_status plr_instance_made(const plr_host *host, const char *id, uint32_t revision);

/* It has unmade one. Also for a plugin that has been retired. NOT_FOUND where it never made one. [any-thread] */
plr_status plr_instance_unmade(const plr_host *host, const char *id, uint32_t revision);

/* What one plugin has made of one interface; made - unmade are live. All pointers are borrowed for the call. */
typedef struct plr_instance_count {
  uint32_t size;
  uint32_t revision;
  const char *plugin; /* NULL: all that are gone and had unmade everything */
  const char *id;
  uint64_t made;
  uint64_t unmade;
} plr_instance_count;

/* Told of one count; must not use the counters itself. */
typedef void (*plr_instance_counter)(void *context, const plr_instance_count *count);

/* Calls `counter` for each interface that `host`'s plugin has made instances of; for all plugins with NULL. A
 * plugin that is retired with instances that it did not unmake stays listed. [any-thread] */
plr_status plr_instances_each(const plr_host *host, plr_instance_counter counter, void *context);

/* The same as a table: query_interface(host, PLR_INSTANCES_ID, PLR_INSTANCES_REVISION). */
typedef struct plr_instances {
  uint32_t size;
  uint32_t revision;
  plr_status (*made)(const plr_host *host, const char *id, uint32_t revision);
  plr_status (*unmade)(const plr_host *host, const char *id, uint32_t revision);
  plr_status (*each)(const plr_host *host, plr_instance_counter counter, void *context);
} plr_instances;

#define PLR_INSTANCES_SIZE_1_1 32

#ifdef __cplusplus
}
#endif

#endif
