/* The symbol of the entry says that it is a function, and leads out of the file. */
#include "fixture_plugin.h"

PLR_MANIFEST("entry-nowhere", "1.0.0", PLR_UNLOAD_UNLOADABLE, 0);

__asm__(".globl plugin_entry\n"
        ".type plugin_entry, @function\n"
        ".set plugin_entry, 0x10\n");

/* What it would be, if it were one. */
const plr_plugin fixture_plugin_of_nobody = {sizeof(plr_plugin), PLR_ABI_MAJOR, PLR_ABI_MINOR,
                                             fixture_init,       fixture_deinit, fixture_query};
