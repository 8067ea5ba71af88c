/* tests/fuzz/fuzz_worker.c: lines of a worker: JSON, its first words, an epoch. */
#include "tests/fuzz/fuzz.h"

#include "base/sys.h"
#include "harness/hello.h"
#include "results/epoch.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n_bytes)
{
    json_t *event = NULL;
    Hello hello = {0};
    Epoch epoch = {0};
    Err err = {0}, no_hello = {0}, no_epoch = {0};
    mem_adopt_jansson();
    if (!fuzz_read(json_parse(&event, "worker", (const char *)data, n_bytes, &err), &err))
        return 0;
    if (fuzz_read(hello_read(&hello, event, &no_hello), &no_hello)) {
        Text text = {0};
        hello_text(&hello, &text);
        text_release(&text);
    }
    (void)fuzz_read(epoch_get_map(&epoch, event, &no_epoch), &no_epoch);
    json_decref(event);
    return 0;
}
