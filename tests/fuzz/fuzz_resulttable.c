/* tests/fuzz/fuzz_resulttable.c: tables of results from elsewhere: what is read is in its ranges.
 */
#include "tests/fuzz/fuzz.h"

#include "base/sys.h"
#include "results/resulttable.h"

#include <math.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n_bytes)
{
    Arena arena = {0};
    Err err = {0};
    ResultTable table;
    char *text = mem_strndup((const char *)data, n_bytes);
    if (fuzz_read(resulttable_read(&table, "results.csv", text, &arena, &err), &err)) {
        fuzz_require(table.n > 0, "a table has rows");
        for (size_t i = 0; i < table.n; i++) {
            const ResultRow *row = &table.rows[i];
            fuzz_require(row->trial > 0 || (row->network[0] != '\0' && row->seed >= 0),
                         "a row names its trial");
            fuzz_require(row->epochs > 0, "epochs are counted from 1");
            fuzz_require(row->val_top1 >= 0 && row->test_top1 <= 100, "accuracies are percent");
            fuzz_require(isnan(row->val_loss) || row->val_loss >= 0, "a loss is not negative");
        }
    }
    arena_release(&arena);
    mem_free(text);
    return 0;
}
