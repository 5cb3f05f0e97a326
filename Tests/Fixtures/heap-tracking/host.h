/* host.h - what the scenarios share: two plugins, the tracker, and figures to compare. */
#ifndef HOST_H
#define HOST_H

#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plr_heap.h"

#define CHECK(condition)                                              \
  do {                                                                \
    if (!(condition)) {                                               \
      fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition); \
      exit(1);                                                        \
    }                                                                 \
  } while (0)

/* The same for equal numbers, which are printed. */
#define CHECK_EQUAL(left, right)                                                              \
  do {                                                                                        \
    long long left_ = (long long)(left), right_ = (long long)(right);                         \
    if (left_ != right_) {                                                                    \
      fprintf(stderr, "%s:%d: %s is %lld and %s is %lld\n", __FILE__, __LINE__, #left, left_, \
              #right, right_);                                                                \
      exit(1);                                                                                \
    }                                                                                         \
  } while (0)

typedef void *(*maker)(size_t size);

typedef struct plugin {
  void *handle;
  const char *name;
  maker make, make_zeroed, jump;
  void *(*copy)(const char *text);
  void *(*ask)(maker other, size_t size);
  void *(*ask_for)(void *(*between)(maker other, size_t size), maker other, size_t size);
  void *(*grow)(void *block, size_t size);
  void (*let_go)(void *block);
  void (*sort)(int *numbers, size_t count, int (*compare)(const void *, const void *));
  int (*compare)(const void *, const void *);
  void **compared;
  void (*call)(void (*function)(void *context), void *context);
} plugin;

extern const plr_heap *heap;
extern plugin first, second;
extern const char *directory;

plugin open_plugin(const char *name);

/* What the row of a name, or of a kind where `name` is NULL, has now; zeros where there is none. */
plr_heap_row row(plr_heap_kind kind, const char *name);
#define OF(plugin_) row(PLR_HEAP_PLUGIN, (plugin_).name)
#define HOST row(PLR_HEAP_HOST, NULL)
#define NOBODYS row(PLR_HEAP_UNATTRIBUTED, NULL)

/* All rows together are what the tracker counts as a whole. */
void check_sum(void);

void *host_make(size_t size);
void *host_ask(maker other, size_t size);

/* Scenarios by file. */
void calls(const char *name);
void blocks(const char *name);
void threads(const char *name);
void limits(const char *name);

#endif
