#include "unwind_rule.h"

#include <stddef.h>
#include <string.h>

/* Registers as x86-64's tables number them; other processors are not tracked, see tracker.c. */
enum { FRAME_POINTER = 6, STACK_POINTER = 7, RETURN_ADDRESS = 16 };

/* A place in a table, and where the table's object ends: reading past that fails the whole. */
typedef struct reader {
  const uint8_t *at;
  const uint8_t *start;
  const uint8_t *end;
  int failed;
} reader;

static uint64_t read_bytes(reader *from, size_t count) {
  uint64_t value = 0;
  if (from->failed || from->at < from->start || (size_t)(from->end - from->at) < count) {
    from->failed = 1;
    return 0;
  }
  memcpy(&value, from->at, count);
  from->at += count;
  return value;
}

static uint8_t read_byte(reader *from) { return (uint8_t)read_bytes(from, 1); }
static uint32_t read_word(reader *from) { return (uint32_t)read_bytes(from, 4); }

static uint64_t read_uleb(reader *from) {
  uint64_t value = 0;
  for (uint32_t shift = 0; shift < 64; shift += 7) {
    uint8_t byte = read_byte(from);
    value |= (uint64_t)(byte & 0x7f) << shift;
    if ((byte & 0x80) == 0) return value;
  }
  from->failed = 1;
  return 0;
}

static int64_t read_sleb(reader *from) {
  uint64_t value = 0;
  for (uint32_t shift = 0; shift < 64; shift += 7) {
    uint8_t byte = read_byte(from);
    value |= (uint64_t)(byte & 0x7f) << shift;
    if ((byte & 0x80) == 0) {
      if ((byte & 0x40) != 0 && shift + 7 < 64) value |= ~(uint64_t)0 << (shift + 7);
      return (int64_t)value;
    }
  }
  from->failed = 1;
  return 0;
}

static void skip(reader *from, uint64_t count) {
  if (from->failed || count > (uint64_t)(from->end - from->at)) {
    from->failed = 1;
  } else {
    from->at += count;
  }
}

/* A pointer in one of the encodings of the Linux Standard Base (DW_EH_PE_...). */
static uintptr_t read_pointer(reader *from, uint8_t encoding) {
  uintptr_t base = (uintptr_t)from->at;
  uint64_t value;
  switch (encoding & 0x0f) {
    case 0x00: case 0x04: case 0x0c: value = read_bytes(from, 8); break;
    case 0x03: value = read_word(from); break;
    case 0x0b: value = (uint64_t)(int64_t)(int32_t)read_word(from); break;
    default: from->failed = 1; return 0;
  }
  switch (encoding & 0xf0) {
    case 0x00: return (uintptr_t)value;
    case 0x10: return base + (uintptr_t)value;
    default: from->failed = 1; return 0;
  }
}

typedef struct where {
  enum { UNCHANGED, AT_OFFSET, UNDEFINED, ELSEWHERE } kind;
  int64_t offset;
} where;

typedef struct row {
  int is_expression;
  uint64_t frame_register;
  int64_t frame_offset;
  where frame_pointer;
  where return_address;
} row;

typedef struct entry {
  uint64_t code_factor;
  int64_t data_factor;
  uint8_t encoding;
  int has_augmentation;
  int is_signal_frame;
  reader instructions;
} entry;

static void set(row *row, uint64_t number, where value) {
  if (number == FRAME_POINTER) row->frame_pointer = value;
  if (number == RETURN_ADDRESS) row->return_address = value;
}

/* Carries the instructions of `from` out until they speak of what lies behind `distance` bytes of the
 * function. */
static void execute(reader *from, const entry *common, row *row_now, const row *initial,
                    uint64_t distance) {
  enum { DEEPEST = 8 };
  row kept[DEEPEST];
  uint32_t depth = 0;
  uint64_t location = 0;
  while (!from->failed && from->at < from->end) {
    uint8_t code = read_byte(from);
    uint64_t low = code & 0x3f;
    uint64_t number;
    switch (code & 0xc0) {
      case 0x40: location += low * common->code_factor; goto moved;
      case 0x80:
        set(row_now, low,
            (where){AT_OFFSET, (int64_t)read_uleb(from) * common->data_factor});
        continue;
      case 0xc0:
        set(row_now, low,
            low == FRAME_POINTER ? initial->frame_pointer : initial->return_address);
        continue;
      default: break;
    }
    switch (code) {
      case 0x00: break; /* nop */
      case 0x01: from->failed = 1; break; /* set_loc, which no compiler writes here */
      case 0x02: location += read_byte(from) * common->code_factor; goto moved;
      case 0x03: location += read_bytes(from, 2) * common->code_factor; goto moved;
      case 0x04: location += read_word(from) * common->code_factor; goto moved;
      case 0x05: /* offset_extended */
        number = read_uleb(from);
        set(row_now, number, (where){AT_OFFSET, (int64_t)read_uleb(from) * common->data_factor});
        break;
      case 0x06: /* restore_extended */
        number = read_uleb(from);
        set(row_now, number,
            number == FRAME_POINTER ? initial->frame_pointer : initial->return_address);
        break;
      case 0x07: set(row_now, read_uleb(from), (where){UNDEFINED, 0}); break;
      case 0x08: set(row_now, read_uleb(from), (where){UNCHANGED, 0}); break;
      case 0x09: /* register */
        number = read_uleb(from);
        read_uleb(from);
        set(row_now, number, (where){ELSEWHERE, 0});
        break;
      case 0x0a: /* remember_state */
        if (depth == DEEPEST) { from->failed = 1; break; }
        kept[depth] = *row_now;
        depth += 1;
        break;
      case 0x0b: /* restore_state */
        if (depth == 0) { from->failed = 1; break; }
        depth -= 1;
        *row_now = kept[depth];
        break;
      case 0x0c: /* def_cfa */
        row_now->frame_register = read_uleb(from);
        row_now->frame_offset = (int64_t)read_uleb(from);
        row_now->is_expression = 0;
        break;
      case 0x0d: row_now->frame_register = read_uleb(from); break;
      case 0x0e: row_now->frame_offset = (int64_t)read_uleb(from); break;
      case 0x0f: /* def_cfa_expression */
        row_now->is_expression = 1;
        skip(from, read_uleb(from));
        break;
      case 0x10: case 0x16: /* expression, val_expression */
        set(row_now, read_uleb(from), (where){ELSEWHERE, 0});
        skip(from, read_uleb(from));
        break;
      case 0x11: /* offset_extended_sf */
        number = read_uleb(from);
        set(row_now, number, (where){AT_OFFSET, read_sleb(from) * common->data_factor});
        break;
      case 0x12: /* def_cfa_sf */
        row_now->frame_register = read_uleb(from);
        row_now->frame_offset = read_sleb(from) * common->data_factor;
        row_now->is_expression = 0;
        break;
      case 0x13: row_now->frame_offset = read_sleb(from) * common->data_factor; break;
      case 0x14: case 0x15: /* val_offset, val_offset_sf */
        set(row_now, read_uleb(from), (where){ELSEWHERE, 0});
        read_uleb(from);
        break;
      case 0x2e: read_uleb(from); break; /* GNU_args_size */
      default: from->failed = 1; break;
    }
    continue;
  moved:
    if (location > distance) return;
  }
}

/* Reads the common part of entries at `from`. */
static entry read_common(reader from) {
  entry common = {.instructions = from, .encoding = 0};
  uint32_t length = read_word(&from);
  if (length == 0xffffffff || length > (size_t)(from.end - from.at)) from.failed = 1;
  if (!from.failed) from.end = from.at + length;
  if (read_word(&from) != 0) from.failed = 1;
  uint8_t version = read_byte(&from);
  if (version != 1 && version != 3) from.failed = 1;
  const char *letters = (const char *)from.at;
  while (read_byte(&from) != 0) {}
  common.code_factor = read_uleb(&from);
  common.data_factor = read_sleb(&from);
  uint64_t number = version == 1 ? read_byte(&from) : read_uleb(&from);
  if (number != RETURN_ADDRESS) from.failed = 1;
  if (!from.failed && letters[0] == 'z') {
    common.has_augmentation = 1;
    uint64_t size = read_uleb(&from);
    reader data = from;
    skip(&from, size);
    for (const char *letter = letters + 1; !data.failed && *letter != '\0'; letter += 1) {
      switch (*letter) {
        case 'R': common.encoding = read_byte(&data); break;
        case 'L': read_byte(&data); break;
        case 'P': {
          uint8_t encoding = read_byte(&data);
          read_pointer(&data, encoding & 0x7f);
          break;
        }
        case 'S': common.is_signal_frame = 1; break;
        default: data.failed = 1; break;
      }
    }
    if (data.failed) from.failed = 1;
  } else if (!from.failed && letters[0] != '\0') {
    from.failed = 1;
  }
  common.instructions = from;
  return common;
}

/* The entry of the function that `address` lies in, by the sorted table of `header`; NULL for none. */
static const uint8_t *find(uintptr_t address, const uint8_t *header, uintptr_t end) {
  reader from = {header, header, (const uint8_t *)end, 0};
  uint8_t version = read_byte(&from);
  uint8_t pointer_encoding = read_byte(&from);
  uint8_t count_encoding = read_byte(&from);
  uint8_t table_encoding = read_byte(&from);
  if (version != 1 || count_encoding != 0x03 || table_encoding != 0x3b) return NULL;
  read_pointer(&from, pointer_encoding);
  uint64_t count = read_word(&from);
  if (from.failed || count == 0 || count > (uint64_t)(from.end - from.at) / 8) return NULL;
  const uint8_t *table = from.at;
  int64_t wanted = (int64_t)(address - (uintptr_t)header);
  uint64_t low = 0, high = count;
  while (high - low > 1) {
    uint64_t middle = low + (high - low) / 2;
    int32_t start;
    memcpy(&start, table + middle * 8, 4);
    if (start <= wanted) {
      low = middle;
    } else {
      high = middle;
    }
  }
  int32_t pair[2];
  memcpy(pair, table + low * 8, 8);
  return pair[0] <= wanted ? header + pair[1] : NULL;
}

static unwind_rule rule_of(const row *row) {
  const unwind_rule unknown = {UNWIND_UNKNOWN, 0, 0, 0};
  if (row->return_address.kind == UNDEFINED) return (unwind_rule){UNWIND_END, 0, 0, 0};
  if (row->is_expression || row->return_address.kind != AT_OFFSET) return unknown;
  if (row->frame_register != STACK_POINTER && row->frame_register != FRAME_POINTER) return unknown;
  int64_t frame_pointer = 0;
  if (row->frame_pointer.kind == AT_OFFSET) frame_pointer = row->frame_pointer.offset;
  /* A frame pointer that is somewhere else could be needed by a caller: better not to go on. */
  if (row->frame_pointer.kind == ELSEWHERE) return unknown;
  int64_t return_address = row->return_address.offset;
  if (row->frame_offset < 0 || row->frame_offset > INT32_MAX || return_address >= 0 ||
      return_address < INT16_MIN || frame_pointer > 0 || frame_pointer < INT16_MIN) {
    return unknown;
  }
  return (unwind_rule){
      row->frame_register == STACK_POINTER ? UNWIND_FROM_STACK : UNWIND_FROM_FRAME,
      (int32_t)row->frame_offset, (int16_t)return_address, (int16_t)frame_pointer};
}

unwind_rule unwind_rule_at(uintptr_t address, const uint8_t *header, uintptr_t start,
                           uintptr_t end) {
  const unwind_rule unknown = {UNWIND_UNKNOWN, 0, 0, 0};
  if (header == NULL || (uintptr_t)header < start || (uintptr_t)header >= end) return unknown;
  /* The call, and not what stands behind it, which may be another function. */
  uintptr_t place = address - 1;
  const uint8_t *function = find(place, header, end);
  if (function == NULL) return unknown;
  reader from = {function, (const uint8_t *)start, (const uint8_t *)end, 0};
  uint32_t length = read_word(&from);
  if (from.failed || length == 0xffffffff || length > (size_t)(from.end - from.at)) return unknown;
  from.end = from.at + length;
  const uint8_t *field = from.at;
  uint32_t distance = read_word(&from);
  if (from.failed || distance == 0 || distance > (uintptr_t)field - start) return unknown;
  entry common = read_common(
      (reader){field - distance, (const uint8_t *)start, (const uint8_t *)end, 0});
  if (common.instructions.failed || common.is_signal_frame) return unknown;
  uintptr_t first = read_pointer(&from, common.encoding);
  uintptr_t size = (uintptr_t)read_pointer(&from, common.encoding & 0x0f);
  if (from.failed || place - first >= size) return unknown;
  if (common.has_augmentation) skip(&from, read_uleb(&from));

  row now = {.frame_register = STACK_POINTER};
  execute(&common.instructions, &common, &now, &now, UINT64_MAX);
  row initial = now;
  execute(&from, &common, &now, &initial, place - first);
  if (common.instructions.failed || from.failed) return unknown;
  return rule_of(&now);
}
