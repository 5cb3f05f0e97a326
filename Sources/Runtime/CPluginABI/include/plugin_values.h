/* plugin_values.h - values that cross in calls of interfaces, and who owns their memory.
 *
 * A draft: the headers that `plugin-interface` writes use it; what it says may still change before an
 * ABI version promises it. docs/interfaces.md explains it.
 *
 *  - A parameter is lent for the call: whoever is called keeps no pointer to it.
 *  - A result is given away: each block that it points to comes from the allocator of the runtime
 *    (`plr.allocator`), and whoever receives it frees each block there, through the own host table. The
 *    pointers are to const because most values are lent; in a result their blocks are the receiver's.
 */
#ifndef PLUGIN_VALUES_H
#define PLUGIN_VALUES_H

#include <stdbool.h>

#include "plr_allocator.h"
#include "plr_registry.h"
#include "plugin_abi.h"

#ifdef __cplusplus
extern "C" {
#endif

/* UTF-8 of `length` bytes, which may hold NUL and is not ended by one. `bytes` may be NULL where `length`
 * is 0. */
typedef struct plr_text {
  const char *bytes;
  size_t length;
} plr_text;

/* Bytes without a meaning that this header knows. `bytes` may be NULL where `length` is 0. */
typedef struct plr_bytes {
  const uint8_t *bytes;
  size_t length;
} plr_bytes;

/* UTF-8 that the receiver frees; `bytes` is NULL where `length` is 0. */
typedef struct plr_owned_text {
  char *bytes;
  size_t length;
} plr_owned_text;

/* Bytes that the receiver frees; `bytes` is NULL where `length` is 0. */
typedef struct plr_owned_bytes {
  uint8_t *bytes;
  size_t length;
} plr_owned_bytes;

/* Several values of a type one behind the other; `elements` may be NULL where `count` is 0, and is NULL then in
 * a result. */
#define PLR_ARRAY_OF(name, type)  \
  typedef struct name##_array {   \
    const type *elements;         \
    size_t count;                 \
  } name##_array

/* A value of a type or none; `value` means something only where `has_value`. */
#define PLR_OPTIONAL_OF(name, type) \
  typedef struct name##_optional {  \
    bool has_value;                 \
    type value;                     \
  } name##_optional

PLR_ARRAY_OF(plr_int8, int8_t);
PLR_ARRAY_OF(plr_int16, int16_t);
PLR_ARRAY_OF(plr_int32, int32_t);
PLR_ARRAY_OF(plr_int64, int64_t);
/* Several uint8_t are plr_bytes. */
PLR_ARRAY_OF(plr_uint16, uint16_t);
PLR_ARRAY_OF(plr_uint32, uint32_t);
PLR_ARRAY_OF(plr_uint64, uint64_t);
PLR_ARRAY_OF(plr_float, float);
PLR_ARRAY_OF(plr_double, double);
PLR_ARRAY_OF(plr_bool, bool);
PLR_ARRAY_OF(plr_text, plr_text);
PLR_ARRAY_OF(plr_bytes, plr_bytes);

PLR_OPTIONAL_OF(plr_int8, int8_t);
PLR_OPTIONAL_OF(plr_int16, int16_t);
PLR_OPTIONAL_OF(plr_int32, int32_t);
PLR_OPTIONAL_OF(plr_int64, int64_t);
PLR_OPTIONAL_OF(plr_uint8, uint8_t);
PLR_OPTIONAL_OF(plr_uint16, uint16_t);
PLR_OPTIONAL_OF(plr_uint32, uint32_t);
PLR_OPTIONAL_OF(plr_uint64, uint64_t);
PLR_OPTIONAL_OF(plr_float, float);
PLR_OPTIONAL_OF(plr_double, double);
PLR_OPTIONAL_OF(plr_bool, bool);
PLR_OPTIONAL_OF(plr_text, plr_text);
PLR_OPTIONAL_OF(plr_bytes, plr_bytes);

/* ---- The head of a table ------------------------------------------------------------------ */

/* What the maker of a table says of it. Stays where it is for as long as the table. */
typedef struct plr_table_traits {
  uint32_t size;
  uint32_t reserved;

  /* Swift only, all NULL or 0 otherwise: where the implementation lies as a Swift existential of the
   * protocol that `protocol` is a number of, for callers of the same Swift runtime and toolchain. */
  uint64_t protocol;
  const void *existential;
  const void *swift_runtime; /* the address of the standard library's Int */
  const char *toolchain;     /* plugin_toolchain() */

  /* An instance of `table` for one caller alone: `instance` is a table that lives until it is given to `unmake`, once,
   * or the plugin's deinit. Both NULL where all callers share the implementation. [any-thread] */
  plr_status (*make)(const void *table, const void **instance, plr_error *error);
  void (*unmake)(const void *table, const void *instance);
} plr_table_traits;

#define PLR_TABLE_TRAITS_SIZE_1_0 56

/* What every table of an interface begins with; its functions stand behind. */
typedef struct plr_table_head {
  uint32_t size;
  uint32_t revision;
  uint64_t layout;                /* of all functions and values; 0 says nothing */
  const plr_table_traits *traits; /* NULL where there is nothing to say */
  void *context;                  /* the first argument of every function */
} plr_table_head;

/* What keeps a table from being called as an interface that has functions up to `size` and the layout
 * `layout`; NULL where nothing does. [any-thread] */
static inline const char *plugin_table_flaw(const void *table, uint32_t revision, size_t size,
                                            uint64_t layout) {
  const plr_table_head *head = (const plr_table_head *)table;
  const char *slot, *end;
  if (table == NULL) return "there is no table";
  if (head->size < size) return "the table is too short";
  if (head->revision != revision) return "the table is of another revision";
  if (head->layout != 0 && layout != 0 && head->layout != layout)
    return "the table has another layout";
  slot = (const char *)table + sizeof(plr_table_head);
  end = (const char *)table + size;
  for (; slot < end; slot += sizeof(void (*)(void))) {
    if (*(void (*const *)(void))(const void *)slot == NULL) return "a function is missing";
  }
  return NULL;
}

/* ---- Closures that are kept --------------------------------------------------------------- */

/* Pins whoever gave a closure away for one call of it: PLR_OK, and then plugin_callback_leave on the same
 * `reference`; PLR_ERROR_RETIRED where the giver is gone, and the closure must neither be called nor
 * released. `guard` and `guard_table` are the closure's. [any-thread] */
static inline plr_status plugin_callback_enter(const plr_registry *registry, const plr_host *host,
                                               const plr_interface *guard, const void *guard_table,
                                               plr_reference *reference) {
  uint32_t index = 0;
  reference->table = NULL;
  reference->token = 0;
  if (guard == NULL) return PLR_OK;
  for (;; index += 1) {
    plr_status status = registry->acquire_found(host, guard, index, reference);
    if (status == PLR_ERROR_NOT_FOUND) return PLR_ERROR_RETIRED;
    if (status != PLR_OK) return status;
    if (reference->table == guard_table) return PLR_OK;
    registry->release(host, reference);
  }
}

/* Ends what plugin_callback_enter has begun. [any-thread] */
static inline void plugin_callback_leave(const plr_registry *registry, const plr_host *host,
                                         plr_reference *reference) {
  if (reference->token != 0) registry->release(host, reference);
}

#ifdef __cplusplus
}
#endif

#endif
