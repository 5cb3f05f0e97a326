#define _GNU_SOURCE
#include "owner.h"

#include <dlfcn.h>
#include <elf.h>
#include <link.h>
#include <sched.h>
#include <stdatomic.h>
#include <string.h>

_Atomic uint32_t code_generation = 1;

/* Held for some loads and stores; never while anything is called that could wait. */
static atomic_flag lock = ATOMIC_FLAG_INIT;

void owner_lock(void) {
  while (atomic_flag_test_and_set_explicit(&lock, memory_order_acquire)) sched_yield();
}

void owner_unlock(void) { atomic_flag_clear_explicit(&lock, memory_order_release); }

/* ---- Rows ---- */

static char names[PLR_HEAP_OWNERS_LIMIT][PLR_MANIFEST_NAME_CAPACITY] = {
    "(unattributed)", "(host)", "(other plugins)"};
static _Atomic uint32_t count = OWNER_FIRST_PLUGIN;

uint32_t owner_count(void) { return atomic_load_explicit(&count, memory_order_acquire); }
const char *owner_name(uint32_t owner) { return names[owner]; }

plr_heap_kind owner_kind(uint32_t owner) {
  switch (owner) {
    case OWNER_UNATTRIBUTED: return PLR_HEAP_UNATTRIBUTED;
    case OWNER_HOST: return PLR_HEAP_HOST;
    case OWNER_OTHER_PLUGINS: return PLR_HEAP_OTHER_PLUGINS;
    default: return PLR_HEAP_PLUGIN;
  }
}

static uint32_t find_or_add(const char *name) {
  size_t length = strnlen(name, PLR_MANIFEST_NAME_CAPACITY - 1);
  uint32_t end = owner_count();
  for (uint32_t owner = OWNER_FIRST_PLUGIN; owner < end; owner += 1) {
    if (strncmp(names[owner], name, length) == 0 && names[owner][length] == '\0') return owner;
  }
  if (end == PLR_HEAP_OWNERS_LIMIT) return OWNER_OTHER_PLUGINS;
  memcpy(names[end], name, length);
  atomic_store_explicit(&count, end + 1, memory_order_release);
  return end;
}

uint32_t owner_of_name(const char *name) {
  owner_lock();
  uint32_t owner = find_or_add(name);
  owner_unlock();
  return owner;
}

/* ---- Files that the loader has mapped ---- */

typedef struct image {
  uintptr_t start;
  uintptr_t end;
  const void *map;
  int32_t owner; /* negative: nobody's */
} image;

enum { NOBODY = -1, TRAMPOLINE = -2 };

/* Open addressing by where an object begins. An object that finds no place is looked at each time. */
enum { IMAGE_SLOTS = 16384 };
static image images[IMAGE_SLOTS];

/* The name in the manifest of the object mapped at `start`; NULL where it has none, and so is no plugin. */
static const char *manifest_name(uintptr_t base, uintptr_t start, uintptr_t end) {
  const Elf64_Ehdr *header = (const Elf64_Ehdr *)start;
  if (end - start < sizeof(*header) || memcmp(header->e_ident, ELFMAG, SELFMAG) != 0 ||
      header->e_phentsize != sizeof(Elf64_Phdr) || header->e_phoff > end - start ||
      (uint64_t)header->e_phnum * sizeof(Elf64_Phdr) > end - start - header->e_phoff) {
    return NULL;
  }
  const Elf64_Phdr *segments = (const Elf64_Phdr *)(start + header->e_phoff);
  for (uint32_t i = 0; i < header->e_phnum; i += 1) {
    if (segments[i].p_type != PT_NOTE) continue;
    uintptr_t at = base + segments[i].p_vaddr;
    if (at < start || at > end || segments[i].p_memsz > end - at) continue;
    uintptr_t last = at + segments[i].p_memsz;
    while (last - at >= sizeof(Elf64_Nhdr)) {
      const Elf64_Nhdr *note = (const Elf64_Nhdr *)at;
      uint64_t length = sizeof(*note) + (((uint64_t)note->n_namesz + 3) & ~(uint64_t)3) +
                        (((uint64_t)note->n_descsz + 3) & ~(uint64_t)3);
      if (length > last - at) break;
      if (note->n_type == PLR_NOTE_TYPE_MANIFEST && note->n_namesz == sizeof(PLR_NOTE_OWNER) &&
          note->n_descsz >= PLR_MANIFEST_SIZE_1_0 &&
          memcmp(note + 1, PLR_NOTE_OWNER, sizeof(PLR_NOTE_OWNER)) == 0) {
        return ((const plr_manifest_note *)note)->manifest.name;
      }
      at += length;
    }
  }
  return NULL;
}

static int32_t classify(const struct dl_find_object *object) {
  uintptr_t start = (uintptr_t)object->dlfo_map_start, end = (uintptr_t)object->dlfo_map_end;
  if ((uintptr_t)&classify - start < end - start) return TRAMPOLINE;
  /* The program is the first in the loader's list. */
  if (object->dlfo_link_map->l_prev == NULL) return OWNER_HOST;
  const char *name = manifest_name(object->dlfo_link_map->l_addr, start, end);
  return name != NULL && name[0] != '\0' ? (int32_t)find_or_add(name) : NOBODY;
}

static int32_t owner_of_image(const struct dl_find_object *object) {
  image known = {(uintptr_t)object->dlfo_map_start, (uintptr_t)object->dlfo_map_end,
                 object->dlfo_link_map, NOBODY};
  uint32_t place = (uint32_t)((known.start >> 12) * 0x9e3779b1u) % IMAGE_SLOTS;
  owner_lock();
  image *free_slot = NULL;
  for (uint32_t step = 0; step < 64; step += 1) {
    image *slot = &images[(place + step) % IMAGE_SLOTS];
    if (slot->start == known.start) {
      if (slot->end == known.end && slot->map == known.map) {
        known.owner = slot->owner;
        owner_unlock();
        return known.owner;
      }
      /* Another file lies where this one was. */
      free_slot = slot;
      atomic_fetch_add_explicit(&code_generation, 1, memory_order_relaxed);
      break;
    }
    if (slot->start == 0) {
      free_slot = slot;
      break;
    }
  }
  known.owner = classify(object);
  if (free_slot != NULL) *free_slot = known;
  owner_unlock();
  return known.owner;
}

void owner_forget_images(void) {
  owner_lock();
  memset(images, 0, sizeof(images));
  atomic_fetch_add_explicit(&code_generation, 1, memory_order_relaxed);
  owner_unlock();
}

code_place code_at(uintptr_t address) {
  code_place place = {CODE_OF_LIBRARY, OWNER_UNATTRIBUTED, {UNWIND_UNKNOWN, 0, 0, 0}};
  struct dl_find_object object;
  if (address == 0 || _dl_find_object((void *)(address - 1), &object) != 0) return place;
  int32_t owner = owner_of_image(&object);
  if (owner >= 0) {
    place.kind = CODE_OF_OWNER;
    place.owner = (uint32_t)owner;
    return place;
  }
  if (owner == TRAMPOLINE) place.kind = CODE_OF_TRAMPOLINE;
  place.rule = unwind_rule_at(address, object.dlfo_eh_frame, (uintptr_t)object.dlfo_map_start,
                              (uintptr_t)object.dlfo_map_end);
  return place;
}
