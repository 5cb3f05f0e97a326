/* all_kinds_caller.h - calls an implementation of test.all-kinds with generated cases. C11 and C++17. */
#ifndef ALL_KINDS_CALLER_H
#define ALL_KINDS_CALLER_H

#include "all_kinds_in_c.h"

/* Source: splitmix64 (Steele, Lea and Flood 2014). */
static inline uint64_t all_kinds_next(uint64_t *seed) {
  uint64_t z = *seed += 0x9e3779b97f4a7c15u;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

/* What one case points to. */
typedef struct all_kinds_case {
  uint64_t seed;
  char text[4096];
  size_t used;
  plr_text texts[64];
  size_t texts_used;
  plr_bytes blobs[8];
  test_inner inners[8];
  size_t inners_used;
  int32_t numbers[8];
  int64_t offsets[8];
  double doubles[8];
  bool flags[8];
  test_color colors[8];
} all_kinds_case;

/* UTF-8 that has been trouble somewhere: NUL, combining marks, other planes, marks that reorder, formats. */
static inline plr_text all_kinds_hostile(uint64_t number) {
  static const char *const texts[] = {"", "a", "na\xc3\xafve", "e\xcc\x81", "\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x91\xa7",
                                      "\xef\xbb\xbf", "\xe2\x80\xaexyz", "%s%n%d", "'; --", "\x1b[31m", "\r\n",
                                      "\xf4\x8f\xbf\xbf", "fifteen bytes..", "sixteen bytes...", "\xc3\xbc\xc3\xbc\xc3\xbc"};
  plr_text text = {texts[number % (sizeof texts / sizeof *texts)], 0};
  text.length = strlen(text.bytes);
  return text;
}

static inline plr_text all_kinds_make_text(all_kinds_case *x) {
  char *start = x->text + x->used;
  plr_text text = {start, 0};
  for (uint64_t left = all_kinds_next(&x->seed) % 4; left > 0; left -= 1) {
    plr_text part = all_kinds_hostile(all_kinds_next(&x->seed));
    if (x->used + part.length + 1 > sizeof x->text) break;
    memcpy(x->text + x->used, part.bytes, part.length);
    x->used += part.length;
    /* Between two parts, now and then, a NUL. */
    if (all_kinds_next(&x->seed) % 3 == 0) x->text[x->used++] = '\0';
  }
  text.length = (size_t)(x->text + x->used - start);
  return text;
}

static inline plr_bytes all_kinds_make_blob(all_kinds_case *x) {
  uint8_t *start = (uint8_t *)x->text + x->used;
  plr_bytes bytes = {start, 0};
  for (uint64_t left = all_kinds_next(&x->seed) % 20; left > 0 && x->used < sizeof x->text; left -= 1)
    x->text[x->used++] = (char)all_kinds_next(&x->seed);
  bytes.length = (size_t)((uint8_t *)x->text + x->used - start);
  return bytes;
}

static inline plr_text_array all_kinds_make_texts(all_kinds_case *x) {
  plr_text_array texts = {x->texts + x->texts_used, all_kinds_next(&x->seed) % 4};
  if (x->texts_used + texts.count > 64) texts.count = 0;
  for (size_t i = 0; i < texts.count; i += 1) x->texts[x->texts_used + i] = all_kinds_make_text(x);
  x->texts_used += texts.count;
  return texts;
}

static inline test_color all_kinds_make_color(all_kinds_case *x) {
  static const test_color colors[] = {TEST_COLOR_RED, TEST_COLOR_GREEN, TEST_COLOR_DEEP_BLUE};
  return colors[all_kinds_next(&x->seed) % 3];
}

/* Any bits but those of a number that is none: such need not keep their bits. */
static inline double all_kinds_make_double(all_kinds_case *x) {
  uint64_t bits = all_kinds_next(&x->seed) & 0xffefffffffffffffu;
  double value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

static inline float all_kinds_make_float(all_kinds_case *x) {
  uint32_t bits = (uint32_t)all_kinds_next(&x->seed) & 0xff7fffffu;
  float value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

static inline test_inner all_kinds_make_inner(all_kinds_case *x) {
  test_inner inner;
  inner.color = all_kinds_make_color(x);
  inner.ratio = all_kinds_make_double(x);
  inner.name = all_kinds_make_text(x);
  inner.tags = all_kinds_make_texts(x);
  return inner;
}

static inline test_record all_kinds_make_record(all_kinds_case *x) {
  test_record record;
  memset(&record, 0, sizeof record);
  record.int8 = (int8_t)all_kinds_next(&x->seed);
  record.uint16 = (uint16_t)all_kinds_next(&x->seed);
  record.int_ = (int64_t)all_kinds_next(&x->seed);
  record.uint64 = all_kinds_next(&x->seed);
  record.float_ = all_kinds_make_float(x);
  record.is_set = all_kinds_next(&x->seed) & 1;
  record.temperature = (all_kinds_next(&x->seed) & 1) ? TEST_TEMPERATURE_FREEZING : TEST_TEMPERATURE_BOILING;
  record.text = all_kinds_make_text(x);
  record.bytes = all_kinds_make_blob(x);
  record.count.has_value = all_kinds_next(&x->seed) & 1;
  record.count.value = (int64_t)all_kinds_next(&x->seed);
  record.scale.has_value = all_kinds_next(&x->seed) & 1;
  record.scale.value = all_kinds_make_float(x);
  record.note.has_value = all_kinds_next(&x->seed) & 1;
  if (record.note.has_value) record.note.value = all_kinds_make_text(x);
  record.blob.has_value = all_kinds_next(&x->seed) & 1;
  if (record.blob.has_value) record.blob.value = all_kinds_make_blob(x);
  record.color.has_value = all_kinds_next(&x->seed) & 1;
  record.color.value = all_kinds_make_color(x);
  size_t count = all_kinds_next(&x->seed) % 9;
  for (size_t i = 0; i < count; i += 1) {
    x->numbers[i] = (int32_t)all_kinds_next(&x->seed);
    x->offsets[i] = (int64_t)all_kinds_next(&x->seed);
    x->doubles[i] = all_kinds_make_double(x);
    x->flags[i] = all_kinds_next(&x->seed) & 1;
    x->colors[i] = all_kinds_make_color(x);
    if (i < 8) x->blobs[i] = all_kinds_make_blob(x);
  }
  record.numbers.elements = x->numbers;
  record.numbers.count = count;
  record.offsets.elements = x->offsets;
  record.offsets.count = count;
  record.doubles.elements = x->doubles;
  record.doubles.count = count;
  record.flags.elements = x->flags;
  record.flags.count = count;
  record.colors.elements = x->colors;
  record.colors.count = count;
  record.blobs.elements = x->blobs;
  record.blobs.count = count;
  record.texts = all_kinds_make_texts(x);
  record.inner = all_kinds_make_inner(x);
  size_t inners = all_kinds_next(&x->seed) % 4;
  for (size_t i = 0; i < inners; i += 1) x->inners[i] = all_kinds_make_inner(x);
  record.inners.elements = x->inners;
  record.inners.count = inners;
  record.maybe.has_value = all_kinds_next(&x->seed) & 1;
  if (record.maybe.has_value) record.maybe.value = all_kinds_make_inner(x);
  return record;
}

static inline plr_status all_kinds_count_text(void *context, int32_t number, plr_text text, int64_t *result,
                                              plr_error *error) {
  (void)error;
  *(uint64_t *)context = all_kinds_text(*(uint64_t *)context, text);
  *result = number + 1;
  return PLR_OK;
}

static inline int64_t all_kinds_double_it(void *context, int32_t number) {
  return 2 * (int64_t)number + *(int64_t *)context;
}

/* A closure that is kept: `inner.name` or nothing, and the text. */
static inline plr_status all_kinds_kept(void *context, plr_text text, test_inner_optional inner,
                                        plr_owned_text *result, plr_error *error) {
  const all_kinds_state *state = (const all_kinds_state *)context;
  size_t first = inner.has_value ? inner.value.name.length : 0;
  char *bytes = (char *)state->allocator->allocate(state->account, first + text.length + 1, 1);
  if (bytes == NULL) return all_kinds_no_memory(error);
  if (first > 0) memcpy(bytes, inner.value.name.bytes, first);
  if (text.length > 0) memcpy(bytes + first, text.bytes, text.length);
  result->bytes = bytes;
  result->length = first + text.length;
  return PLR_OK;
}

static inline void all_kinds_released(void *context) { ((all_kinds_state *)context)->has_kept = false; }

/* Calls every function of `table` with `cases` cases made of `seed`.
 *
 * `caller` is whoever calls: its account and services; `has_kept` is used. Returns how many answers were wrong, and
 * in `first` (may be NULL) the name of the function that gave the first of them. */
static inline uint64_t all_kinds_call(const test_all_kinds *table, all_kinds_state *caller, uint64_t seed,
                                      uint64_t cases, const char **first) {
  uint64_t wrong = 0;
  const char *name = NULL;
  plr_error error;
  memset(&error, 0, sizeof error);
  error.size = sizeof error;
#define ALL_KINDS_EXPECT(function, condition)           \
  do {                                                  \
    if (!(condition)) {                                 \
      if (name == NULL) name = function;                \
      wrong += 1;                                       \
    }                                                   \
  } while (0)
  for (uint64_t number = 0; number < cases; number += 1) {
    all_kinds_case x;
    void *self = table->context;
    memset(&x, 0, sizeof x);
    x.seed = seed + number;
    test_record record = all_kinds_make_record(&x);
    uint64_t sum = all_kinds_record(all_kinds_start, &record), answer = 0;

    test_record record_back;
    ALL_KINDS_EXPECT("echo_record", table->echo_record(self, record, &record_back, &error) == PLR_OK);
    ALL_KINDS_EXPECT("echo_record", all_kinds_record(all_kinds_start, &record_back) == sum);
    test_record_release(caller->allocator, caller->account, &record_back);
    ALL_KINDS_EXPECT("checksum_record", table->checksum_record(self, record, &answer, &error) == PLR_OK && answer == sum);

    ALL_KINDS_EXPECT("checksum_numbers",
                     table->checksum_numbers(self, record.int8, (int16_t)record.int_, (int32_t)record.int_, record.int_,
                                             (uint8_t)record.uint16, record.uint16, (uint32_t)record.uint64,
                                             record.uint64, record.count.value, record.uint64, record.float_,
                                             record.inner.ratio, record.is_set) ==
                         all_kinds_checksum_numbers(NULL, record.int8, (int16_t)record.int_, (int32_t)record.int_,
                                                    record.int_, (uint8_t)record.uint16, record.uint16,
                                                    (uint32_t)record.uint64, record.uint64, record.count.value,
                                                    record.uint64, record.float_, record.inner.ratio, record.is_set));
    ALL_KINDS_EXPECT("echo_int", table->echo_int(self, record.int_) == record.int_);
    ALL_KINDS_EXPECT("echo_float", all_kinds_float(0, table->echo_float(self, record.float_)) == all_kinds_float(0, record.float_));
    ALL_KINDS_EXPECT("echo_bool", table->echo_bool(self, record.is_set) == record.is_set);
    plr_int64_optional optional = table->echo_optional(self, record.count);
    ALL_KINDS_EXPECT("echo_optional", optional.has_value == record.count.has_value &&
                                          (!optional.has_value || optional.value == record.count.value));
    plr_bool_optional set = {record.count.has_value, record.is_set};
    plr_bool_optional set_back = table->echo_optional_bool(self, set);
    ALL_KINDS_EXPECT("echo_optional_bool",
                     set_back.has_value == set.has_value && (!set.has_value || set_back.value == set.value));
    ALL_KINDS_EXPECT("checksum_borrowed",
                     table->checksum_borrowed(self, record.text, record.bytes, record.numbers) ==
                         all_kinds_checksum_borrowed(NULL, record.text, record.bytes, record.numbers));
    ALL_KINDS_EXPECT("checksum_checked", table->checksum_checked(self, record.text, &answer, &error) == PLR_OK &&
                                             answer == all_kinds_text(all_kinds_start, record.text));
    ALL_KINDS_EXPECT("sum", table->sum(self, record.numbers) == all_kinds_sum(NULL, record.numbers));

    plr_owned_text text;
    ALL_KINDS_EXPECT("echo_text", table->echo_text(self, record.text, &text, &error) == PLR_OK &&
                                      text.length == record.text.length &&
                                      (text.length == 0 || memcmp(text.bytes, record.text.bytes, text.length) == 0));
    all_kinds_free(caller, text.bytes);
    plr_owned_bytes bytes;
    ALL_KINDS_EXPECT("echo_bytes", table->echo_bytes(self, record.bytes, &bytes, &error) == PLR_OK &&
                                       bytes.length == record.bytes.length &&
                                       (bytes.length == 0 || memcmp(bytes.bytes, record.bytes.bytes, bytes.length) == 0));
    all_kinds_free(caller, bytes.bytes);
    test_color color = 0;
    ALL_KINDS_EXPECT("echo_color", table->echo_color(self, record.inner.color, &color, &error) == PLR_OK && color == record.inner.color);
    test_temperature temperature = 0;
    ALL_KINDS_EXPECT("echo_temperature", table->echo_temperature(self, record.temperature, &temperature, &error) == PLR_OK &&
                                             temperature == record.temperature);
    plr_text_optional note;
    ALL_KINDS_EXPECT("echo_optional_text", table->echo_optional_text(self, record.note, &note, &error) == PLR_OK &&
                                               note.has_value == record.note.has_value);
    if (note.has_value) {
      ALL_KINDS_EXPECT("echo_optional_text", all_kinds_text(0, note.value) == all_kinds_text(0, record.note.value));
      all_kinds_free(caller, note.value.bytes);
    }
    plr_bytes_optional blob;
    ALL_KINDS_EXPECT("echo_optional_bytes", table->echo_optional_bytes(self, record.blob, &blob, &error) == PLR_OK &&
                                                blob.has_value == record.blob.has_value);
    if (blob.has_value) {
      ALL_KINDS_EXPECT("echo_optional_bytes", all_kinds_blob(0, blob.value) == all_kinds_blob(0, record.blob.value));
      all_kinds_free(caller, blob.value.bytes);
    }
    test_color_optional maybe_color;
    ALL_KINDS_EXPECT("echo_optional_color", table->echo_optional_color(self, record.color, &maybe_color, &error) == PLR_OK &&
                                                maybe_color.has_value == record.color.has_value &&
                                                (!maybe_color.has_value || maybe_color.value == record.color.value));
    test_inner_optional maybe;
    ALL_KINDS_EXPECT("echo_optional_inner", table->echo_optional_inner(self, record.maybe, &maybe, &error) == PLR_OK &&
                                                maybe.has_value == record.maybe.has_value);
    if (maybe.has_value) {
      ALL_KINDS_EXPECT("echo_optional_inner", all_kinds_inner(0, &maybe.value) == all_kinds_inner(0, &record.maybe.value));
      test_inner_release(caller->allocator, caller->account, &maybe.value);
    }
    plr_int32_array numbers;
    ALL_KINDS_EXPECT("echo_numbers", table->echo_numbers(self, record.numbers, &numbers, &error) == PLR_OK &&
                                         all_kinds_sum(NULL, numbers) == all_kinds_sum(NULL, record.numbers));
    all_kinds_free(caller, numbers.elements);
    plr_int64_array offsets;
    ALL_KINDS_EXPECT("echo_offsets", table->echo_offsets(self, record.offsets, &offsets, &error) == PLR_OK &&
                                         offsets.count == record.offsets.count &&
                                         (offsets.count == 0 || memcmp(offsets.elements, record.offsets.elements,
                                                                       offsets.count * sizeof(int64_t)) == 0));
    all_kinds_free(caller, offsets.elements);
    plr_text_array texts;
    ALL_KINDS_EXPECT("echo_texts", table->echo_texts(self, record.texts, &texts, &error) == PLR_OK &&
                                       all_kinds_texts(0, texts) == all_kinds_texts(0, record.texts));
    all_kinds_free_texts(caller, &texts);
    plr_bytes_array blobs;
    ALL_KINDS_EXPECT("echo_blobs", table->echo_blobs(self, record.blobs, &blobs, &error) == PLR_OK && blobs.count == record.blobs.count);
    for (size_t i = 0; i < blobs.count; i += 1)
      ALL_KINDS_EXPECT("echo_blobs", all_kinds_blob(0, blobs.elements[i]) == all_kinds_blob(0, record.blobs.elements[i]));
    all_kinds_free_blobs(caller, &blobs);
    test_color_array colors;
    ALL_KINDS_EXPECT("echo_colors", table->echo_colors(self, record.colors, &colors, &error) == PLR_OK &&
                                        colors.count == record.colors.count &&
                                        (colors.count == 0 || memcmp(colors.elements, record.colors.elements, colors.count) == 0));
    all_kinds_free(caller, colors.elements);
    test_inner_array inners;
    ALL_KINDS_EXPECT("echo_inners", table->echo_inners(self, record.inners, &inners, &error) == PLR_OK &&
                                        all_kinds_inners(0, inners) == all_kinds_inners(0, record.inners));
    all_kinds_free_inners(caller, &inners);

    uint64_t seen = all_kinds_start, expected = all_kinds_start;
    test_all_kinds_visit_body visitor = {&seen, all_kinds_count_text};
    int64_t count = (int64_t)record.texts.count, visited = 0;
    for (size_t i = 0; i < record.texts.count; i += 1) expected = all_kinds_text(expected, record.texts.elements[i]);
    ALL_KINDS_EXPECT("visit", table->visit(self, record.texts, visitor, &visited, &error) == PLR_OK &&
                                  visited == count * (count + 1) / 2 && seen == expected);
    int64_t offset = record.int8;
    test_all_kinds_total_body doubled = {&offset, all_kinds_double_it};
    ALL_KINDS_EXPECT("total", table->total(self, 5, doubled) == 20 + 5 * offset);

    test_all_kinds_keep_body kept = {NULL, NULL, caller, all_kinds_released, all_kinds_kept};
    caller->has_kept = true;
    plr_owned_text kept_text = {NULL, 0};
    ALL_KINDS_EXPECT("keep", table->keep(self, kept, &error) == PLR_OK);
    ALL_KINDS_EXPECT("call_kept", table->call_kept(self, record.text, record.maybe, &kept_text, &error) == PLR_OK &&
                                      kept_text.length ==
                                          record.text.length + (record.maybe.has_value ? record.maybe.value.name.length : 0));
    all_kinds_free(caller, kept_text.bytes);
    ALL_KINDS_EXPECT("drop", table->drop(self) && !caller->has_kept && !table->drop(self));
    ALL_KINDS_EXPECT("call_kept", table->call_kept(self, record.text, record.maybe, &kept_text, &error) == PLR_ERROR_NOT_FOUND);
    ALL_KINDS_EXPECT("fail", table->fail(self, 0, record.text, &error) == PLR_OK);
    ALL_KINDS_EXPECT("fail", table->fail(self, PLR_ERROR_BUSY, all_kinds_hostile(2), &error) == PLR_ERROR_BUSY &&
                                 strcmp(error.message, "na\xc3\xafve") == 0);
  }
#undef ALL_KINDS_EXPECT
  if (first != NULL) *first = name;
  return wrong;
}

#endif
