/* plr_state.h - what a plugin hands on to the version that takes its place while the host runs.
 *
 * A plugin that has something to keep offers `plr.state`/1 through its query_interface. When it is reloaded, the
 * host keeps callers waiting, has the old version save, and gives what it saved to the new one, whose
 * init has run by then. Where the new one declines or fails, the old one goes on: saving must leave it as it
 * was. Bytes are the plugin's own affair; both versions may be mapped at the same time, but pointers into
 * the old one are no good after it. */
#ifndef PLR_STATE_H
#define PLR_STATE_H

#include "plugin_abi.h"

#ifdef __cplusplus
extern "C" {
#endif

#define PLR_STATE_ID "plr.state"
#define PLR_STATE_REVISION 1

/* Takes a state, piece by piece. The host's; good for the call that it is given to, on its thread. */
typedef struct plr_state_writer {
  uint32_t size;
  uint32_t reserved;
  void *context; /* the host's own */

  /* Appends `count` bytes. OUT_OF_MEMORY where the host takes no more; save then returns that. */
  plr_status (*write)(const struct plr_state_writer *writer, const void *bytes, size_t count);
} plr_state_writer;

#define PLR_STATE_WRITER_SIZE_1_0 24

/* The plugin's; lives as long as what query_interface returns does. */
typedef struct plr_state {
  uint32_t size;
  uint32_t revision;
  uint32_t version;         /* of the format that save writes */
  uint32_t oldest_accepted; /* accept can read the formats from this one to `version` */

  /* Writes the state. Nobody is inside of the plugin through a pin meanwhile; threads of its own and
   * holders of its registrations are its own affair. [host-thread] */
  plr_status (*save)(const plr_host *host, const plr_state_writer *writer, plr_error *error);

  /* Takes a state of format `version` over, and makes an older one its own. DECLINED where it does not want
   * it; any other code is a failure. Either way deinit follows. [host-thread] */
  plr_status (*accept)(const plr_host *host, uint32_t version, const void *bytes, size_t count,
                       plr_error *error);
} plr_state;

#define PLR_STATE_SIZE_1_0 32

#ifdef __cplusplus
}
#endif

#endif
