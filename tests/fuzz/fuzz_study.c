/* tests/fuzz/fuzz_study.c: studies. What one means is read back as the same. */
#include "tests/fuzz/fuzz.h"

#include "harness/study.h"

static void read_back(const Study *study)
{
    Text text = {0}, difference = {0};
    Study *again = NULL;
    Err err = {0};
    bool may = false;
    study_emit(study, &text);
    fuzz_require(
        fuzz_read(study_parse_stored(&again, "again.yaml", text_string(&text), &err), &err),
        "a study that was written is read");
    if (study_may_go_on(&may, &difference, study, again, &err) == ERR_NONE)
        fuzz_require(may, "a study that was written means the same");
    text_release(&text);
    text_release(&difference);
    study_destroy(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n_bytes)
{
    Study *study = NULL;
    Err err = {0};
    if (fuzz_read(study_parse(&study, "fuzz.yaml", (const char *)data, n_bytes, NULL, 0, &err),
                  &err))
        read_back(study);
    study_destroy(&study);
    return 0;
}
