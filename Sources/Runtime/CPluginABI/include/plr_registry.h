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
 * plr_registry_withdraw to wait for them. What guards closures (PLR_CLOSURES_PREFIX) is taken back
 * last and waited for, as nobody may be inside of one when it goes: BUSY where somebody still holds something of the
 * plugin's after ten seconds. [any-thread] */
plr_status plr_registry_remove(const plr_host *host, const char *id, uint32_t revision,
                               const void *table);

/* A pinned implementation. The caller owns the struct and gives it back with
 * plr_registry_release, once. */
typedef struct plr_reference {
  const void *table;
  uint64_t token; /* 0: holds nothing */
} plr_reference;

/* Pins the implementation number `index` of `id`/`revision`, 0 being the first in order, and fills
 * `reference`; NOT_FOUND where there are not so many, OUT_OF_MEMORY where the reference cannot be kept. On failure
 * `reference` holds nothing. What is still held when `host`'s plugin is retired is released. [any-thread] */
plr_status plr_registry_acquire(const plr_host *host, const char *id, uint32_t revision,
                                uint32_t index, plr_reference *reference);

/* Gives a reference back and clears it; NOT_FOUND where it holds nothing. Any plugin of this runtime
 * may give it back. [any-thread] */
plr_status plr_registry_release(const plr_host *host, plr_reference *reference);

/* How many implementations `id`/`revision` has now. [any-thread] */
uint32_t plr_registry_count(const plr_host *host, const char *id, uint32_t revision);

/* Since 1.1. An interface as the registry knows it, whether or not somebody implements it. Read only. It lives
 * as long as the process, and so does the memory for each id that was ever added or found. */
typedef struct plr_interface {
  uint64_t changes; /* 1 at first, and one more whenever an implementation has come or gone */
  uint64_t leads;   /* 1 at first, and one more whenever another implementation, or none, has become the first */
} plr_interface;

/* Since 1.1. The interface `id`/`revision`, the same one each time; NULL where `id` is no id or there is no
 * memory. Complexity: O(length of `id`). [any-thread] */
const plr_interface *plr_registry_find(const plr_host *host, const char *id, uint32_t revision);

/* Since 1.1. As plr_registry_acquire, without looking the id up. [any-thread] */
plr_status plr_registry_acquire_found(const plr_host *host, const plr_interface *interface_,
                                      uint32_t index, plr_reference *reference);

/* Since 1.1. Pins all implementations that there are at one moment, in their order. Sets `count` to their
 * number; INVALID_ARGUMENT, with nothing pinned, where that is more than `capacity`. [any-thread] */
plr_status plr_registry_acquire_all(const plr_host *host, const plr_interface *interface_,
                                    plr_reference *references, size_t capacity, size_t *count);

#define PLR_REGISTRY_ARRIVED ((uint32_t)0)
#define PLR_REGISTRY_LEFT ((uint32_t)1)

/* Since 1.1. What has happened; all pointers are borrowed for the call. */
typedef struct plr_registry_event {
  uint32_t size;
  uint32_t kind; /* PLR_REGISTRY_ARRIVED or PLR_REGISTRY_LEFT */
  const char *id;
  uint32_t revision;
  int32_t priority;
  const char *plugin;
  const plr_interface *interface_;
} plr_registry_event;

/* Called on the thread that adds, removes or withdraws, after it is done and outside all locks: it may use
 * the registry. Withdrawing calls it before it waits, so that a listener can give references back. */
typedef void (*plr_registry_callback)(void *context, const plr_registry_event *event);

typedef uint64_t plr_registry_listener;

/* Since 1.1. Calls `callback` for `id`/`revision`, or for all with an id of NULL, until it is taken back or
 * `host`'s account is closed. Events of one thread come in order; those of several may overtake each
 * other: look at the registry for what holds now. [any-thread] */
plr_status plr_registry_listen(const plr_host *host, const char *id, uint32_t revision,
                               plr_registry_callback callback, void *context,
                               plr_registry_listener *listener);

/* Since 1.1. Takes a listener back; on return no call of it is under way. BUSY, with nothing changed, from
 * within its own callback. [any-thread] */
plr_status plr_registry_unlisten(plr_registry_listener listener);

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
  /* Since 1.1: only where `size` is at least PLR_REGISTRY_SIZE_1_1. */
  const plr_interface *(*find)(const plr_host *host, const char *id, uint32_t revision);
  plr_status (*acquire_found)(const plr_host *host, const plr_interface *interface_, uint32_t index,
                              plr_reference *reference);
  plr_status (*acquire_all)(const plr_host *host, const plr_interface *interface_,
                            plr_reference *references, size_t capacity, size_t *count);
  plr_status (*listen)(const plr_host *host, const char *id, uint32_t revision,
                       plr_registry_callback callback, void *context,
                       plr_registry_listener *listener);
  plr_status (*unlisten)(plr_registry_listener listener);
} plr_registry;

#define PLR_REGISTRY_SIZE_1_0 48
#define PLR_REGISTRY_SIZE_1_1 88

#if defined(__GNUC__)
/* The first implementation of an interface, kept at hand. One thread uses it; cleared by the owner
 * at first. It keeps its plugin from being taken down until it is used again or given back. */
typedef struct plugin_cached_reference {
  const plr_interface *interface_;
  uint64_t leads;
  plr_reference reference;
} plugin_cached_reference;

/* The table of the first implementation of `cached->interface_`, or NULL where there is none: one load
 * and a comparison as long as no other has become the first. [any-thread] */
static inline const void *plugin_cached_table(const plr_registry *registry, const plr_host *host,
                                              plugin_cached_reference *cached) {
  uint64_t leads = __atomic_load_n(&cached->interface_->leads, __ATOMIC_ACQUIRE);
  if (__builtin_expect(leads == cached->leads, 1)) return cached->reference.table;
  if (cached->reference.token != 0) registry->release(host, &cached->reference);
  plr_status status = registry->acquire_found(host, cached->interface_, 0, &cached->reference);
  /* What could not be told for another reason is asked again. */
  if (status == PLR_OK || status == PLR_ERROR_NOT_FOUND) cached->leads = leads;
  return cached->reference.table;
}
#endif

/* ---- For the host ------------------------------------------------------------------------- */

/* Since 1.1. What an id begins with under which a plugin registers nothing but that it is there: who calls a closure
 * of it pins it by that entry. The name of the plugin follows. */
#define PLR_CLOSURES_PREFIX "closures."

/* Since 1.1. From now on what `host`'s plugin adds is found by nobody, itself included, and told to nobody,
 * until it is published: so a plugin whose `init` fails half way leaves nothing that anybody has seen. But what
 * guards closures, under an id that begins with PLR_CLOSURES_PREFIX, is found at once: whoever was given one may
 * call it and give it back. [host-thread] */
plr_status plr_registry_stage(const plr_host *host);

/* Since 1.1. Lets everything be found that was added since plr_registry_stage, in the order it was added; what is
 * added from now on is found at once. OUT_OF_MEMORY where not all could be: withdraw then. [host-thread] */
plr_status plr_registry_publish(const plr_host *host);

/* Takes every implementation of `host`'s plugin out of the registry at once and waits, for at most
 * `timeout_nanoseconds`, until nobody else holds a reference to one. BUSY, naming what is held and by whom, where some
 * still are: the entries are gone, but the plugin must not be taken down. [host-thread] */
plr_status plr_registry_withdraw(const plr_host *host, uint64_t timeout_nanoseconds,
                                 plr_error *error);

/* Told of one reference: who holds it, and to what. All pointers are borrowed for the call, which must not
 * use the registry. */
typedef void (*plr_holder)(void *context, const char *holder, const char *id, uint32_t revision);

/* Since 1.1. Calls `holder` for each reference that others hold to what `host`'s plugin has registered or had:
 * after a withdrawal that was BUSY, all that it waits for. [host-thread] */
plr_status plr_registry_holders(const plr_host *host, plr_holder holder, void *context);

/* Told that somebody looks for `id`/`revision`, before the answer: what it adds to the registry is found.
 * `context` is what was given with it. It may call the registry; look-ups that it makes itself are told
 * as well. */
typedef void (*plr_demand)(void *context, const char *id, uint32_t revision);

/* Has `demand` called before each plr_registry_acquire, _acquire_found, _acquire_all and _count that this
 * thread makes, for whomever: so a host can load a plugin when it is first asked for. Look-ups of other threads are
 * answered with what is there, because only this one may load. One for each account; NULL ends it, and
 * so does closing the account. [host-thread] */
plr_status plr_registry_on_demand(const plr_host *host, plr_demand demand, void *context);

#ifdef __cplusplus
}
#endif

#endif
