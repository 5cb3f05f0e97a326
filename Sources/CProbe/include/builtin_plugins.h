/* builtin_plugins.h - the plugins that are linked into the probe itself. None, unless the linker is
 * given definitions that are stronger than the ones here. */
#ifndef BUILTIN_PLUGINS_H
#define BUILTIN_PLUGINS_H

#include <stdint.h>

uint32_t probe_builtin_count(void);
/* The plugin_entry of number `index`, as an untyped address; NULL where there is none. */
const void *probe_builtin_entry(uint32_t index);

#endif
