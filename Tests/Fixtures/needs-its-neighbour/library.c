/* Linked against; lies beside the plugin. */
#include <stdint.h>

uint64_t fixture_neighbour_answer(uint64_t input) { return 3 * input + 1; }
