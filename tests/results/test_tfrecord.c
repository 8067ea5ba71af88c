/* tests/results/test_tfrecord.c: the checksums are those of the standard, the frames TensorFlow's.
 */
#include "results/tfrecord.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

/* RFC 3720, B.4: 32 bytes of 0, of 0xff, of 0 to 31; and the check value of the CRC catalogue. */
static void checksums(void **state)
{
    (void)state;
    unsigned char bytes[32] = {0};
    assert_int_equal(tfrecord_crc32c(bytes, sizeof bytes), 0x8a9136aa);
    memset(bytes, 0xff, sizeof bytes);
    assert_int_equal(tfrecord_crc32c(bytes, sizeof bytes), 0x62a8ab43);
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (unsigned char)i;
    assert_int_equal(tfrecord_crc32c(bytes, sizeof bytes), 0x46dd794e);
    assert_int_equal(tfrecord_crc32c("123456789", 9), 0xe3069283);
    assert_int_equal(tfrecord_crc32c("", 0), 0);
}

/* tensorboard.summary.writer.record_writer.RecordWriter(f).write(b"isoflop"), tensorboard 2.21. */
static void record(void **state)
{
    (void)state;
    static const unsigned char expected[] = {0x07, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
                                             0xbb, 0xd7, 0x9f, 0x11, 0x69, 0x73, 0x6f, 0x66,
                                             0x6c, 0x6f, 0x70, 0x5b, 0x7f, 0x4e, 0xc3};
    Text out = {0};
    tfrecord_append(&out, "isoflop", strlen("isoflop"));
    assert_int_equal(out.n_bytes, sizeof expected);
    assert_memory_equal(out.data, expected, sizeof expected);
    text_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(checksums), cmocka_unit_test(record)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
