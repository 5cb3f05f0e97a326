/* heap_block.h - what stands before a tracked block.
 *
 * Sixteen bytes, on the line of memory that the C library writes to anyway: the block stays aligned as
 * malloc(3) promises, and who frees it needs to look nowhere else. */
#ifndef HEAP_BLOCK_H
#define HEAP_BLOCK_H

#include <stddef.h>
#include <stdint.h>

typedef struct heap_block {
  uint64_t size; /* as asked for */
  /* From the low end: the owner (16 bits), the binary logarithm of the distance to where the C
   * library's block begins (8), nothing (8), heap_block_mark (32).
   *
   * In a block that the C library gave out by itself its own size stands here, which is below 2^47:
   * the two cannot be taken for each other. */
  uint64_t word;
} heap_block;

#define HEAP_BLOCK_SIZE ((size_t)16)
#define HEAP_BLOCK_SHIFT 4
#define heap_block_mark ((uint64_t)0x9e3779b1)

_Static_assert(sizeof(heap_block) == HEAP_BLOCK_SIZE, "the header keeps the alignment of malloc");

static inline heap_block *heap_block_of(void *memory) { return (heap_block *)memory - 1; }

static inline int heap_block_is_tracked(const heap_block *block) {
  return (block->word >> 32) == heap_block_mark;
}

static inline uint32_t heap_block_owner(const heap_block *block) {
  return (uint32_t)(block->word & 0xffff);
}

static inline size_t heap_block_distance(const heap_block *block) {
  return (size_t)1 << ((block->word >> 16) & 0x3f);
}

static inline uint64_t heap_block_word(uint32_t owner, uint32_t shift) {
  return heap_block_mark << 32 | (uint64_t)shift << 16 | owner;
}

#endif
