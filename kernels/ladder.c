/* kernels/ladder: laying the tables of a family over one another. */
#include "kernels/ladder.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>

_Static_assert(sizeof(void (*)(void)) == sizeof(uintptr_t), "a slot is one word");
_Static_assert(sizeof(const char *) == sizeof(uintptr_t), "so is the variant");

static uintptr_t word_at(const LadderRung *rung, size_t offset)
{
    uintptr_t word;
    memcpy(&word, (const char *)rung->table + offset, sizeof word);
    return word;
}

const LadderRung *ladder_rung(const Ladder *ladder, size_t offset, CpuLevel level)
{
    const LadderRung *newest = NULL;
    for (size_t i = 0; i < ladder->n_rungs; i++)
        if (ladder->rungs[i].level <= level && word_at(&ladder->rungs[i], offset) != 0)
            newest = &ladder->rungs[i];
    return newest;
}

const char *ladder_variant(const LadderRung *rung)
{
    const char *variant;
    memcpy(&variant, rung->table, sizeof variant);
    return variant;
}

void ladder_fill(void *table, size_t n_bytes, const Ladder *ladder, CpuLevel level)
{
    assert(n_bytes == (1 + ladder->n_slots) * sizeof(uintptr_t));
    for (size_t at = 0; at < n_bytes; at += sizeof(uintptr_t)) {
        const LadderRung *rung = ladder_rung(ladder, at, level);
        assert(rung != NULL);
        const uintptr_t word = word_at(rung, at);
        memcpy((char *)table + at, &word, sizeof word);
    }
}
