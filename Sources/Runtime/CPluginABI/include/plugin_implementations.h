/* plugin_implementations.h - for plugins made with macros: the functions that the file at hand has in its section 'plr_implementations',
 * one for each type that implements interfaces. The linker names the section's two ends; where it is
 * missing, both are NULL. */
#ifndef PLUGIN_IMPLEMENTATIONS_H
#define PLUGIN_IMPLEMENTATIONS_H

/* Hands the exports of one type to the registrar. */
typedef void (*plugin_implementation)(void *registrar);

extern const plugin_implementation __start_plr_implementations[]
    __attribute__((weak, visibility("hidden")));
extern const plugin_implementation __stop_plr_implementations[]
    __attribute__((weak, visibility("hidden")));

static inline const plugin_implementation *plugin_implementations_begin(void) {
  return __start_plr_implementations;
}

static inline const plugin_implementation *plugin_implementations_end(void) {
  return __stop_plr_implementations;
}

#endif
