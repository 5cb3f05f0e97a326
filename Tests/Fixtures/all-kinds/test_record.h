/* test_record.h - the value test.record.
 *
 * Written from the Swift type 'Record' by `plugin-interface header`; not to be edited by hand.
 */
#ifndef TEST_RECORD_H
#define TEST_RECORD_H

#include "plugin_values.h"
#include "test_temperature.h"
#include "test_color.h"
#include "test_inner.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct test_record {
  int8_t int8;
  uint16_t uint16;
  int64_t int_;
  uint64_t uint64;
  float float_;
  bool is_set;
  test_temperature temperature;
  plr_text text;
  plr_bytes bytes;
  plr_int64_optional count;
  plr_float_optional scale;
  plr_text_optional note;
  plr_bytes_optional blob;
  test_color_optional color;
  plr_int32_array numbers;
  plr_int64_array offsets;
  plr_double_array doubles;
  plr_bool_array flags;
  plr_text_array texts;
  plr_bytes_array blobs;
  test_color_array colors;
  test_inner inner;
  test_inner_array inners;
  test_inner_optional maybe;
} test_record;

PLR_ARRAY_OF(test_record, test_record);
PLR_OPTIONAL_OF(test_record, test_record);

/* Frees what a value that was given away points to. [any-thread] */
static inline void test_record_release(const plr_allocator *allocator, const plr_host *host,
                              const test_record *value) {
  allocator->deallocate(host, (void *)value->text.bytes);
  allocator->deallocate(host, (void *)value->bytes.bytes);
  if (value->note.has_value) {
    allocator->deallocate(host, (void *)value->note.value.bytes);
  }
  if (value->blob.has_value) {
    allocator->deallocate(host, (void *)value->blob.value.bytes);
  }
  allocator->deallocate(host, (void *)value->numbers.elements);
  allocator->deallocate(host, (void *)value->offsets.elements);
  allocator->deallocate(host, (void *)value->doubles.elements);
  allocator->deallocate(host, (void *)value->flags.elements);
  for (size_t i = 0; i < value->texts.count; i += 1) {
    allocator->deallocate(host, (void *)value->texts.elements[i].bytes);
  }
  allocator->deallocate(host, (void *)value->texts.elements);
  for (size_t i = 0; i < value->blobs.count; i += 1) {
    allocator->deallocate(host, (void *)value->blobs.elements[i].bytes);
  }
  allocator->deallocate(host, (void *)value->blobs.elements);
  allocator->deallocate(host, (void *)value->colors.elements);
  test_inner_release(allocator, host, &value->inner);
  for (size_t i = 0; i < value->inners.count; i += 1) {
    test_inner_release(allocator, host, &value->inners.elements[i]);
  }
  allocator->deallocate(host, (void *)value->inners.elements);
  if (value->maybe.has_value) {
    test_inner_release(allocator, host, &value->maybe.value);
  }
}

#ifdef __cplusplus
}
#endif

#endif
