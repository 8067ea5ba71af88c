/* tests/fuzz/fuzz_sizetable.c: tables of sizes; what is read is fitted too. */
#include "tests/fuzz/fuzz.h"

#include "base/sys.h"
#include "results/sizefit.h"

#include <math.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n_bytes)
{
    Arena arena = {0};
    Err err = {0};
    SizeTable table;
    SizeFit fit;
    char *text = mem_strndup((const char *)data, n_bytes);
    if (fuzz_read(sizetable_read(&table, "sizes.csv", text, &arena, &err), &err) &&
        fuzz_read(sizefit_run(&fit, &table, &arena, &err), &err)) {
        fuzz_require(table.n_groups >= 2, "growth has two budgets");
        fuzz_require(fit.has_parabola == !isnan(fit.parabola.exponent), "a law has an exponent");
        fuzz_require(fit.surface.E >= 0 && fit.surface.A >= 0 && fit.surface.B >= 0,
                     "no part of a surface is negative");
        fuzz_require(!fit.surface.is_determined || isfinite(fit.surface_law.exponent),
                     "a determined surface has a law");
    }
    arena_release(&arena);
    mem_free(text);
    return 0;
}
