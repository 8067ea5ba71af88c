/* tests/fuzz/fuzz_safetensors.c: weights: header, every tensor's numbers, digest, metadata. */
#include "tests/fuzz/fuzz.h"

#include "base/hash.h"
#include "base/sys.h"
#include "weights/safetensors.h"

static void read_tensor(const TensorFile *file, const TensorInfo *tensor)
{
    Err err = {0};
    float *numbers = mem_calloc(tensor->n_elements + 1, sizeof(*numbers));
    fuzz_require(numbers != NULL, "a tensor is no larger than its file");
    (void)fuzz_read(safetensors_floats(file, tensor, false, numbers, tensor->n_elements, &err),
                    &err);
    fuzz_require(safetensors_find(file, tensor->name) == tensor, "a tensor is found by its name");
    mem_free(numbers);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n_bytes)
{
    TensorFile *file = NULL;
    char digest[HASH_HEX_BYTES];
    Err err = {0};
    const char *path = fuzz_file("fuzz.safetensors", data, n_bytes);
    if (!fuzz_read(safetensors_open(&file, NULL, path, &err), &err))
        return 0;
    for (size_t i = 0; i < safetensors_count(file); i++)
        read_tensor(file, safetensors_tensor(file, i));
    (void)fuzz_read(safetensors_digest(file, "isoflop.digest", digest, &err), &err);
    (void)safetensors_metadata(file, "format");
    safetensors_close(&file);
    return 0;
}
