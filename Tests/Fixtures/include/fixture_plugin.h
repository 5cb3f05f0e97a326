/* fixture_plugin.h - a whole plugin in C; each fixture departs from it in the one way that its
 * folder is named after. It asks its host for everything and links against nothing. */
#ifndef FIXTURE_PLUGIN_H
#define FIXTURE_PLUGIN_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <dlfcn.h>
#include <elf.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "fixture.h"
#include "plr_allocator.h"
#include "plr_log.h"
#include "plr_registry.h"

/* A manifest whose every field can be wrong. */
#define FIXTURE_MANIFEST(variable, major, minor, unload_class_, features_, name_, toolchain_)     \
  __attribute__((used, section(PLR_NOTE_SECTION), aligned(4)))                                    \
  static const plr_manifest_note variable = {                                                     \
      sizeof(PLR_NOTE_OWNER), sizeof(plr_manifest), PLR_NOTE_TYPE_MANIFEST, PLR_NOTE_OWNER,       \
      {sizeof(plr_manifest), (major), (minor), (unload_class_), (features_), name_, "1.0.0",      \
       toolchain_}}

/* The name in the manifest of this file, which a test may have written there; NULL where there is none. */
extern const Elf64_Ehdr __ehdr_start __attribute__((visibility("hidden")));

static inline const char *fixture_manifest_name(void) {
  const char *file = (const char *)&__ehdr_start;
  const Elf64_Phdr *segments = (const Elf64_Phdr *)(file + __ehdr_start.e_phoff);
  for (int i = 0; i < __ehdr_start.e_phnum; i += 1) {
    if (segments[i].p_type != PT_NOTE) continue;
    size_t offset = 0;
    while (offset + sizeof(Elf64_Nhdr) <= segments[i].p_memsz) {
      const Elf64_Nhdr *note = (const Elf64_Nhdr *)(file + segments[i].p_vaddr + offset);
      if (note->n_type == PLR_NOTE_TYPE_MANIFEST && note->n_namesz == sizeof(PLR_NOTE_OWNER) &&
          memcmp(note + 1, PLR_NOTE_OWNER, sizeof(PLR_NOTE_OWNER)) == 0)
        return ((const plr_manifest_note *)(const void *)note)->manifest.name;
      offset += sizeof(Elf64_Nhdr) + ((note->n_namesz + 3u) & ~3u) + ((note->n_descsz + 3u) & ~3u);
    }
  }
  return NULL;
}

/* Leaves two files, the proof that code of the plugin ran: `PATH.ran` beside it, and, because a plugin that
 * is loaded from a copy in memory has no path, `NAME.ran` in the directory of this process's traces, where there
 * is one. */
__attribute__((constructor)) static void fixture_leave_a_trace(void) {
  Dl_info self;
  char path[4096];
  if (dladdr((const void *)fixture_leave_a_trace, &self) == 0) return;
  char file[4096];
  /* The host loads open files, by names that lead to them. */
  ssize_t length = readlink(self.dli_fname, file, sizeof(file) - 1);
  if (length < 0) length = snprintf(file, sizeof(file), "%s", self.dli_fname);
  file[length] = 0;
  snprintf(path, sizeof(path), "%.4000s.ran", file);
  int trace = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0644);
  if (trace >= 0) close(trace);
  const char *name = fixture_manifest_name();
  if (name == NULL) return;
  snprintf(path, sizeof(path), "/tmp/fixture-traces.%d/%.64s.ran", (int)getpid(), name);
  trace = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0644);
  if (trace >= 0) close(trace);
}

static const plr_host *fixture_host;
static const plr_log *fixture_log_service;
static const plr_allocator *fixture_allocator;
static const plr_registry *fixture_registry;
static void *fixture_block;

static uint64_t fixture_answer(uint64_t input) { return 3 * input + 1; }

static void fixture_log(uint32_t level, const char *message) {
  fixture_log_service->write(fixture_host, level, "fixture", message, strlen(message));
}

static const void *fixture_runtime(void) { return fixture_host->runtime; }

static const fixture_unit fixture_table = {
    sizeof(fixture_unit), FIXTURE_UNIT_REVISION, fixture_answer, fixture_log, fixture_runtime,
};

static inline plr_status fixture_init(const plr_host *host, plr_error *error) {
  fixture_host = host;
  fixture_log_service = host->query_interface(host, PLR_LOG_ID, PLR_LOG_REVISION);
  fixture_allocator = host->query_interface(host, PLR_ALLOCATOR_ID, PLR_ALLOCATOR_REVISION);
  fixture_registry = host->query_interface(host, PLR_REGISTRY_ID, PLR_REGISTRY_REVISION);
  fixture_block = fixture_allocator->allocate(host, FIXTURE_BLOCK_SIZE, 0);
  if (fixture_block == NULL) return plugin_fail(error, PLR_ERROR_OUT_OF_MEMORY, "block", "no memory");
  fixture_log(PLR_LOG_NOTICE, "init");
  return fixture_registry->add(host, host->name, FIXTURE_UNIT_REVISION, 0, &fixture_table, error);
}

static inline void fixture_deinit(const plr_host *host) {
  fixture_registry->remove(host, host->name, FIXTURE_UNIT_REVISION, &fixture_table);
  fixture_allocator->deallocate(host, fixture_block);
  fixture_log(PLR_LOG_NOTICE, "deinit");
}

static inline const void *fixture_query(const plr_host *host, const char *id,
                                        uint32_t revision) {
  (void)host;
  return strcmp(id, FIXTURE_UNIT_ID) == 0 && revision == FIXTURE_UNIT_REVISION ? &fixture_table
                                                                               : NULL;
}

#define FIXTURE_ENTRY(init, deinit, query)                                                        \
  static const plr_plugin fixture_plugin = {                                                      \
      sizeof(plr_plugin), PLR_ABI_MAJOR, PLR_ABI_MINOR, init, deinit, query};                     \
  const plr_plugin *plugin_entry(const plr_host *host, plr_error *error) {                        \
    (void)host;                                                                                   \
    (void)error;                                                                                  \
    return &fixture_plugin;                                                                       \
  }

#endif
