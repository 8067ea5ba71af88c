/* The safetensors reader: a corpus of damaged files, each refused with its reason. */
#include "base/file.h"
#include "base/sys.h"
#include "nettest.h"
#include "weights/safetensors.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

enum { BODY_MOST = 64, FILE_MOST = 4096 };

typedef struct Sample {
    const char *header;
    size_t n_body;
    const char *reason; /* NULL: a good file */
} Sample;

static const Sample samples[] = {
    {"{}", 0, NULL},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", 8, NULL},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[0,4]}}   ", 4, NULL},
    {"{\"a\":{\"dtype\":\"I64\",\"shape\":[0,3],\"data_offsets\":[0,0]}}", 0, NULL},
    {"{\"__metadata__\":{\"k\":\"v\"}}", 0, NULL},
    {"[]", 0, "not a map"},
    {"{", 0, "end of file"},
    {"{}", 4, "behind its last tensor"},
    {"{\"__metadata__\":{\"k\":1}}", 0, "not a text"},
    {"{\"__metadata__\":[]}", 0, "not a map"},
    {"{\"a\":1}", 0, "no dtype"},
    {"{\"a\":{\"dtype\":\"F16\",\"shape\":[2],\"data_offsets\":[0,4]}}", 4, NULL},
    {"{\"a\":{\"dtype\":\"BF16\",\"shape\":[2],\"data_offsets\":[0,8]}}", 8, "disagrees"},
    {"{\"a\":{\"dtype\":\"F8_E4M3\",\"shape\":[2],\"data_offsets\":[0,2]}}", 2, "'F8_E4M3'"},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":2,\"data_offsets\":[0,8]}}", 8, "no shape"},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[-2],\"data_offsets\":[0,8]}}", 8, "out of range"},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[2.0],\"data_offsets\":[0,8]}}", 8, "out of range"},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[4611686018427387904,4],\"data_offsets\":[0,8]}}", 8,
     "out of range"},
    {"{\"a\":{\"dtype\":\"F64\",\"shape\":[2305843009213693952],\"data_offsets\":[0,8]}}", 8,
     "out of range"},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0]}}", 8, "pair of data offsets"},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,12]}}", 8, "cut or damaged"},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[8,0]}}", 8, "cut or damaged"},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,8]}}", 8, "disagrees"},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}", 8, "hole"},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},"
     "\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}",
     8, "overlaps"},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},"
     "\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}",
     8, "a"},
};

static size_t build(const Sample *sample, unsigned char *file)
{
    const size_t n = strlen(sample->header);
    memset(file, 0, 8 + n + sample->n_body);
    file[0] = (unsigned char)(n & 255);
    file[1] = (unsigned char)(n >> 8);
    memcpy(file + 8, sample->header, n);
    return 8 + n + sample->n_body;
}

/* Opens a file of these bytes, whose name is gone afterwards. */
static ErrCode open_bytes(TensorFile **opened, const unsigned char *bytes, size_t n, Err *err)
{
    static const char path[] = "sample.safetensors";
    nettest_ok(file_write(path, bytes, n, err), err);
    const ErrCode code = safetensors_open(opened, NULL, path, err);
    Err unused;
    (void)!file_remove(path, &unused);
    return code;
}

/* Each sample opens, or is refused for its own reason; the file is named. */
static void test_corpus(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(samples); i++) {
        unsigned char file[FILE_MOST];
        Err err = {0};
        TensorFile *opened = NULL;
        const size_t n = build(&samples[i], file);
        const ErrCode code = open_bytes(&opened, file, n, &err);
        if (samples[i].reason == NULL) {
            nettest_ok(code, &err);
        } else {
            assert_int_equal(code, ERR_DATA);
            assert_null(opened);
            if (strstr(err.msg, samples[i].reason) == NULL || strstr(err.msg, "sample") == NULL)
                fail_msg("sample %zu: '%s' does not say '%s'", i, err.msg, samples[i].reason);
        }
        safetensors_close(&opened);
    }
}

/* Every prefix of a good file is refused; none crashes. */
static void test_prefixes(void **state)
{
    (void)state;
    unsigned char file[FILE_MOST];
    const size_t n = build(&samples[1], file);
    for (size_t cut = 0; cut < n; cut++) {
        Err err = {0};
        TensorFile *opened = NULL;
        assert_int_equal(open_bytes(&opened, file, cut, &err), ERR_DATA);
    }
}

/* A header said to be larger than 16 MiB is refused before it is looked at. */
static void test_header_bomb(void **state)
{
    (void)state;
    unsigned char file[FILE_MOST] = {1, 0, 0, 1};
    Err err = {0};
    TensorFile *opened = NULL;
    assert_int_equal(open_bytes(&opened, file, sizeof file, &err), ERR_DATA);
    memset(file, 255, 8);
    assert_int_equal(open_bytes(&opened, file, sizeof file, &err), ERR_DATA);
}

/* What is written is read back, in any order of the caller's arrays to the same bytes. */
static void test_written_files(void **state)
{
    (void)state;
    static const float f32[] = {1.5f, -0.0f, 3.25f};
    static const double f64[] = {0.1, 2.0};
    Err err = {0};
    char *bytes[2] = {NULL, NULL};
    size_t n_bytes[2] = {0, 0};
    const char *path = nettest_path("written");
    for (int order = 0; order < 2; order++) {
        TensorInfo tensors[2];
        tensors[order] =
            (TensorInfo){.name = "b", .type = TENSOR_F32, .n_dims = 2, .dims = {1, 3}, .data = f32};
        tensors[1 - order] =
            (TensorInfo){.name = "a", .type = TENSOR_F64, .n_dims = 1, .dims = {2}, .data = f64};
        safetensors_measure(&tensors[0]);
        safetensors_measure(&tensors[1]);
        MetadataEntry metadata[2];
        metadata[order] = (MetadataEntry){"z", "\"quoted\" \xc3\xa9\n"};
        metadata[1 - order] = (MetadataEntry){"k", ""};
        TensorSet set = {tensors, 2, metadata, 2};
        nettest_ok(safetensors_write(NULL, path, &set, &err), &err);
        nettest_ok(file_read(path, FILE_MOST, &bytes[order], &n_bytes[order], &err), &err);
    }
    assert_int_equal(n_bytes[0], n_bytes[1]);
    assert_memory_equal(bytes[0], bytes[1], n_bytes[0]);
    TensorFile *file = NULL;
    float values[3];
    nettest_ok(safetensors_open(&file, NULL, path, &err), &err);
    assert_string_equal(safetensors_metadata(file, "z"), "\"quoted\" \xc3\xa9\n");
    assert_null(safetensors_metadata(file, "q"));
    nettest_ok(safetensors_floats(file, safetensors_find(file, "b"), false, values, 3, &err), &err);
    assert_memory_equal(values, f32, sizeof f32);
    nettest_ok(safetensors_floats(file, safetensors_find(file, "a"), false, values, 2, &err), &err);
    assert_true(values[0] == 0.1f && values[1] == 2.0f);
    assert_int_equal(safetensors_floats(file, safetensors_find(file, "a"), false, values, 3, &err),
                     ERR_DATA);
    assert_null(safetensors_find(file, "c"));
    safetensors_close(&file);
    mem_free(bytes[0]);
    mem_free(bytes[1]);
    err = (Err){0};
    nettest_ok(file_remove(path, &err), &err);
}

/* NaN and infinity in weights are refused with their place, unless the caller wants them. */
static void test_nonfinite_numbers(void **state)
{
    (void)state;
    static const float bad[] = {0.0f, NAN, INFINITY};
    unsigned char bytes[FILE_MOST];
    const Sample sample = {"{\"a\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,12]}}", 12,
                           NULL};
    const size_t n = build(&sample, bytes);
    memcpy(bytes + n - sizeof bad, bad, sizeof bad);
    Err err = {0};
    TensorFile *file = NULL;
    float values[3];
    nettest_ok(open_bytes(&file, bytes, n, &err), &err);
    nettest_ok(safetensors_floats(file, safetensors_tensor(file, 0), true, values, 3, &err), &err);
    assert_int_equal(safetensors_floats(file, safetensors_tensor(file, 0), false, values, 3, &err),
                     ERR_DATA);
    assert_non_null(strstr(err.msg, "not finite at place 1"));
    safetensors_close(&file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_corpus),
        cmocka_unit_test(test_prefixes),
        cmocka_unit_test(test_header_bomb),
        cmocka_unit_test(test_written_files),
        cmocka_unit_test(test_nonfinite_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
