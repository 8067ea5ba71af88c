/* bytestream: plain and gzip files, cut, damaged, followed by more, or far larger than declared. */
#include "tests/data/datafixture.h"
#include "tests/data/gzipfixture.h"

#include "base/sys.h"
#include "base/sysfault.h"
#include "data/bytestream.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { N = 100000 };
static uint8_t content[N], got[N + 1];

static void prepare(void)
{
    for (size_t i = 0; i < N; i++)
        content[i] = (uint8_t)(i * i / 97);
}

/* Reads n bytes in uneven pieces, then expects the end. */
static ErrCode read_all(const char *name, size_t n, Err *err)
{
    ByteStream *stream = NULL;
    *err = (Err){0};
    TRY(bytestream_open(&stream, fixture_path(name), err));
    for (size_t at = 0, piece = 1; at < n; at += piece, piece = piece * 3 + 1) {
        piece = piece < n - at ? piece : n - at;
        TRY(bytestream_read(stream, got + at, piece, err));
    }
    TRY(bytestream_expect_end(stream, err));
fail:
    bytestream_close(&stream);
    return err->code;
}

static void test_plain_and_packed_read_the_same(void **state)
{
    (void)state;
    Err err;
    size_t n_packed;
    prepare();
    uint8_t *packed = gzip_pack(content, N, &n_packed);
    assert_non_null(packed);
    fixture_write("plain", content, N);
    fixture_write("packed", packed, n_packed);
    static const char *const names[] = {"plain", "packed"};
    for (int i = 0; i < 2; i++) {
        memset(got, 0, sizeof got);
        assert_ok(read_all(names[i], N, &err), &err);
        assert_memory_equal(got, content, N);
        assert_error(read_all(names[i], N - 1, &err), ERR_DATA, &err, names[i], "surplus");
        assert_error(read_all(names[i], N + 1, &err), ERR_DATA, &err, names[i], "byte 100000");
    }
    free(packed);
}

/*
 * Every cut and every flipped byte past the header is an error. Bytes 4 to 9 of the header (time,
 * flags of no effect) carry no content.
 */
static void test_damaged_gzip(void **state)
{
    (void)state;
    Err err;
    size_t n_packed;
    prepare();
    uint8_t *packed = gzip_pack(content, 600, &n_packed);
    assert_non_null(packed);
    for (size_t cut = 2; cut < n_packed; cut++) {
        fixture_write("cut", packed, cut);
        assert_error(read_all("cut", 600, &err), ERR_DATA, &err, "cut", NULL);
    }
    for (size_t at = 10; at < n_packed; at++) {
        packed[at] ^= 0x41;
        fixture_write("flip", packed, n_packed);
        if (read_all("flip", 600, &err) == ERR_NONE)
            fail_msg("byte %zu of %zu flipped, not noticed", at, n_packed);
        assert_int_equal(err.code, ERR_DATA);
        packed[at] ^= 0x41;
    }
    free(packed);
}

/* A second member, or anything else after the first, is surplus. */
static void test_bytes_after_the_member(void **state)
{
    (void)state;
    Err err;
    size_t n_packed;
    prepare();
    uint8_t *packed = gzip_pack(content, 500, &n_packed);
    assert_non_null(packed);
    uint8_t *twice = malloc(2 * n_packed);
    memcpy(twice, packed, n_packed);
    memcpy(twice + n_packed, packed, n_packed);
    fixture_write("twice", twice, 2 * n_packed);
    assert_error(read_all("twice", 500, &err), ERR_DATA, &err, "twice", "surplus");
    fixture_write("tail", twice, n_packed + 1);
    assert_error(read_all("tail", 500, &err), ERR_DATA, &err, "tail", "surplus");
    free(twice);
    free(packed);
}

/*
 * 64 MiB of zeros pack into 64 KiB; asking for 1000 of them reads 1000 and refuses the rest at
 * once.
 */
static void test_gzip_bomb(void **state)
{
    (void)state;
    Err err;
    size_t n_packed;
    uint8_t *zeros = calloc(1, 64 << 20);
    assert_non_null(zeros);
    uint8_t *packed = gzip_pack(zeros, 64 << 20, &n_packed);
    free(zeros);
    assert_true(packed && n_packed < 1 << 17);
    fixture_write("bomb", packed, n_packed);
    free(packed);
    assert_error(read_all("bomb", 1000, &err), ERR_DATA, &err, "bomb", "surplus at byte 1000");
}

static void test_faults(void **state)
{
    (void)state;
    Err err;
    size_t n_packed;
    prepare();
    uint8_t *packed = gzip_pack(content, N, &n_packed);
    fixture_write("packed", packed, n_packed);
    free(packed);
    for (long k = 1; k <= 2; k++) { /* the second is the end of the file */
        sysfault_arm(SYS_READ, k, SYS_FAIL, EIO);
        const ErrCode code = read_all("packed", N, &err);
        assert_true(sysfault_fired());
        sysfault_clear();
        assert_error(code, ERR_IO, &err, "packed", NULL);
    }
    for (long k = 1;; k++) {
        sysfault_arm(SYS_ALLOC, k, SYS_FAIL, ENOMEM);
        const ErrCode code = read_all("packed", N, &err);
        const bool fired = sysfault_fired();
        sysfault_clear();
        if (!fired) {
            assert_true(k > 3); /* the stream, its name, zlib's own */
            assert_ok(code, &err);
            break;
        }
        assert_int_equal(code, ERR_MEMORY);
    }
    sysfault_arm(SYS_READ, 1, SYS_SHORT, 0);
    const ErrCode code = read_all("packed", N, &err);
    assert_true(sysfault_fired());
    sysfault_clear();
    assert_ok(code, &err);
    assert_memory_equal(got, content, N);
}

static void test_what_is_no_file(void **state)
{
    (void)state;
    Err err;
    assert_error(read_all("none", 1, &err), ERR_IO, &err, "none", NULL);
    assert_error(read_all(".", 1, &err), ERR_DATA, &err, "folder", NULL);
    fixture_write("empty", "", 0);
    assert_error(read_all("empty", 1, &err), ERR_DATA, &err, "byte 0", NULL);
    assert_ok(read_all("empty", 0, &err), &err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plain_and_packed_read_the_same),
        cmocka_unit_test(test_damaged_gzip),
        cmocka_unit_test(test_bytes_after_the_member),
        cmocka_unit_test(test_gzip_bomb),
        cmocka_unit_test(test_faults),
        cmocka_unit_test(test_what_is_no_file),
    };
    return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
