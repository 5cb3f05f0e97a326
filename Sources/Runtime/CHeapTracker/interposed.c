/* interposed.c - malloc(3) and its kin.
 *
 * Each asks the C library for a block that is larger by a header, under the names that the C library has
 * for that purpose, so that nothing has to be looked up before the first block. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "attribution.h"
#include "heap_block.h"
#include "tracker.h"

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *memory, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);
extern void __libc_free(void *memory);

#define EXPORTED __attribute__((visibility("default")))
/* Has a frame of its own, whose caller can be told. */
#define ENTRANCE EXPORTED __attribute__((noinline))

static inline void *refuse(void) {
  errno = ENOMEM;
  return NULL;
}

static inline void *mark(char *start, size_t distance, uint32_t shift, size_t size,
                         uint32_t owner) {
  void *memory = start + distance;
  heap_block *block = heap_block_of(memory);
  block->size = size;
  block->word = heap_block_word(owner, shift);
  return memory;
}

/* Makes `start` of the C library a block of ours. */
static void *claim(heap_thread *thread, char *start, size_t distance, uint32_t shift, size_t size,
                   heap_frame caller) {
  uint32_t owner = attribution_owner(thread, caller);
  heap_count(thread, owner, (int64_t)size, 1, 0);
  return mark(start, distance, shift, size, owner);
}

/* What malloc does not do itself is out of its way, and gets the caller in registers: so that this is a
 * jump, and malloc has next to nothing to save. */
static __attribute__((noinline)) void *claim_slowly(char *start, size_t size, uintptr_t address,
                                                    uintptr_t stack, uintptr_t frame) {
  return claim(heap_thread_get(), start, HEAP_BLOCK_SIZE, HEAP_BLOCK_SHIFT, size,
               (heap_frame){address, stack, frame});
}

static __attribute__((noinline)) void *allocate_first(size_t size, uintptr_t address,
                                                      uintptr_t stack, uintptr_t frame) {
  size_t all;
  if (__builtin_add_overflow(size, HEAP_BLOCK_SIZE, &all)) return refuse();
  char *start = __libc_malloc(all);
  return start == NULL ? NULL : claim_slowly(start, size, address, stack, frame);
}

/* Where it is not tracked, or the thread has no record yet. */
static __attribute__((noinline)) void *allocate_slowly(size_t size, uintptr_t address,
                                                       uintptr_t stack, uintptr_t frame) {
  if (!tracker_is_on()) return __libc_malloc(size);
  return allocate_first(size, address, stack, frame);
}

ENTRANCE void *malloc(size_t size) {
  heap_frame caller = HEAP_CALLER;
  /* Only where it is tracked a thread has a record. */
  heap_thread *thread = heap_thread_now;
  if (__builtin_expect(thread == NULL || size > PTRDIFF_MAX, 0)) {
    return allocate_slowly(size, caller.address, caller.stack, caller.frame);
  }
  char *start = __libc_malloc(size + HEAP_BLOCK_SIZE);
  if (__builtin_expect(start == NULL, 0)) return NULL;
  int64_t owner = attribution_quick(thread, &caller);
  heap_figures *figures = NULL;
  if (__builtin_expect(owner >= 0, 1)) figures = heap_figures_quick(thread, (uint32_t)owner);
  if (__builtin_expect(figures == NULL, 0)) {
    return claim_slowly(start, size, caller.address, caller.stack, caller.frame);
  }
  heap_count_quick(thread, figures, (int64_t)size, 1, 0);
  return mark(start, HEAP_BLOCK_SIZE, HEAP_BLOCK_SHIFT, size, (uint32_t)owner);
}

ENTRANCE void *calloc(size_t count, size_t size) {
  if (__builtin_expect(!tracker_is_on(), 0)) return __libc_calloc(count, size);
  size_t bytes, all;
  if (__builtin_mul_overflow(count, size, &bytes) ||
      __builtin_add_overflow(bytes, HEAP_BLOCK_SIZE, &all)) {
    return refuse();
  }
  char *start = __libc_calloc(1, all);
  if (__builtin_expect(start == NULL, 0)) return NULL;
  return claim(heap_thread_get(), start, HEAP_BLOCK_SIZE, HEAP_BLOCK_SHIFT, bytes, HEAP_CALLER);
}

static void release(heap_block *block) {
  heap_count(heap_thread_get(), heap_block_owner(block), -(int64_t)block->size, 0, 1);
  __libc_free((char *)(block + 1) - heap_block_distance(block));
}

static __attribute__((noinline)) void free_slowly(void *memory) {
  /* Nothing is tracked before tracking is on, so that all blocks have room before them. */
  if (memory != NULL && tracker_is_on() && heap_block_is_tracked(heap_block_of(memory))) {
    release(heap_block_of(memory));
  } else {
    __libc_free(memory);
  }
}

EXPORTED void free(void *memory) {
  heap_thread *thread = heap_thread_now;
  heap_figures *figures = NULL;
  if (__builtin_expect(thread != NULL && memory != NULL, 1)) {
    const heap_block *block = heap_block_of(memory);
    if (__builtin_expect(heap_block_is_tracked(block), 1)) {
      figures = heap_figures_quick(thread, heap_block_owner(block));
    }
  }
  if (__builtin_expect(figures == NULL, 0)) {
    free_slowly(memory);
    return;
  }
  const heap_block *block = heap_block_of(memory);
  heap_count_quick(thread, figures, -(int64_t)block->size, 0, 1);
  __libc_free((char *)memory - heap_block_distance(block));
}

/* A block at a multiple of `alignment`, a power of two. */
static inline void *aligned(size_t alignment, size_t size, heap_frame caller) {
  size_t distance = alignment < HEAP_BLOCK_SIZE ? HEAP_BLOCK_SIZE : alignment;
  size_t all;
  if (__builtin_add_overflow(size, distance, &all)) return refuse();
  char *start = __libc_memalign(distance, all);
  if (start == NULL) return NULL;
  return claim(heap_thread_get(), start, distance, (uint32_t)__builtin_ctzll(distance), size, caller);
}

static inline int is_power_of_two(size_t value) { return value != 0 && (value & (value - 1)) == 0; }

/* As memalign(3) of the C library: the next power of two. */
static void *aligned_loosely(size_t alignment, size_t size, heap_frame caller) {
  if (alignment > SIZE_MAX / 2 + 1) {
    errno = EINVAL;
    return NULL;
  }
  size_t power = HEAP_BLOCK_SIZE;
  while (power < alignment) power *= 2;
  return aligned(power, size, caller);
}

ENTRANCE int posix_memalign(void **memory, size_t alignment, size_t size) {
  if (!is_power_of_two(alignment) || alignment % sizeof(void *) != 0) return EINVAL;
  int code = errno;
  void *made = tracker_is_on() ? aligned(alignment, size, HEAP_CALLER)
                               : __libc_memalign(alignment, size);
  errno = code;
  if (made == NULL) return ENOMEM;
  *memory = made;
  return 0;
}

ENTRANCE void *aligned_alloc(size_t alignment, size_t size) {
  if (!tracker_is_on()) return __libc_memalign(alignment, size);
  return aligned_loosely(alignment, size, HEAP_CALLER);
}

ENTRANCE void *memalign(size_t alignment, size_t size) {
  if (!tracker_is_on()) return __libc_memalign(alignment, size);
  return aligned_loosely(alignment, size, HEAP_CALLER);
}

ENTRANCE void *valloc(size_t size) {
  size_t page = (size_t)sysconf(_SC_PAGESIZE);
  if (!tracker_is_on()) return __libc_memalign(page, size);
  return aligned(page, size, HEAP_CALLER);
}

ENTRANCE void *pvalloc(size_t size) {
  size_t page = (size_t)sysconf(_SC_PAGESIZE);
  size_t whole;
  if (__builtin_add_overflow(size, page - 1, &whole)) return refuse();
  whole &= ~(page - 1);
  if (!tracker_is_on()) return __libc_memalign(page, whole);
  return aligned(page, whole, HEAP_CALLER);
}

/* The owner of a block keeps it, whoever changes its size. */
static void *resize(heap_block *block, size_t size) {
  size_t before = block->size;
  uint32_t owner = heap_block_owner(block);
  heap_block *moved;
  if (heap_block_distance(block) == HEAP_BLOCK_SIZE) {
    size_t all;
    if (__builtin_add_overflow(size, HEAP_BLOCK_SIZE, &all)) return refuse();
    moved = __libc_realloc(block, all);
    if (moved == NULL) return NULL;
  } else {
    /* The C library knows nothing of the room before the block. */
    size_t all;
    if (__builtin_add_overflow(size, HEAP_BLOCK_SIZE, &all)) return refuse();
    moved = __libc_malloc(all);
    if (moved == NULL) return NULL;
    memcpy(moved + 1, block + 1, before < size ? before : size);
    moved->word = heap_block_word(owner, HEAP_BLOCK_SHIFT);
    __libc_free((char *)(block + 1) - heap_block_distance(block));
  }
  moved->size = size;
  heap_count(heap_thread_get(), owner, (int64_t)size - (int64_t)before, 0, 0);
  return moved + 1;
}

static inline void *reallocate(void *memory, size_t size, heap_frame caller) {
  size_t all;
  if (memory == NULL) {
    if (__builtin_add_overflow(size, HEAP_BLOCK_SIZE, &all)) return refuse();
    char *start = __libc_malloc(all);
    if (start == NULL) return NULL;
    return claim(heap_thread_get(), start, HEAP_BLOCK_SIZE, HEAP_BLOCK_SHIFT, size, caller);
  }
  heap_block *block = heap_block_of(memory);
  if (!heap_block_is_tracked(block)) return __libc_realloc(memory, size);
  if (size != 0) return resize(block, size);
  /* As in the C library. */
  release(block);
  return NULL;
}

ENTRANCE void *realloc(void *memory, size_t size) {
  if (__builtin_expect(!tracker_is_on(), 0)) return __libc_realloc(memory, size);
  return reallocate(memory, size, HEAP_CALLER);
}

ENTRANCE void *reallocarray(void *memory, size_t count, size_t size) {
  size_t bytes;
  if (__builtin_mul_overflow(count, size, &bytes)) return refuse();
  if (!tracker_is_on()) return __libc_realloc(memory, bytes);
  return reallocate(memory, bytes, HEAP_CALLER);
}

EXPORTED size_t malloc_usable_size(void *memory) {
  static _Atomic(size_t (*)(void *)) real;
  if (memory == NULL) return 0;
  size_t (*usable)(void *) = atomic_load_explicit(&real, memory_order_relaxed);
  if (usable == NULL) {
    usable = (size_t (*)(void *))dlsym(RTLD_NEXT, "malloc_usable_size");
    atomic_store_explicit(&real, usable, memory_order_relaxed);
  }
  heap_block *block = heap_block_of(memory);
  if (!tracker_is_on() || !heap_block_is_tracked(block)) return usable(memory);
  size_t distance = heap_block_distance(block);
  return usable((char *)memory - distance) - distance;
}

/* Addresses whose code is gone may come to mean something else. */
EXPORTED int dlclose(void *handle) {
  static _Atomic(int (*)(void *)) real;
  int (*close)(void *) = atomic_load_explicit(&real, memory_order_relaxed);
  if (close == NULL) {
    close = (int (*)(void *))dlsym(RTLD_NEXT, "dlclose");
    atomic_store_explicit(&real, close, memory_order_relaxed);
  }
  int result = close(handle);
  if (tracker_is_on()) owner_forget_images();
  return result;
}
