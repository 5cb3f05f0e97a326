/* plr_trial.h - how a plugin shows that it works, to a host that has loaded it for a trial.
 *
 * A host may load a new plugin in a child process first, initialise it, ask it for what it offers and take it
 * down: whoever crashes, hangs, ends the process or takes all memory there is not loaded again. A plugin that
 * offers `plr.trial`/1 through its query_interface is called there as well. */
#ifndef PLR_TRIAL_H
#define PLR_TRIAL_H

#include "plugin_abi.h"

#ifdef __cplusplus
extern "C" {
#endif

#define PLR_TRIAL_ID "plr.trial"
#define PLR_TRIAL_REVISION 1

/* The plugin's; lives as long as what query_interface returns does. */
typedef struct plr_trial {
  uint32_t size;
  uint32_t revision;

  /* Does a little of what the plugin is for, with nothing that lasts: other plugins are not there, no process can
   * be started, and the process ends right after it. A code other than PLR_OK, with `error` filled, keeps the plugin from
   * being loaded. [host-thread] */
  plr_status (*run)(const plr_host *host, plr_error *error);
} plr_trial;

#define PLR_TRIAL_SIZE_1_0 16

#ifdef __cplusplus
}
#endif

#endif
