/* tests/fuzz/fuzz_shapetable.c: tables of shapes; what is read is fitted too. */
#include "tests/fuzz/fuzz.h"

#include "base/sys.h"
#include "results/shapefit.h"

#include <math.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n_bytes)
{
    Arena arena = {0};
    Err err = {0};
    ShapeTable table;
    ShapeFit fit;
    char *text = mem_strndup((const char *)data, n_bytes);
    if (fuzz_read(shapetable_read(&table, "shapes.csv", text, &arena, &err), &err) &&
        fuzz_read(shapefit_run(&fit, &table, NULL, 0, &arena, &err), &err)) {
        fuzz_require(isfinite(fit.blocks.sd) && fit.blocks.df >= 1, "a whole table has noise");
        fuzz_require(fit.has_optimum == (fit.kind < SHAPE_FLAT), "four kinds have an optimum");
        fuzz_require((fit.n_region > 0) == fit.has_optimum, "an optimum has a region");
        fuzz_require(fit.optimum.x[0] >= 0 && fit.optimum.x[1] >= 0 && fit.optimum.x[2] >= 0,
                     "an optimum is in the triangle");
    }
    arena_release(&arena);
    mem_free(text);
    return 0;
}
