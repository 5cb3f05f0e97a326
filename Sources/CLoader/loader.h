/* loader.h - what the dynamic loader tells about the files it has mapped, and Swift's Glibc module
 * does not show because it is declared for _GNU_SOURCE only. */
#ifndef LOADER_H
#define LOADER_H

#include <elf.h>
#include <stddef.h>
#include <stdint.h>

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
