/* every_value_in_c.h - the interface test.every-value as C implements it, to be held against Swift. */
#ifndef EVERY_VALUE_IN_C_H
#define EVERY_VALUE_IN_C_H

#include <string.h>

#include "plr_allocator.h"
#include "test_every_value.h"

#define EVERY_VALUE_SCALAR(name, type) \
  static inline type every_value_##name(void *context, type x) { (void)context; return x; }
EVERY_VALUE_SCALAR(int8, int8_t)
EVERY_VALUE_SCALAR(int16, int16_t)
EVERY_VALUE_SCALAR(int32, int32_t)
EVERY_VALUE_SCALAR(int64, int64_t)
EVERY_VALUE_SCALAR(uint8, uint8_t)
EVERY_VALUE_SCALAR(uint16, uint16_t)
EVERY_VALUE_SCALAR(uint32, uint32_t)
EVERY_VALUE_SCALAR(uint64, uint64_t)
EVERY_VALUE_SCALAR(float, float)
EVERY_VALUE_SCALAR(double, double)
EVERY_VALUE_SCALAR(bool, bool)

static inline void every_value_nothing(void *context) { (void)context; }

static inline int64_t every_value_length(void *context, plr_text text) {
  (void)context;
  return (int64_t)text.length;
}

/* The context is the account that results are charged to. */
static inline void *every_value_joined(void *context, const void *first, size_t first_length,
                                       const void *second, size_t second_length) {
  char *bytes = plr_allocate((const plr_host *)context, first_length + second_length, 1);
  if (bytes == NULL) return NULL;
  if (first_length > 0) memcpy(bytes, first, first_length);
  if (second_length > 0) memcpy(bytes + first_length, second, second_length);
  return bytes;
}

static inline plr_status every_value_join(void *context, plr_text first, plr_text second,
                                          plr_owned_text *result, plr_error *error) {
  result->bytes =
      every_value_joined(context, first.bytes, first.length, second.bytes, second.length);
  if (result->bytes == NULL) return plugin_fail(error, PLR_ERROR_OUT_OF_MEMORY, "join", "");
  result->length = first.length + second.length;
  return PLR_OK;
}

static inline plr_status every_value_join_bytes(void *context, plr_bytes first, plr_bytes second,
                                                plr_owned_bytes *result, plr_error *error) {
  result->bytes =
      every_value_joined(context, first.bytes, first.length, second.bytes, second.length);
  if (result->bytes == NULL) return plugin_fail(error, PLR_ERROR_OUT_OF_MEMORY, "join", "");
  result->length = first.length + second.length;
  return PLR_OK;
}

static inline plr_status every_value_sum(void *context, int32_t x, double y, bool is_negative,
                                         uint8_t times, double *result, plr_error *error) {
  (void)context;
  (void)error;
  *result = (x + y) * times * (is_negative ? -1 : 1);
  return PLR_OK;
}

static inline plr_status every_value_fail(void *context, int32_t code, plr_text message,
                                          plr_error *error) {
  char text[PLR_MESSAGE_CAPACITY];
  size_t length = message.length < sizeof text - 1 ? message.length : sizeof text - 1;
  (void)context;
  if (length > 0) memcpy(text, message.bytes, length);
  text[length] = '\0';
  return code == PLR_OK ? PLR_OK : plugin_fail(error, code, "fail", text);
}

static inline plr_status every_value_switch(void *context, int64_t a, int64_t b, int64_t c, int64_t d,
                                            int64_t e, int64_t f, int64_t g, int64_t *result,
                                            plr_error *error) {
  (void)context;
  (void)error;
  *result = a - b + c - d + e - f + g;
  return PLR_OK;
}

/* A table whose results are charged to `account`. */
static inline test_every_value every_value_in_c(const plr_host *account) {
  test_every_value table = {
      TEST_EVERY_VALUE_HEAD((void *)account), every_value_int8, every_value_int16, every_value_int32, every_value_int64, every_value_uint8, every_value_uint16,
      every_value_uint32, every_value_uint64, every_value_int64, every_value_uint64,
      every_value_float, every_value_double, every_value_bool, every_value_nothing,
      every_value_length, every_value_join, every_value_join_bytes, every_value_sum,
      every_value_fail, every_value_switch};
  return table;
}

#endif
