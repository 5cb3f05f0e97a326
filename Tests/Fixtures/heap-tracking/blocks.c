/* What a block is: its size, its alignment, and whose it stays. */
#include <errno.h>
#include <malloc.h>
#include <stdint.h>
#include <unistd.h>

#include "host.h"

static void freeing(void) {
  plr_heap_row before = OF(first), other = OF(second), own = HOST;
  void *one = first.make(1000), *two = first.make(2000), *three = first.copy("text");
  CHECK_EQUAL(OF(first).live_bytes - before.live_bytes, 3005);
  first.let_go(one);
  second.let_go(two);
  free(three);
  free(NULL);
  CHECK_EQUAL(OF(first).live_bytes, before.live_bytes);
  CHECK_EQUAL(OF(first).live_blocks, before.live_blocks);
  CHECK_EQUAL(OF(first).allocations, before.allocations + 3);
  CHECK_EQUAL(OF(second).live_bytes, other.live_bytes);
  CHECK_EQUAL(HOST.live_bytes, own.live_bytes);
}

static void resizing(void) {
  plr_heap_row before = OF(first), other = OF(second);
  char *block = first.make(10);
  memcpy(block, "123456789", 10);
  /* It stays the first one's, however far it moves. */
  for (size_t size = 20; size < 4000000; size *= 3) {
    block = second.grow(block, size);
    CHECK(strcmp(block, "123456789") == 0 && (uintptr_t)block % 16 == 0);
    CHECK_EQUAL(OF(first).live_bytes - before.live_bytes, size);
  }
  block = second.grow(block, 12);
  CHECK(strcmp(block, "123456789") == 0);
  CHECK_EQUAL(OF(first).live_bytes - before.live_bytes, 12);
  CHECK_EQUAL(OF(first).allocations, before.allocations + 1);
  CHECK_EQUAL(OF(second).allocations, other.allocations);
  CHECK(second.grow(block, 0) == NULL);
  CHECK_EQUAL(OF(first).live_blocks, before.live_blocks);
  /* Out of nothing it is whose who asks. */
  block = second.grow(NULL, 55);
  CHECK_EQUAL(OF(second).live_bytes - other.live_bytes, 55);
  free(block);
}

static void aligning(void) {
  plr_heap_row before = HOST;
  size_t expected = 0;
  for (size_t alignment = 8; alignment <= 65536; alignment *= 2) {
    void *blocks[4] = {NULL};
    CHECK(posix_memalign(&blocks[0], alignment, 100) == 0);
    blocks[1] = aligned_alloc(alignment, 100);
    blocks[2] = memalign(alignment, 100);
    CHECK(posix_memalign(&blocks[3], alignment, 0) == 0);
    for (int i = 0; i < 4; i += 1) {
      CHECK(blocks[i] != NULL && (uintptr_t)blocks[i] % alignment == 0);
      CHECK(malloc_usable_size(blocks[i]) >= (i < 3 ? 100 : 0));
      if (i < 3) memset(blocks[i], i, malloc_usable_size(blocks[i]));
    }
    CHECK_EQUAL(HOST.live_bytes - before.live_bytes, expected + 300);
    /* Its contents go along when it is made larger. */
    unsigned char *moved = realloc(blocks[2], 50000);
    CHECK(moved != NULL && moved[0] == 2 && moved[99] == 2);
    moved = realloc(moved, 60);
    CHECK(moved != NULL && moved[59] == 2);
    free(blocks[0]);
    free(blocks[1]);
    free(blocks[3]);
    expected += 60;
    CHECK_EQUAL(HOST.live_bytes - before.live_bytes, expected);
  }
  size_t page = (size_t)sysconf(_SC_PAGESIZE);
  char *whole = valloc(10), *more = pvalloc(page + 1);
  CHECK((uintptr_t)whole % page == 0 && (uintptr_t)more % page == 0);
  CHECK_EQUAL(HOST.live_bytes - before.live_bytes, expected + 10 + 2 * page);
  memset(more, 1, 2 * page);
  free(whole);
  free(more);
  /* The next power of two, as the C library has it. */
  char *odd = memalign(48, 10);
  CHECK((uintptr_t)odd % 64 == 0);
  free(odd);
}

static void refusing(void) {
  volatile size_t huge = SIZE_MAX, half = SIZE_MAX / 2;
  plr_heap_row before = HOST;
  char *block = malloc(10);
  void *none = (void *)1;
#define REFUSED(call) \
  errno = 0;          \
  CHECK((call) == NULL && errno == ENOMEM)
  REFUSED(malloc(huge));
  REFUSED(malloc(huge - 15));
  REFUSED(malloc(half));
  REFUSED(calloc(half, 3));
  REFUSED(calloc(1, huge));
  REFUSED(realloc(block, huge));
  REFUSED(reallocarray(block, half, 3));
  REFUSED(aligned_alloc(64, huge));
  REFUSED(memalign(4096, huge - 4096));
  REFUSED(pvalloc(huge));
  CHECK(posix_memalign(&none, 64, huge) == ENOMEM && none == (void *)1);
  CHECK(posix_memalign(&none, 24, 10) == EINVAL && posix_memalign(&none, 4, 10) == EINVAL);
  CHECK(posix_memalign(&none, 0, 10) == EINVAL && none == (void *)1);
  errno = 0;
  CHECK(memalign(half + 2, 1) == NULL && errno != 0);
  free(block);
  CHECK_EQUAL(HOST.live_bytes, before.live_bytes);
  /* Zeroed, where the memory was used before. */
  for (size_t size = 1; size < 200000; size = size * 2 + 1) {
    char *dirty = malloc(size);
    memset(dirty, 1, size);
    free(dirty);
    char *clean = calloc(size, 1);
    for (size_t i = 0; i < size; i += 1) CHECK(clean[i] == 0);
    free(clean);
  }
  errno = 42;
  free(malloc(100));
  CHECK(errno == 42);
}

static void using_all(void) {
  /* Swift's arrays use what a block has beyond what they asked for. */
  for (size_t size = 0; size < 3000; size += 1) {
    char *block = malloc(size);
    size_t usable = malloc_usable_size(block);
    CHECK(usable >= size);
    memset(block, 7, usable);
    char *moved = realloc(block, size + 40);
    for (size_t i = 0; i < size; i += 1) CHECK(moved[i] == 7);
    free(moved);
  }
  CHECK(malloc_usable_size(NULL) == 0);
}

static void adding_up(void) {
  plr_heap_total total = {.size = sizeof(total)};
  size_t count;
  void *kept[500];
  for (int i = 0; i < 500; i += 1) kept[i] = (i % 2 ? first : second).make((size_t)i * 37);
  struct mallinfo2 library = mallinfo2();
  CHECK(heap->snapshot(NULL, 0, &count, &total) == PLR_ERROR_OUT_OF_MEMORY && count >= 3);
  size_t in_use = library.uordblks + library.hblkhd;
  CHECK_EQUAL(total.overhead, 16);
  CHECK_EQUAL(total.unfollowed, 0);
  /* Each block: the tracker's header, a word of the C library's, and what rounds it up. */
  CHECK(total.live_bytes + total.live_blocks * 24 <= in_use);
  /* What was there before the tracker, and what the C library keeps for the next. */
  CHECK(in_use <= total.live_bytes + total.live_blocks * 56 + 16384);
  check_sum();
  for (int i = 0; i < 500; i += 1) free(kept[i]);
}

void blocks(const char *name) {
  const struct {
    const char *name;
    void (*run)(void);
  } all[] = {{"freeing", freeing},   {"resizing", resizing},   {"aligning", aligning},
             {"refusing", refusing}, {"using-all", using_all}, {"adding-up", adding_up}};
  for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i += 1) {
    if (strcmp(all[i].name, name) != 0) continue;
    all[i].run();
    check_sum();
    exit(0);
  }
}
