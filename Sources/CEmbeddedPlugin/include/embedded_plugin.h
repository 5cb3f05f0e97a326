/* embedded_plugin.h - what a plugin in Embedded Swift needs beside the ABI: its heap.
 *
 * Embedded Swift allocates with posix_memalign and frees with free. This library defines both inside the
 * plugin, by the allocator of the plugin's host table: every object of the plugin is charged to it, and what
 * it leaves behind is reported and freed when it is retired. It is for plugins alone, linked into each and
 * exported by none (a version script that names plugin_entry sees to that). */
#ifndef EMBEDDED_PLUGIN_H
#define EMBEDDED_PLUGIN_H

#include "plugin_abi.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Takes the heap of `host`, which outlives the plugin. To be called first in the plugin's init: before it,
 * and where it fails, there is no memory. PLR_ERROR_NOT_FOUND, with `error` filled, where the host offers no
 * allocator. [host-thread] */
plr_status embedded_plugin_attach(const plr_host *host, plr_error *error);

/* A block of `size` bytes at a multiple of `alignment`, a power of two, that belongs to the plugin, or NULL
 * where there is no memory. [any-thread] */
void *embedded_plugin_allocate(size_t size, size_t alignment);

/* Frees a block of embedded_plugin_allocate; NULL does nothing. [any-thread] */
void embedded_plugin_deallocate(void *block);

/* Whether the C string `id`, which may be NULL, is `text`; for use in query_interface. [any-thread] */
int embedded_plugin_matches(const char *id, const char *text);

#ifdef __cplusplus
}
#endif

#endif
