/* A plugin that allocates in the ways that a host of the tests asks for. Built twice, under two names
 * (PLUGIN_NAME), with and without frame pointers. */
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>

#include "plugin_abi.h"

PLR_MANIFEST(PLUGIN_NAME, "1.0.0", PLR_UNLOAD_UNLOADABLE, 0);

/* What is allocated while the loader works is charged as well. */
void *plugin_made_at_load;
__attribute__((constructor)) static void at_load(void) { plugin_made_at_load = malloc(77); }
__attribute__((destructor)) static void at_unload(void) { free(plugin_made_at_load); }

/* Keeps a call from becoming a jump. */
#define STAY(value) __asm__ volatile("" : "+r"(value) : : "memory")

void *plugin_make(size_t size) {
  void *block = malloc(size);
  STAY(block);
  return block;
}

void *plugin_make_zeroed(size_t size) {
  void *block = calloc(1, size);
  STAY(block);
  return block;
}

void *plugin_copy(const char *text) {
  void *block = strdup(text);
  STAY(block);
  return block;
}

/* Ends in a jump: while the C library allocates, nothing of this plugin is on the stack. */
void *plugin_jump(size_t size) { return malloc(size); }

void *plugin_ask(void *(*other)(size_t size), size_t size) {
  void *block = other(size);
  STAY(block);
  return block;
}

/* Asks somebody who asks somebody. */
void *plugin_ask_for(void *(*between)(void *(*other)(size_t size), size_t size),
                     void *(*other)(size_t size), size_t size) {
  void *block = between(other, size);
  STAY(block);
  return block;
}

void *plugin_grow(void *block, size_t size) {
  void *moved = realloc(block, size);
  STAY(moved);
  return moved;
}

void plugin_let_go(void *block) {
  free(block);
  __asm__ volatile("" : : : "memory");
}

/* The C library calls back. */
void plugin_sort(int *numbers, size_t count, int (*compare)(const void *, const void *)) {
  qsort(numbers, count, sizeof(*numbers), compare);
  __asm__ volatile("" : : : "memory");
}

void *plugin_compared;
int plugin_compare(const void *left, const void *right) {
  if (plugin_compared == NULL) plugin_compared = malloc(333);
  return *(const int *)left - *(const int *)right;
}

void plugin_call(void (*function)(void *context), void *context) {
  function(context);
  __asm__ volatile("" : : : "memory");
}

/* A plugin whose functions all end in jumps into the C library; through pointers, because the compiler
 * knows functions of these names and would do more. */
static int (*volatile make_aligned)(void **, size_t, size_t) = posix_memalign;
static char *(*volatile copy)(const char *) = strdup;
static void *made_in_init;

static plr_status init(const plr_host *host, plr_error *error) {
  (void)host;
  (void)error;
  return make_aligned(&made_in_init, 16, 500);
}

static void deinit(const plr_host *host) {
  (void)host;
  free(made_in_init);
}

static const void *query_interface(const plr_host *host, const char *id, uint32_t revision) {
  (void)host;
  (void)revision;
  return copy(id);
}

static const plr_plugin table = {sizeof(plr_plugin), PLR_ABI_MAJOR, PLR_ABI_MINOR,
                                 init,               deinit,        query_interface};

const plr_plugin *plugin_entry(const plr_host *host, plr_error *error) {
  (void)host;
  (void)error;
  return &table;
}
