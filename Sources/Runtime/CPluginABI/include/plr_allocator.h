/* plr_allocator.h - memory that the runtime knows the owner of.
 *
 * A block belongs to the plugin whose host table allocated it. Any plugin may free it; it is
 * credited to its owner. When a plugin is retired its remaining blocks are reported and freed: nobody
 * may touch a block after its owner is gone. Freeing a block twice is undefined, as with free(3); the
 * runtime logs and ignores a pointer that it can tell is none of its blocks. */
#ifndef PLR_ALLOCATOR_H
#define PLR_ALLOCATOR_H

#include "plugin_abi.h"

#ifdef __cplusplus
extern "C" {
#endif

#define PLR_ALLOCATOR_ID "plr.allocator"
#define PLR_ALLOCATOR_REVISION 1

/* A new block of `size` bytes at a multiple of `alignment`, a power of two (0 means 16), charged to
 * `host`'s plugin; NULL where there is no memory, the arguments are out of range or the plugin is
 * retired. The contents are undefined. A size of 0 gives a block that must be freed.
 * Complexity: that of malloc. [any-thread] */
void *plr_allocate(const plr_host *host, size_t size, size_t alignment);

/* `block` with room for `size` bytes, possibly moved, its contents kept up to the smaller size, its
 * owner and alignment unchanged; NULL, with `block` untouched, where that cannot be done. A NULL
 * block allocates. [any-thread] */
void *plr_reallocate(const plr_host *host, void *block, size_t size);

/* Frees a block of plr_allocate or plr_reallocate, whoever owns it. NULL does nothing.
 * [any-thread] */
void plr_deallocate(const plr_host *host, void *block);

/* The same as a table, for plugins that do not link against the runtime:
 * query_interface(host, PLR_ALLOCATOR_ID, PLR_ALLOCATOR_REVISION). */
typedef struct plr_allocator {
  uint32_t size;
  uint32_t revision;
  void *(*allocate)(const plr_host *host, size_t size, size_t alignment);
  void *(*reallocate)(const plr_host *host, void *block, size_t size);
  void (*deallocate)(const plr_host *host, void *block);
} plr_allocator;

/* What one plugin, or all together, have allocated. */
typedef struct plr_allocation_statistics {
  uint32_t size;
  uint32_t reserved;
  uint64_t live_blocks;
  uint64_t live_bytes;        /* as asked for, without the allocator's own overhead */
  uint64_t peak_bytes;        /* the most that were live at once; for all: the sum of the peaks */
  uint64_t total_allocations; /* since the account was opened; for all: of open accounts */
} plr_allocation_statistics;

/* Fills `statistics`, whose `size` the caller has set to at least 40, for `host`'s plugin or, with NULL, for all
 * open accounts of the runtime. [any-thread] */
plr_status plr_allocator_statistics(const plr_host *host, plr_allocation_statistics *statistics);

#ifdef __cplusplus
}
#endif

#endif
