/* tests/fuzz/fuzz_network.c: network specifications. One that is read is written and read again. */
#include "tests/fuzz/fuzz.h"

#include "base/text.h"
#include "models/resolve.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n_bytes)
{
    Spec spec, again;
    Network network = {0};
    Text text = {0};
    Err err = {0};
    if (!fuzz_read(spec_parse(&spec, "fuzz.yaml", (const char *)data, n_bytes, &err), &err))
        return 0;
    spec_write_yaml(&spec, &text);
    fuzz_require(
        fuzz_read(spec_parse(&again, "again.yaml", text_string(&text), text.n_bytes, &err), &err),
        "a network that was written is read");
    text_release(&text);
    if (fuzz_read(resolve_network(&network, &spec, &err), &err))
        network_release(&network);
    return 0;
}
