/* all_kinds_checksum.h - the checksums of README.md. C11 and C++17. */
#ifndef ALL_KINDS_CHECKSUM_H
#define ALL_KINDS_CHECKSUM_H

#include <string.h>

#include "test_all_kinds.h"

static inline uint64_t all_kinds_bytes(uint64_t sum, const void *bytes, size_t length) {
  const uint8_t *next = (const uint8_t *)bytes;
  for (size_t i = 0; i < length; i += 1) sum = (sum ^ next[i]) * 0x100000001b3u;
  return sum;
}

static inline uint64_t all_kinds_word(uint64_t sum, uint64_t word) {
  uint8_t bytes[8];
  for (int i = 0; i < 8; i += 1) bytes[i] = (uint8_t)(word >> (8 * i));
  return all_kinds_bytes(sum, bytes, 8);
}

static const uint64_t all_kinds_start = 0xcbf29ce484222325u;

static inline uint64_t all_kinds_float(uint64_t sum, float value) {
  uint32_t bits;
  memcpy(&bits, &value, sizeof bits);
  return all_kinds_word(sum, bits);
}

static inline uint64_t all_kinds_double(uint64_t sum, double value) {
  uint64_t bits;
  memcpy(&bits, &value, sizeof bits);
  return all_kinds_word(sum, bits);
}

static inline uint64_t all_kinds_text(uint64_t sum, plr_text text) {
  return all_kinds_bytes(all_kinds_word(sum, text.length), text.bytes, text.length);
}

static inline uint64_t all_kinds_blob(uint64_t sum, plr_bytes bytes) {
  return all_kinds_bytes(all_kinds_word(sum, bytes.length), bytes.bytes, bytes.length);
}

static inline uint64_t all_kinds_texts(uint64_t sum, plr_text_array texts) {
  sum = all_kinds_word(sum, texts.count);
  for (size_t i = 0; i < texts.count; i += 1) sum = all_kinds_text(sum, texts.elements[i]);
  return sum;
}

static inline uint64_t all_kinds_inner(uint64_t sum, const test_inner *inner) {
  sum = all_kinds_word(sum, inner->color);
  sum = all_kinds_double(sum, inner->ratio);
  sum = all_kinds_text(sum, inner->name);
  return all_kinds_texts(sum, inner->tags);
}

static inline uint64_t all_kinds_inners(uint64_t sum, test_inner_array inners) {
  sum = all_kinds_word(sum, inners.count);
  for (size_t i = 0; i < inners.count; i += 1) sum = all_kinds_inner(sum, &inners.elements[i]);
  return sum;
}

static inline uint64_t all_kinds_record(uint64_t sum, const test_record *x) {
  sum = all_kinds_word(sum, (uint64_t)(int64_t)x->int8);
  sum = all_kinds_word(sum, x->uint16);
  sum = all_kinds_word(sum, (uint64_t)x->int_);
  sum = all_kinds_word(sum, x->uint64);
  sum = all_kinds_float(sum, x->float_);
  sum = all_kinds_word(sum, x->is_set);
  sum = all_kinds_word(sum, (uint64_t)(int64_t)x->temperature);
  sum = all_kinds_text(sum, x->text);
  sum = all_kinds_blob(sum, x->bytes);
  sum = all_kinds_word(sum, x->count.has_value);
  if (x->count.has_value) sum = all_kinds_word(sum, (uint64_t)x->count.value);
  sum = all_kinds_word(sum, x->scale.has_value);
  if (x->scale.has_value) sum = all_kinds_float(sum, x->scale.value);
  sum = all_kinds_word(sum, x->note.has_value);
  if (x->note.has_value) sum = all_kinds_text(sum, x->note.value);
  sum = all_kinds_word(sum, x->blob.has_value);
  if (x->blob.has_value) sum = all_kinds_blob(sum, x->blob.value);
  sum = all_kinds_word(sum, x->color.has_value);
  if (x->color.has_value) sum = all_kinds_word(sum, x->color.value);
  sum = all_kinds_word(sum, x->numbers.count);
  for (size_t i = 0; i < x->numbers.count; i += 1)
    sum = all_kinds_word(sum, (uint64_t)(int64_t)x->numbers.elements[i]);
  sum = all_kinds_word(sum, x->offsets.count);
  for (size_t i = 0; i < x->offsets.count; i += 1)
    sum = all_kinds_word(sum, (uint64_t)x->offsets.elements[i]);
  sum = all_kinds_word(sum, x->doubles.count);
  for (size_t i = 0; i < x->doubles.count; i += 1) sum = all_kinds_double(sum, x->doubles.elements[i]);
  sum = all_kinds_word(sum, x->flags.count);
  for (size_t i = 0; i < x->flags.count; i += 1) sum = all_kinds_word(sum, x->flags.elements[i]);
  sum = all_kinds_texts(sum, x->texts);
  sum = all_kinds_word(sum, x->blobs.count);
  for (size_t i = 0; i < x->blobs.count; i += 1) sum = all_kinds_blob(sum, x->blobs.elements[i]);
  sum = all_kinds_word(sum, x->colors.count);
  for (size_t i = 0; i < x->colors.count; i += 1) sum = all_kinds_word(sum, x->colors.elements[i]);
  sum = all_kinds_inner(sum, &x->inner);
  sum = all_kinds_inners(sum, x->inners);
  sum = all_kinds_word(sum, x->maybe.has_value);
  if (x->maybe.has_value) sum = all_kinds_inner(sum, &x->maybe.value);
  return sum;
}

#endif
