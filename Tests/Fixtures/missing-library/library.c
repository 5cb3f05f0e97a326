/* Linked against, then left behind. */
#include <stdint.h>

uint64_t fixture_library_answer(uint64_t input) { return 3 * input + 1; }
