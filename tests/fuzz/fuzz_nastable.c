/*
 * tests/fuzz/fuzz_nastable.c: tables of networks. An input is a byte (bit 0: a band of MACs, bit 1:
 * a short schedule, bit 2: a known space), and the file.
 */
#include "tests/fuzz/fuzz.h"

#include "harness/nastable.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n_bytes)
{
    NasTable *table = NULL;
    Err err = {0};
    if (n_bytes < 1)
        return 0;
    const NasTableSettings settings = {.path = fuzz_file("table.csv", data + 1, n_bytes - 1),
                                       .target_macs = data[0] & 1 ? 50 : 0,
                                       .tau = 0.5,
                                       .screen = data[0] & 2 ? "short" : NULL,
                                       .space = data[0] & 4 ? "nbm" : NULL};
    if (!fuzz_read(nastable_load(&table, &settings, &err), &err))
        return 0;
    fuzz_require(table->n_inside > 0, "a table has a row inside");
    for (int32_t i = 0; i < table->n_inside; i++) {
        Rng rng = rng_start(1, RNG_SEARCH, 0, (uint64_t)i);
        uint8_t genes[GENESPACE_MAX_GENES];
        fuzz_require(genespace_draw(&table->space, &rng, genes), "a row can be drawn");
        fuzz_require(genespace_has(&table->space, genes), "what is drawn is a member");
        fuzz_require(nastable_best(table) >= table->means[nastable_row(table, genes)],
                     "none is above the best");
    }
    nastable_destroy(&table);
    return 0;
}
