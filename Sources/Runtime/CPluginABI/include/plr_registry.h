/* plr_registry.h - interfaces by id and revision, and who implements them.
 *
 * An interface is a table of functions whose layout `id`/`revision` fixes for ever. Several plugins
 * may implement one. Look-ups pin what they return: as long as a reference is held, the plugin
 * behind it is not taken down. */
#ifndef PLR_REGISTRY_H
#define PLR_REGISTRY_H

#include "plugin_abi.h"

#ifdef __cplusplus
extern "C" {
#endif

#define PLR_REGISTRY_ID "plr.registry"
#define PLR_REGISTRY_REVISION 1

/* Offers `table` as an implementation of `id`/`revision` until it is removed or the plugin is
 * withdrawn. `table` stays the plugin's. Implementations are found in descending `priority`, then
 * in the order they came. Fails with ALREADY_EXISTS for the same table under the same id.
 * [any-thread] */
plr_status plr_registry_add(const plr_host *host, const char *id, uint32_t revision,
                            int32_t priority, const void *table, plr_error *error);

/* Takes one implementation of `host`'s plugin back. References that are held stay valid; use
 * plr_registry_withdraw to wait for them. [any-thread] */
plr_status plr_registry_remove(const plr_host *host, const char *id, uint32_t revision,
                               const void *table);

/* A pinned implementation. The caller owns the struct and gives it back with
 * plr_registry_release, once. */
typedef struct plr_reference {
  const void *table;
  uint64_t token; /* 0: holds nothing */
} plr_reference;

/* Pins the implementation number `index` of `id`/`revision`, 0 being the first in order, and fills
 * `reference`; NOT_FOUND where there are not so many. On failure `reference` holds nothing. What is
 * still held when `host`'s plugin is retired is released. [any-thread] */
plr_status plr_registry_acquire(const plr_host *host, const char *id, uint32_t revision,
                                uint32_t index, plr_reference *reference);

/* Gives a reference back and clears it; NOT_FOUND where it holds nothing. Any plugin of this runtime
 * may give it back. [any-thread] */
plr_status plr_registry_release(const plr_host *host, plr_reference *reference);

/* How many implementations `id`/`revision` has now. [any-thread] */
uint32_t plr_registry_count(const plr_host *host, const char *id, uint32_t revision);

/* The same as a table: query_interface(host, PLR_REGISTRY_ID, PLR_REGISTRY_REVISION). */
typedef struct plr_registry {
  uint32_t size;
  uint32_t revision;
  plr_status (*add)(const plr_host *host, const char *id, uint32_t revision, int32_t priority,
                    const void *table, plr_error *error);
  plr_status (*remove)(const plr_host *host, const char *id, uint32_t revision, const void *table);
  plr_status (*acquire)(const plr_host *host, const char *id, uint32_t revision, uint32_t index,
                        plr_reference *reference);
  plr_status (*release)(const plr_host *host, plr_reference *reference);
  uint32_t (*count)(const plr_host *host, const char *id, uint32_t revision);
} plr_registry;

/* ---- For the host ------------------------------------------------------------------------- */

/* Takes every implementation of `host`'s plugin out of the registry at once and waits, for at most
 * `timeout_nanoseconds`, until nobody else holds a reference to one. BUSY, naming what is held and by whom, where some
 * still are: the entries are gone, but the plugin must not be taken down. [host-thread] */
plr_status plr_registry_withdraw(const plr_host *host, uint64_t timeout_nanoseconds,
                                 plr_error *error);

/* Told that somebody looks for `id`/`revision`, before the answer: what it adds to the registry is found.
 * `context` is what was given with it. It may call the registry; look-ups that it makes itself are told
 * as well. */
typedef void (*plr_demand)(void *context, const char *id, uint32_t revision);

/* Has `demand` called before each plr_registry_acquire and plr_registry_count that this thread makes,
 * for whomever: so a host can load a plugin when it is first asked for. Look-ups of other threads are
 * answered with what is there, because only this one may load. One for each account; NULL ends it, and
 * so does closing the account. [host-thread] */
plr_status plr_registry_on_demand(const plr_host *host, plr_demand demand, void *context);

#ifdef __cplusplus
}
#endif

#endif
