/* plr_allocator.h - memory that the runtime knows the owner of.
 *
 * A block belongs to the plugin whose host table allocated it. Any plugin may free it; it is
 * credited to its owner. When a plugin is retired its remaining blocks are reported and freed: nobody
 * may touch a block after its owner is gone. Freeing a block twice is undefined, as with free(3); the
 * runtime logs and ignores a pointer that it can tell is none of its blocks, which in checked mode
 * (plr_allocator_set_checked) are all that were freed before and all whose end was written over. */
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

/* Since 1.1. As plr_allocate, but every byte is zero. [any-thread] */
void *plr_allocate_zeroed(const plr_host *host, size_t size, size_t alignment);

/* Since 1.1. How many bytes of `block` may be used without reallocating: at least those that were asked
 * for. 0 for NULL and for what is no live block of this runtime. The owner stays charged with what was
 * asked for. Complexity: O(1). [any-thread] */
size_t plr_usable_size(const plr_host *host, const void *block);

/* The same as a table, for plugins that do not link against the runtime:
 * query_interface(host, PLR_ALLOCATOR_ID, PLR_ALLOCATOR_REVISION). */
typedef struct plr_allocator {
  uint32_t size;
  uint32_t revision;
  void *(*allocate)(const plr_host *host, size_t size, size_t alignment);
  void *(*reallocate)(const plr_host *host, void *block, size_t size);
  void (*deallocate)(const plr_host *host, void *block);
  /* Since 1.1: only where `size` is at least PLR_ALLOCATOR_SIZE_1_1. */
  void *(*allocate_zeroed)(const plr_host *host, size_t size, size_t alignment);
  size_t (*usable_size)(const plr_host *host, const void *block);
} plr_allocator;

#define PLR_ALLOCATOR_SIZE_1_0 32
#define PLR_ALLOCATOR_SIZE_1_1 48

/* What one plugin, or all together, have allocated. */
typedef struct plr_allocation_statistics {
  uint32_t size;
  uint32_t reserved;
  uint64_t live_blocks;
  uint64_t live_bytes;        /* as asked for, without the allocator's own overhead */
  /* the most that were live at once; for all: the sum of the peaks. Exact where one thread at a time
   * works for the plugin, else up to 64 KiB for each thread too high or too low. */
  uint64_t peak_bytes;
  uint64_t total_allocations; /* since the account was opened; for all: of open accounts */
} plr_allocation_statistics;

/* Fills `statistics`, whose `size` the caller has set to at least 40, for `host`'s plugin or, with NULL, for all
 * open accounts of the runtime. [any-thread] */
plr_status plr_allocator_statistics(const plr_host *host, plr_allocation_statistics *statistics);

/* ---- For the host ------------------------------------------------------------------------- */

/* Since 1.1. Told when `host`'s plugin passes its soft limit, once until it has been below it again; on the
 * thread that allocates, outside all locks. It may allocate and free. */
typedef void (*plr_limit_callback)(void *context, const plr_host *host, uint64_t live_bytes);

/* Since 1.1. Limits what `host`'s plugin may have live at once, in bytes as asked for; UINT64_MAX is no
 * limit. Past `soft` the callback (may be NULL) is called and a warning logged; what would pass `hard`
 * fails as if there were no memory. Exact from when it returns, what was allocated before included, by
 * whatever thread. Two UINT64_MAX end the limits, and the plugin is as fast as before. INVALID_ARGUMENT where there is a soft limit above the hard one. [host-thread] */
plr_status plr_allocator_set_limits(const plr_host *host, uint64_t soft, uint64_t hard,
                                    plr_limit_callback callback, void *context);

/* Since 1.1. Turns checked mode on (1) or off (0) for blocks that are allocated from now on by any plugin:
 * each has a guard behind its end that is looked at when it is freed, resized or left to its plugin's retirement, what is freed is overwritten and kept from
 * reuse for a while, and each block knows where it was allocated. Nothing is read of a pointer that is not the
 * runtime's. Slower, and larger by 48 bytes a block. PLR_CHECK=heap in the environment turns it on from the start. [host-thread] */
void plr_allocator_set_checked(int32_t is_checked);

/* What one group of a plugin's live blocks amounts to. */
typedef struct plr_block_group {
  uint64_t blocks;
  uint64_t bytes;
  uint64_t block_size; /* the room of each block: its size class; 0 where they differ */
  const void *caller;  /* in checked mode the address after the call that allocated, else NULL */
} plr_block_group;

/* Since 1.1. Tells what `host`'s plugin has not freed, by place of allocation for blocks of checked mode
 * and by size class for others: fills at most `capacity` groups, the largest first, and sets `count` to
 * how many there are. For a plugin that is at rest; blocks that come or go meanwhile may be missed.
 * OUT_OF_MEMORY where the groups cannot be kept. Complexity: O(blocks of the process * groups). [any-thread] */
plr_status plr_allocator_report(const plr_host *host, plr_block_group *groups, size_t capacity,
                                size_t *count);

#ifdef __cplusplus
}
#endif

#endif
