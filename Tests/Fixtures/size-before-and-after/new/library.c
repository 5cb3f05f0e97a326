// The library after: `grows` is larger, `goes` is gone, `comes` is new, `moves` lies elsewhere.
static volatile int state[16] = {1};

int stays(int value) { return value * 3 + state[0]; }

int grows(int value) {
  for (int index = 0; index < 16; index++) {
    state[index] = state[index] * value + index;
    value ^= state[15 - index] >> 3;
  }
  return value + 1;
}

int comes(int value) { return value - 2; }

__attribute__((section("second_text"))) int moves(int value) { return value ^ 0x55; }
