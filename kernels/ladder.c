/* kernels/ladder: laying the tables of a family over one another. */
#include "kernels/ladder.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>

void ladder_fill(void *table, size_t n_bytes, const LadderRung *ladder, size_t n_rungs,
                 CpuLevel level)
{
    _Static_assert(sizeof(void (*)(void)) == sizeof(uintptr_t), "a slot is one word");
    assert(n_bytes % sizeof(uintptr_t) == 0);
    for (size_t i = 0; i < n_rungs; i++) {
        if (ladder[i].level > level)
            continue;
        for (size_t at = 0; at < n_bytes; at += sizeof(uintptr_t)) {
            uintptr_t slot;
            memcpy(&slot, (const char *)ladder[i].table + at, sizeof slot);
            if (slot != 0)
                memcpy((char *)table + at, &slot, sizeof slot);
        }
    }
}
