/* all_kinds_in_c.h - the interface test.all-kinds as C implements it. C11 and C++17. */
#ifndef ALL_KINDS_IN_C_H
#define ALL_KINDS_IN_C_H

#include "all_kinds_checksum.h"

typedef struct all_kinds_state {
  const plr_host *account; /* results are charged to it */
  const plr_allocator *allocator;
  const plr_registry *registry;
  bool has_kept;
  test_all_kinds_keep_body kept;
} all_kinds_state;

/* ---- Copies that are given away ------------------------------------------------------------ */

/* Copies into memory of the allocator; false where there is none. Nothing is freed then: the caller of a copy
 * releases what the value points to. */
static inline bool all_kinds_copy(const all_kinds_state *state, const void *bytes, size_t size,
                                  const void **copy) {
  *copy = NULL;
  if (size == 0) return true;
  void *block = state->allocator->allocate(state->account, size, 0);
  if (block == NULL) return false;
  memcpy(block, bytes, size);
  *copy = block;
  return true;
}

#define ALL_KINDS_COPY(state, from, to, pointer, count, type)                       \
  ((to)->count = (from)->count,                                                     \
   all_kinds_copy(state, (from)->pointer, (from)->count * sizeof(type), (const void **)&(to)->pointer))

static inline bool all_kinds_copy_text(const all_kinds_state *state, const plr_text *from, plr_text *to) {
  return ALL_KINDS_COPY(state, from, to, bytes, length, char);
}

static inline bool all_kinds_copy_blob(const all_kinds_state *state, const plr_bytes *from, plr_bytes *to) {
  return ALL_KINDS_COPY(state, from, to, bytes, length, uint8_t);
}

/* Room for `count` elements, all of them empty, so that what is only half filled can be released. */
static inline bool all_kinds_room(const all_kinds_state *state, size_t count, size_t size, void **room) {
  *room = NULL;
  if (count == 0) return true;
  *room = state->allocator->allocate_zeroed(state->account, count * size, 0);
  return *room != NULL;
}

static inline bool all_kinds_copy_texts(const all_kinds_state *state, const plr_text_array *from,
                                        plr_text_array *to) {
  void *room;
  if (!all_kinds_room(state, from->count, sizeof(plr_text), &room)) return false;
  to->elements = (const plr_text *)room;
  to->count = from->count;
  for (size_t i = 0; i < from->count; i += 1) {
    if (!all_kinds_copy_text(state, &from->elements[i], (plr_text *)room + i)) return false;
  }
  return true;
}

static inline bool all_kinds_copy_blobs(const all_kinds_state *state, const plr_bytes_array *from,
                                        plr_bytes_array *to) {
  void *room;
  if (!all_kinds_room(state, from->count, sizeof(plr_bytes), &room)) return false;
  to->elements = (const plr_bytes *)room;
  to->count = from->count;
  for (size_t i = 0; i < from->count; i += 1) {
    if (!all_kinds_copy_blob(state, &from->elements[i], (plr_bytes *)room + i)) return false;
  }
  return true;
}

static inline bool all_kinds_copy_inner(const all_kinds_state *state, const test_inner *from,
                                        test_inner *to) {
  to->color = from->color;
  to->ratio = from->ratio;
  return all_kinds_copy_text(state, &from->name, &to->name) &&
         all_kinds_copy_texts(state, &from->tags, &to->tags);
}

static inline bool all_kinds_copy_inners(const all_kinds_state *state, const test_inner_array *from,
                                         test_inner_array *to) {
  void *room;
  if (!all_kinds_room(state, from->count, sizeof(test_inner), &room)) return false;
  to->elements = (const test_inner *)room;
  to->count = from->count;
  for (size_t i = 0; i < from->count; i += 1) {
    if (!all_kinds_copy_inner(state, &from->elements[i], (test_inner *)room + i)) return false;
  }
  return true;
}

static inline bool all_kinds_copy_record(const all_kinds_state *state, const test_record *from,
                                         test_record *to) {
  memset(to, 0, sizeof *to);
  to->int8 = from->int8;
  to->uint16 = from->uint16;
  to->int_ = from->int_;
  to->uint64 = from->uint64;
  to->float_ = from->float_;
  to->is_set = from->is_set;
  to->temperature = from->temperature;
  to->count = from->count;
  to->scale = from->scale;
  to->color = from->color;
  to->note.has_value = from->note.has_value;
  to->blob.has_value = from->blob.has_value;
  to->maybe.has_value = from->maybe.has_value;
  return all_kinds_copy_text(state, &from->text, &to->text) &&
         all_kinds_copy_blob(state, &from->bytes, &to->bytes) &&
         (!from->note.has_value || all_kinds_copy_text(state, &from->note.value, &to->note.value)) &&
         (!from->blob.has_value || all_kinds_copy_blob(state, &from->blob.value, &to->blob.value)) &&
         ALL_KINDS_COPY(state, &from->numbers, &to->numbers, elements, count, int32_t) &&
         ALL_KINDS_COPY(state, &from->offsets, &to->offsets, elements, count, int64_t) &&
         ALL_KINDS_COPY(state, &from->doubles, &to->doubles, elements, count, double) &&
         ALL_KINDS_COPY(state, &from->flags, &to->flags, elements, count, bool) &&
         all_kinds_copy_texts(state, &from->texts, &to->texts) &&
         all_kinds_copy_blobs(state, &from->blobs, &to->blobs) &&
         ALL_KINDS_COPY(state, &from->colors, &to->colors, elements, count, test_color) &&
         all_kinds_copy_inner(state, &from->inner, &to->inner) &&
         all_kinds_copy_inners(state, &from->inners, &to->inners) &&
         (!from->maybe.has_value || all_kinds_copy_inner(state, &from->maybe.value, &to->maybe.value));
}

static inline plr_status all_kinds_no_memory(plr_error *error) {
  return plugin_fail(error, PLR_ERROR_OUT_OF_MEMORY, "result", "no memory for what is returned");
}

/* ---- The functions ------------------------------------------------------------------------- */

static inline uint64_t all_kinds_checksum_numbers(void *context, int8_t a, int16_t b, int32_t c, int64_t d,
                                                  uint8_t e, uint16_t f, uint32_t g, uint64_t h, int64_t i,
                                                  uint64_t j, float k, double l, bool m) {
  uint64_t sum = all_kinds_start;
  (void)context;
  sum = all_kinds_word(sum, (uint64_t)(int64_t)a);
  sum = all_kinds_word(sum, (uint64_t)(int64_t)b);
  sum = all_kinds_word(sum, (uint64_t)(int64_t)c);
  sum = all_kinds_word(sum, (uint64_t)d);
  sum = all_kinds_word(sum, e);
  sum = all_kinds_word(sum, f);
  sum = all_kinds_word(sum, g);
  sum = all_kinds_word(sum, h);
  sum = all_kinds_word(sum, (uint64_t)i);
  sum = all_kinds_word(sum, j);
  sum = all_kinds_float(sum, k);
  sum = all_kinds_double(sum, l);
  return all_kinds_word(sum, m);
}

#define ALL_KINDS_ECHO(name, type)                                        \
  static inline type all_kinds_echo_##name(void *context, type x) {       \
    (void)context;                                                        \
    return x;                                                             \
  }
ALL_KINDS_ECHO(int, int64_t)
ALL_KINDS_ECHO(float, float)
ALL_KINDS_ECHO(bool, bool)
ALL_KINDS_ECHO(optional, plr_int64_optional)
ALL_KINDS_ECHO(optional_bool, plr_bool_optional)

static inline uint64_t all_kinds_checksum_borrowed(void *context, plr_text text, plr_bytes bytes,
                                                   plr_int32_array numbers) {
  uint64_t sum = all_kinds_blob(all_kinds_text(all_kinds_start, text), bytes);
  (void)context;
  sum = all_kinds_word(sum, numbers.count);
  for (size_t i = 0; i < numbers.count; i += 1)
    sum = all_kinds_word(sum, (uint64_t)(int64_t)numbers.elements[i]);
  return sum;
}

static inline plr_status all_kinds_checksum_checked(void *context, plr_text text, uint64_t *result,
                                                    plr_error *error) {
  (void)context;
  (void)error;
  if (result != NULL) *result = all_kinds_text(all_kinds_start, text);
  return PLR_OK;
}

static inline int64_t all_kinds_sum(void *context, plr_int32_array numbers) {
  uint64_t sum = 0;
  (void)context;
  for (size_t i = 0; i < numbers.count; i += 1) sum += (uint64_t)(int64_t)numbers.elements[i];
  return (int64_t)sum;
}

/* A function that returns `copy` of what it was given; `release` frees a copy that is only half made. */
#define ALL_KINDS_COPIES(name, parameter, returned, copy, release)                                   \
  static inline plr_status all_kinds_echo_##name(void *context, parameter x, returned *result,       \
                                                 plr_error *error) {                                 \
    const all_kinds_state *state = (const all_kinds_state *)context;                                 \
    parameter made;                                                                                  \
    memset(&made, 0, sizeof made);                                                                   \
    if (result == NULL) return PLR_OK;                                                               \
    if (!(copy)) {                                                                                   \
      release;                                                                                       \
      return all_kinds_no_memory(error);                                                             \
    }                                                                                                \
    memcpy(result, &made, sizeof made);                                                              \
    return PLR_OK;                                                                                   \
  }

static inline void all_kinds_free(const all_kinds_state *state, const void *block) {
  state->allocator->deallocate(state->account, (void *)block);
}

static inline void all_kinds_free_texts(const all_kinds_state *state, const plr_text_array *texts) {
  for (size_t i = 0; i < texts->count; i += 1) all_kinds_free(state, texts->elements[i].bytes);
  all_kinds_free(state, texts->elements);
}

static inline void all_kinds_free_blobs(const all_kinds_state *state, const plr_bytes_array *blobs) {
  for (size_t i = 0; i < blobs->count; i += 1) all_kinds_free(state, blobs->elements[i].bytes);
  all_kinds_free(state, blobs->elements);
}

static inline void all_kinds_free_inners(const all_kinds_state *state, const test_inner_array *inners) {
  for (size_t i = 0; i < inners->count; i += 1)
    test_inner_release(state->allocator, state->account, &inners->elements[i]);
  all_kinds_free(state, inners->elements);
}

/* An owned text or block has the layout of a lent one. */
ALL_KINDS_COPIES(text, plr_text, plr_owned_text, all_kinds_copy_text(state, &x, &made), (void)0)
ALL_KINDS_COPIES(bytes, plr_bytes, plr_owned_bytes, all_kinds_copy_blob(state, &x, &made), (void)0)
ALL_KINDS_COPIES(color, test_color, test_color, (made = x, state != NULL), (void)0)
ALL_KINDS_COPIES(temperature, test_temperature, test_temperature, (made = x, state != NULL), (void)0)
ALL_KINDS_COPIES(optional_text, plr_text_optional, plr_text_optional,
                 (made.has_value = x.has_value,
                  !x.has_value || all_kinds_copy_text(state, &x.value, &made.value)), (void)0)
ALL_KINDS_COPIES(optional_bytes, plr_bytes_optional, plr_bytes_optional,
                 (made.has_value = x.has_value,
                  !x.has_value || all_kinds_copy_blob(state, &x.value, &made.value)), (void)0)
ALL_KINDS_COPIES(optional_color, test_color_optional, test_color_optional, (made = x, state != NULL), (void)0)
ALL_KINDS_COPIES(optional_inner, test_inner_optional, test_inner_optional,
                 (made.has_value = x.has_value,
                  !x.has_value || all_kinds_copy_inner(state, &x.value, &made.value)),
                 test_inner_release(state->allocator, state->account, &made.value))
ALL_KINDS_COPIES(numbers, plr_int32_array, plr_int32_array,
                 ALL_KINDS_COPY(state, &x, &made, elements, count, int32_t), (void)0)
ALL_KINDS_COPIES(offsets, plr_int64_array, plr_int64_array,
                 ALL_KINDS_COPY(state, &x, &made, elements, count, int64_t), (void)0)
ALL_KINDS_COPIES(texts, plr_text_array, plr_text_array, all_kinds_copy_texts(state, &x, &made),
                 all_kinds_free_texts(state, &made))
ALL_KINDS_COPIES(blobs, plr_bytes_array, plr_bytes_array, all_kinds_copy_blobs(state, &x, &made),
                 all_kinds_free_blobs(state, &made))
ALL_KINDS_COPIES(colors, test_color_array, test_color_array,
                 ALL_KINDS_COPY(state, &x, &made, elements, count, test_color), (void)0)
ALL_KINDS_COPIES(inners, test_inner_array, test_inner_array, all_kinds_copy_inners(state, &x, &made),
                 all_kinds_free_inners(state, &made))
ALL_KINDS_COPIES(record, test_record, test_record, all_kinds_copy_record(state, &x, &made),
                 test_record_release(state->allocator, state->account, &made))

static inline plr_status all_kinds_checksum_record(void *context, test_record x, uint64_t *result,
                                                   plr_error *error) {
  (void)context;
  (void)error;
  if (result != NULL) *result = all_kinds_record(all_kinds_start, &x);
  return PLR_OK;
}

static inline plr_status all_kinds_visit(void *context, plr_text_array texts, test_all_kinds_visit_body body,
                                         int64_t *result, plr_error *error) {
  uint64_t sum = 0;
  (void)context;
  for (size_t i = 0; i < texts.count; i += 1) {
    int64_t value = 0;
    plr_status status = body.call(body.context, (int32_t)i, texts.elements[i], &value, error);
    if (status != PLR_OK) return status;
    sum += (uint64_t)value;
  }
  if (result != NULL) *result = (int64_t)sum;
  return PLR_OK;
}

static inline int64_t all_kinds_total(void *context, int32_t count, test_all_kinds_total_body body) {
  uint64_t sum = 0;
  (void)context;
  for (int32_t i = 0; i < count; i += 1) sum += (uint64_t)body.call(body.context, i);
  return (int64_t)sum;
}

static inline bool all_kinds_drop(void *context) {
  all_kinds_state *state = (all_kinds_state *)context;
  plr_reference pin;
  if (!state->has_kept) return false;
  state->has_kept = false;
  if (plugin_callback_enter(state->registry, state->account, state->kept.guard, state->kept.guard_table,
                            &pin) == PLR_OK) {
    state->kept.release(state->kept.context);
    plugin_callback_leave(state->registry, state->account, &pin);
  }
  return true;
}

static inline plr_status all_kinds_keep(void *context, test_all_kinds_keep_body body, plr_error *error) {
  all_kinds_state *state = (all_kinds_state *)context;
  (void)error;
  all_kinds_drop(context);
  state->kept = body;
  state->has_kept = true;
  return PLR_OK;
}

static inline plr_status all_kinds_call_kept(void *context, plr_text text, test_inner_optional inner,
                                             plr_owned_text *result, plr_error *error) {
  all_kinds_state *state = (all_kinds_state *)context;
  plr_reference pin;
  if (!state->has_kept) return plugin_fail(error, PLR_ERROR_NOT_FOUND, "kept", "there is no closure");
  plr_status status = plugin_callback_enter(state->registry, state->account, state->kept.guard,
                                            state->kept.guard_table, &pin);
  if (status != PLR_OK) return plugin_fail(error, status, "closure", "whoever gave it is gone");
  status = state->kept.call(state->kept.context, text, inner, result, error);
  plugin_callback_leave(state->registry, state->account, &pin);
  return status;
}

static inline plr_status all_kinds_fail(void *context, int32_t code, plr_text message, plr_error *error) {
  char text[PLR_MESSAGE_CAPACITY];
  size_t length = message.length < sizeof text - 1 ? message.length : sizeof text - 1;
  (void)context;
  if (length > 0) memcpy(text, message.bytes, length);
  text[length] = '\0';
  return code == PLR_OK ? PLR_OK : plugin_fail(error, code, "fail", text);
}

/* A table on `state`, whose members the caller has filled. */
static inline test_all_kinds all_kinds_in_c(all_kinds_state *state) {
  test_all_kinds table = {TEST_ALL_KINDS_HEAD(state),
                          all_kinds_checksum_numbers,
                          all_kinds_echo_int,
                          all_kinds_echo_float,
                          all_kinds_echo_bool,
                          all_kinds_echo_optional,
                          all_kinds_echo_optional_bool,
                          all_kinds_checksum_borrowed,
                          all_kinds_checksum_checked,
                          all_kinds_sum,
                          all_kinds_echo_text,
                          all_kinds_echo_bytes,
                          all_kinds_echo_color,
                          all_kinds_echo_temperature,
                          all_kinds_echo_optional_text,
                          all_kinds_echo_optional_bytes,
                          all_kinds_echo_optional_color,
                          all_kinds_echo_optional_inner,
                          all_kinds_echo_numbers,
                          all_kinds_echo_offsets,
                          all_kinds_echo_texts,
                          all_kinds_echo_blobs,
                          all_kinds_echo_colors,
                          all_kinds_echo_inners,
                          all_kinds_echo_record,
                          all_kinds_checksum_record,
                          all_kinds_visit,
                          all_kinds_total,
                          all_kinds_keep,
                          all_kinds_call_kept,
                          all_kinds_drop,
                          all_kinds_fail};
  return table;
}

#endif
