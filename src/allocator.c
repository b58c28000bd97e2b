/* How long the allocator keeps what was freed, in milliseconds, where MIMALLOC_PURGE_DELAY says nothing else. Of itself
   it keeps it for a second: of messages that are read meanwhile, each thread's, that was as much as all that is in use. */
#include <mimalloc.h>

__attribute__((constructor)) static void choose(void) {
    mi_option_set_default(mi_option_purge_delay, 10);
}
