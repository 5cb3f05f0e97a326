/* loader.h - what the dynamic loader tells about the files it has mapped, and Swift's Glibc module
 * does not show because it is declared for _GNU_SOURCE only. */
#ifndef LOADER_H
#define LOADER_H

#include <elf.h>
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

/* The beginning of struct dl_phdr_info in <link.h>. */
struct loader_object {
  uintptr_t base;
  const char *name;
  const void *segments;
  uint16_t segment_count;
  unsigned long long additions; /* objects that were ever mapped into this process */
};

/* The beginning of Dl_info in <dlfcn.h>, and its end. */
struct loader_address {
  const char *file;
  void *base;
  const char *symbol;
  void *symbol_address;
};

/* Calls `callback` for every object in the order they were mapped, until it returns other than 0. A
 * lock of the loader is held meanwhile. The corresponding C function is dl_iterate_phdr(3). */
static inline int loader_for_each_object(
    int (*callback)(struct loader_object *object, size_t size, void *context), void *context) {
  extern int dl_iterate_phdr(int (*)(struct loader_object *, size_t, void *), void *);
  return dl_iterate_phdr(callback, context);
}

/* Whether `address` lies in what is mapped of `object`. */
static inline int loader_object_holds(const struct loader_object *object, const void *address) {
  const Elf64_Phdr *segments = (const Elf64_Phdr *)object->segments;
  for (uint16_t index = 0; index < object->segment_count; index += 1) {
    uintptr_t start = object->base + segments[index].p_vaddr;
    if (segments[index].p_type == PT_LOAD && (uintptr_t)address - start < segments[index].p_memsz) {
      return 1;
    }
  }
  return 0;
}

/* Pages, from `start` to before `end`. */
struct loader_range {
  uintptr_t start;
  uintptr_t end;
};

/* The pages from the first to the last one of an object, gaps included: the loader keeps them together. */
static inline struct loader_range loader_object_range(const struct loader_object *object) {
  const Elf64_Phdr *segments = (const Elf64_Phdr *)object->segments;
  uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
  struct loader_range range = {UINTPTR_MAX, 0};
  for (uint16_t index = 0; index < object->segment_count; index += 1) {
    if (segments[index].p_type != PT_LOAD) continue;
    uintptr_t start = object->base + segments[index].p_vaddr;
    uintptr_t end = start + segments[index].p_memsz;
    if (start < range.start) range.start = start;
    if (end > range.end) range.end = end;
  }
  range.start &= ~(page - 1);
  range.end = (range.end + page - 1) & ~(page - 1);
  return range;
}

/* Whether relocations have been written into pages that are not writable. */
static inline int loader_object_has_text_relocations(const struct loader_object *object) {
  const Elf64_Phdr *segments = (const Elf64_Phdr *)object->segments;
  for (uint16_t index = 0; index < object->segment_count; index += 1) {
    if (segments[index].p_type != PT_DYNAMIC) continue;
    const Elf64_Dyn *entry = (const Elf64_Dyn *)(object->base + segments[index].p_vaddr);
    for (; entry->d_tag != DT_NULL; entry += 1) {
      if (entry->d_tag == DT_TEXTREL) return 1;
      if (entry->d_tag == DT_FLAGS && (entry->d_un.d_val & DF_TEXTREL) != 0) return 1;
    }
  }
  return 0;
}

/* Gives the pages of an object's segments that nobody can write to back to the system, which reads them from
 * the file again when they are touched. Returns their bytes; 0 where they hold relocations, which would be
 * lost. The corresponding C function is madvise(2) with MADV_DONTNEED. */
static inline size_t loader_object_give_back_clean_pages(const struct loader_object *object) {
  const Elf64_Phdr *segments = (const Elf64_Phdr *)object->segments;
  uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
  size_t bytes = 0;
  if (loader_object_has_text_relocations(object)) return 0;
  for (uint16_t index = 0; index < object->segment_count; index += 1) {
    if (segments[index].p_type != PT_LOAD || (segments[index].p_flags & PF_W) != 0) continue;
    uintptr_t start = (object->base + segments[index].p_vaddr) & ~(page - 1);
    uintptr_t end = object->base + segments[index].p_vaddr + segments[index].p_filesz;
    end = (end + page - 1) & ~(page - 1);
    if (end > start && madvise((void *)start, end - start, MADV_DONTNEED) == 0) bytes += end - start;
  }
  return bytes;
}

/* 1 where nothing at all is mapped in `range`, 0 where something is, -1 where the kernel cannot tell: it was
 * asked for exactly these pages, and gave or refused them. The corresponding C function is mmap(2) with
 * MAP_FIXED_NOREPLACE. */
static inline int loader_range_is_free(struct loader_range range) {
  size_t bytes = range.end - range.start;
  void *wanted = (void *)range.start;
  void *given = mmap(wanted, bytes, PROT_NONE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);
  if (given == MAP_FAILED) return errno == EEXIST ? 0 : -1;
  munmap(given, bytes);
  /* Kernels before 4.17 take the address for a hint. */
  return given == wanted ? 1 : 0;
}

/* Whether `address` lies in what may be run of the object. */
static inline int loader_object_holds_code(const struct loader_object *object, const void *address) {
  const Elf64_Phdr *segments = (const Elf64_Phdr *)object->segments;
  for (uint16_t index = 0; index < object->segment_count; index += 1) {
    uintptr_t start = object->base + segments[index].p_vaddr;
    if (segments[index].p_type == PT_LOAD && (segments[index].p_flags & PF_X) != 0 &&
        (uintptr_t)address - start < segments[index].p_memsz)
      return 1;
  }
  return 0;
}

/* Where the object behind a handle of dlopen(3) is mapped, as `base` of its loader_object; UINTPTR_MAX where the
 * loader does not say. The corresponding C function is dlinfo(3) with RTLD_DI_LINKMAP. */
static inline uintptr_t loader_base_of(void *handle) {
  extern int dlinfo(void *, int, void *);
  const uintptr_t *map = NULL;
  return dlinfo(handle, 2, &map) == 0 && map != NULL ? *map : UINTPTR_MAX;
}

/* 1 where `address` lies in what may be run of the object behind a handle of dlopen(3), 0 where it does not, -1
 * where the loader does not say: dlinfo(3) knows RTLD_DI_PHDR since glibc 2.36. */
static inline int loader_handle_holds_code(void *handle, const void *address) {
  extern int dlinfo(void *, int, void *);
  struct loader_object object = {loader_base_of(handle), NULL, NULL, 0, 0};
  int count = dlinfo(handle, 11, &object.segments);
  if (count <= 0 || object.base == UINTPTR_MAX) return -1;
  object.segment_count = (uint16_t)count;
  return loader_object_holds_code(&object, address);
}

/* Fills `found` with the file that `address` lies in and the symbol before it, if there is one; 0 where it
 * lies in none. The names are the loader's and go away with the file. The corresponding C function is
 * dladdr(3). */
static inline int loader_find(const void *address, struct loader_address *found) {
  extern int dladdr(const void *, struct loader_address *);
  return dladdr(address, found);
}

/* The file that `address` lies in, or NULL where it lies in none. */
static inline const char *loader_file_at(const void *address) {
  struct loader_address found;
  return loader_find(address, &found) != 0 ? found.file : NULL;
}

#endif
