/* A program that is linked with the runtime. */
#include <stdio.h>

#include "plr_runtime.h"

int main(void) {
  const plr_host *account = NULL;
  if (plr_account_open("host in C", &account, NULL) != PLR_OK) return 1;
  void *block = plr_allocate(account, 100, 0);
  if (block == NULL) return 2;
  plr_deallocate(account, block);
  puts(account->name);
  return plr_account_close(account, NULL, NULL);
}
