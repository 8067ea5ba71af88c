/* base/hash: published values, pieces, text forms, files. */
#include "base/file.h"
#include "base/hash.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

/* Property: XXH3 of the empty input and its canonical text, as xxhsum prints them. */
static void empty_input_has_its_published_hash(void **state)
{
    (void)state;
    char buffer[HASH_HEX_BYTES], buffer64[HASH_HEX64_BYTES];
    assert_string_equal(hash_hex(hash_128("", 0), buffer), "99aa06d3014798d86001c324468d497f");
    assert_string_equal(hash_hex64(hash_64("", 0), buffer64), "2d06800538d394c2");
}

/*
 * Property: a hash over pieces of any length equals the hash of the whole, and a file's equals its
 * bytes'.
 */
static void pieces_equal_the_whole(void **state)
{
    (void)state;
    unsigned char data[3001];
    for (size_t i = 0; i < sizeof data; i++)
        data[i] = (unsigned char)(i * 7 + i / 256);
    const Hash128 whole = hash_128(data, sizeof data);
    for (size_t piece = 1; piece < sizeof data; piece = piece * 3 + 1) {
        Hasher *hasher = hash_create();
        assert_non_null(hasher);
        for (size_t i = 0; i < sizeof data; i += piece)
            hash_update(hasher, data + i, i + piece < sizeof data ? piece : sizeof data - i);
        assert_true(hash_equal(hash_digest(hasher), whole));
        hash_destroy(&hasher);
        assert_null(hasher);
    }
    Err err;
    Hash128 hash;
    assert_int_equal(file_write("hash.bin", data, sizeof data, &err), ERR_NONE);
    assert_int_equal(hash_file(NULL, "hash.bin", &hash, &err), ERR_NONE);
    assert_true(hash_equal(hash, whole));
    assert_int_equal(file_remove("hash.bin", &err), ERR_NONE);
    assert_int_equal(hash_file(NULL, "hash.bin", &hash, &err), ERR_IO);
}

/*
 * Property: text reads back to the same hash; anything that is not 32 lower-case digits is refused.
 */
static void text_reads_back(void **state)
{
    (void)state;
    char buffer[HASH_HEX_BYTES];
    const Hash128 hash = hash_128("isoflop", 7);
    Hash128 parsed;
    assert_true(hash_parse(hash_hex(hash, buffer), &parsed));
    assert_true(hash_equal(parsed, hash));
    assert_false(hash_parse("12", &parsed));
    assert_false(hash_parse("zzaa06d3014798d86001c324468d497f", &parsed));
    assert_false(hash_parse("99aa06d3014798d86001c324468d497f0", &parsed));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(empty_input_has_its_published_hash),
        cmocka_unit_test(pieces_equal_the_whole),
        cmocka_unit_test(text_reads_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
