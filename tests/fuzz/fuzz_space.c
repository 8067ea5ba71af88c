/*
 * tests/fuzz/fuzz_space.c: search spaces. In one that is read the base is a member, genotypes are
 * written and read again, and canonical forms are the same network and their own canonical form.
 */
#include "tests/fuzz/fuzz.h"

#include "search/netspace.h"

#include <string.h>

enum { DRAWS = 3 };

static void check(NetSpace *space, uint8_t *genes)
{
    const size_t n = (size_t)netspace_n_genes(space);
    char text[NETSPACE_MAX_GENES + 1];
    uint8_t again[NETSPACE_MAX_GENES];
    NetSpaceCount count, other;
    Err err = {0};
    netspace_to_text(space, genes, text);
    fuzz_require(fuzz_read(netspace_from_text(space, text, again, &err), &err) &&
                     memcmp(genes, again, n) == 0,
                 "a genotype that was written is read");
    netspace_count(space, genes, &count);
    netspace_canonical(space, genes);
    netspace_count(space, genes, &other);
    fuzz_require(other.digest == count.digest && other.macs == count.macs &&
                     other.is_inside == count.is_inside,
                 "a canonical form is the same network");
    memcpy(again, genes, n);
    netspace_canonical(space, again);
    fuzz_require(memcmp(genes, again, n) == 0, "a canonical form is its own");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n_bytes)
{
    NetSpace *space = NULL;
    NetSpaceCount count;
    uint8_t genes[NETSPACE_MAX_GENES];
    Err err = {0};
    if (!fuzz_read(netspace_parse(&space, "fuzz.yaml", (const char *)data, n_bytes, &err), &err))
        return 0;
    memcpy(genes, netspace_base_genes(space), (size_t)netspace_n_genes(space));
    netspace_count(space, genes, &count);
    fuzz_require(count.is_built, "the base can be built");
    check(space, genes);
    fuzz_require(memcmp(genes, netspace_base_genes(space), (size_t)netspace_n_genes(space)) == 0,
                 "the base's genes are canonical");
    for (uint64_t i = 0; i < DRAWS; i++) {
        Rng rng = rng_start(1, RNG_SEARCH, 0, i);
        for (int g = 0; g < netspace_n_genes(space); g++)
            genes[g] = (uint8_t)rng_below(&rng, (uint32_t)netspace_n_values(space, g));
        check(space, genes);
    }
    netspace_destroy(&space);
    return 0;
}
