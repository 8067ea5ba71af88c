/* tararchive: wanted members only, damage, bombs; and CIFAR read from an archive in place. */
#include "tests/data/datafixture.h"
#include "tests/data/gzipfixture.h"

#include "base/file.h"
#include "base/sys.h"
#include "base/sysfault.h"
#include "data/dataset.h"
#include "data/tararchive.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TAR_BYTES = 1 << 20, MAX_BYTES = 1 << 20 };

static uint8_t tar[TAR_BYTES];

typedef struct Entry {
    const char *path;
    const void *data;
    size_t n_bytes;
    unsigned type; /* AE_IFREG, AE_IFLNK, AE_IFDIR */
} Entry;

static size_t pack_tar(const Entry *entries, size_t n)
{
    size_t used = 0;
    struct archive *archive = archive_write_new();
    assert_int_equal(archive_write_set_format_ustar(archive), ARCHIVE_OK);
    assert_int_equal(archive_write_open_memory(archive, tar, sizeof tar, &used), ARCHIVE_OK);
    for (size_t i = 0; i < n; i++) {
        struct archive_entry *entry = archive_entry_new();
        archive_entry_set_pathname(entry, entries[i].path);
        archive_entry_set_filetype(entry, entries[i].type);
        archive_entry_set_perm(entry, 0644);
        archive_entry_set_size(entry, (la_int64_t)entries[i].n_bytes);
        if (entries[i].type == AE_IFLNK)
            archive_entry_set_symlink(entry, "/etc/passwd");
        assert_int_equal(archive_write_header(archive, entry), ARCHIVE_OK);
        if (entries[i].n_bytes)
            assert_int_equal(archive_write_data(archive, entries[i].data, entries[i].n_bytes),
                             entries[i].n_bytes);
        archive_entry_free(entry);
    }
    assert_int_equal(archive_write_free(archive), ARCHIVE_OK);
    return used;
}

static void write_packed(const char *name, const void *data, size_t n_bytes)
{
    size_t n_packed;
    uint8_t *packed = gzip_pack(data, n_bytes, &n_packed);
    assert_non_null(packed);
    fixture_write(name, packed, n_packed);
    free(packed);
}

static bool wants_bin(const void *user, const char *name)
{
    (void)user;
    return strstr(name, ".bin") != NULL;
}

static ErrCode try_read(TarMembers *members, const char *name, Err *err)
{
    *err = (Err){0};
    return tar_read(members, fixture_path(name), MAX_BYTES, wants_bin, NULL, err);
}

/* Names lose their folders and are sorted; links, folders and other names are passed over. */
static void test_members(void **state)
{
    (void)state;
    static const Entry entries[] = {{"top/", NULL, 0, AE_IFDIR},
                                    {"top/b.bin", "second", 6, AE_IFREG},
                                    {"../../a.bin", "first", 5, AE_IFREG},
                                    {"top/link.bin", NULL, 0, AE_IFLNK},
                                    {"top/readme", "text", 4, AE_IFREG}};
    Err err;
    TarMembers members;
    const size_t n = pack_tar(entries, ARRAY_LEN(entries));
    fixture_write("plain.tar", tar, n);
    write_packed("packed.tar.gz", tar, n);
    static const char *const names[] = {"plain.tar", "packed.tar.gz"};
    for (int i = 0; i < 2; i++) {
        assert_ok(try_read(&members, names[i], &err), &err);
        assert_int_equal(members.n_items, 2);
        assert_string_equal(members.items[0].name, "a.bin");
        assert_memory_equal(members.items[0].bytes, "first", 5);
        assert_string_equal(members.items[1].name, "b.bin");
        assert_int_equal(members.items[1].n_bytes, 6);
        tar_release(&members);
    }
}

/* Any cut or flipped byte of a packed archive is an error that names it. */
static void test_damaged_archives(void **state)
{
    (void)state;
    static const Entry entries[] = {{"a.bin", "some bytes to be kept whole", 27, AE_IFREG}};
    Err err;
    TarMembers members;
    size_t n_packed;
    const size_t n = pack_tar(entries, 1);
    uint8_t *packed = gzip_pack(tar, n, &n_packed);
    assert_non_null(packed);
    for (size_t cut = 0; cut < n_packed; cut++) {
        fixture_write("cut.tar.gz", packed, cut);
        assert_error(try_read(&members, "cut.tar.gz", &err), ERR_DATA, &err, "cut.tar.gz", NULL);
        tar_release(&members);
    }
    for (size_t at = 10; at < n_packed; at++) {
        packed[at] ^= 0x11;
        fixture_write("flip.tar.gz", packed, n_packed);
        if (try_read(&members, "flip.tar.gz", &err) == ERR_NONE)
            fail_msg("byte %zu of %zu flipped, not noticed", at, n_packed);
        assert_int_equal(err.code, ERR_DATA);
        tar_release(&members);
        packed[at] ^= 0x11;
    }
    free(packed);
}

static void test_limits(void **state)
{
    (void)state;
    static uint8_t big[MAX_BYTES / 2];
    const Entry twice[] = {{"x/a.bin", "1", 1, AE_IFREG}, {"y/a.bin", "2", 1, AE_IFREG}};
    const Entry entries[] = {{"a.bin", big, sizeof big, AE_IFREG}};
    Err err;
    TarMembers members;
    write_packed("twice.tar.gz", tar, pack_tar(twice, 2));
    assert_error(try_read(&members, "twice.tar.gz", &err), ERR_DATA, &err, "two members", "a.bin");
    tar_release(&members);
    write_packed("big.tar.gz", tar, pack_tar(entries, 1));
    err = (Err){0};
    assert_error(tar_read(&members, fixture_path("big.tar.gz"), 1000, wants_bin, NULL, &err),
                 ERR_DATA, &err, "a.bin", "more than 1000");
    tar_release(&members);
    /* 64 MiB of zeros after the archive's end. */
    uint8_t *bomb = calloc(1, 64 << 20);
    assert_non_null(bomb);
    memcpy(bomb, tar, pack_tar(twice, 1));
    write_packed("bomb.tar.gz", bomb, 64 << 20);
    free(bomb);
    assert_error(try_read(&members, "bomb.tar.gz", &err), ERR_DATA, &err, "bomb.tar.gz",
                 "after its end");
    tar_release(&members);
}

/* The archive holds the same set as the folder: same digest, same records. */
static void test_cifar_in_place(void **state)
{
    (void)state;
    static const char *const names[] = {"data_batch_1.bin", "data_batch_2.bin", "test_batch.bin"};
    Err err = {0};
    Entry entries[3];
    char *bytes[3];
    Dataset *packed;
    fixture_cifar(5, 4, 3);
    Dataset *folder = fixture_open_cifar();
    for (int i = 0; i < 3; i++) {
        char path[64];
        snprintf(path, sizeof path, "cifar/%s", names[i]);
        assert_ok(file_read(fixture_path(path), 1 << 20, &bytes[i], &entries[i].n_bytes, &err),
                  &err);
        entries[i].path = names[i];
        entries[i].data = bytes[i];
        entries[i].type = AE_IFREG;
    }
    const Entry shuffled[] = {entries[2], entries[1], entries[0]};
    write_packed("root/cifar-10-binary.tar.gz", tar, pack_tar(shuffled, 3));
    const DatasetSettings settings = {.name = "cifar-10", .root = fixture_path("root")};
    assert_ok(dataset_open(&packed, &settings, &err), &err);
    assert_string_equal(dataset_digest(folder), dataset_digest(packed));
    for (uint32_t i = 0; i < 9; i++)
        assert_true(dataset_key(folder, DATA_TRAIN, i) == dataset_key(packed, DATA_TRAIN, i));
    dataset_close(&packed);
    dataset_close(&folder);
    ((uint8_t *)bytes[0])[0] = 200;
    write_packed("root/cifar-10-binary.tar.gz", tar, pack_tar(entries, 3));
    assert_error(dataset_open(&packed, &settings, &err), ERR_DATA, &err,
                 "cifar-10-binary.tar.gz: data_batch_1.bin", "label 200");
    for (int i = 0; i < 3; i++)
        mem_free(bytes[i]);
}

static void test_allocations_may_fail(void **state)
{
    (void)state;
    static const Entry entries[] = {{"a.bin", "12", 2, AE_IFREG}, {"b.bin", "345", 3, AE_IFREG}};
    Err err;
    TarMembers members;
    write_packed("small.tar.gz", tar, pack_tar(entries, 2));
    long k = 1;
    for (bool fired = true; fired; k++) {
        sysfault_arm(SYS_ALLOC, k, SYS_FAIL, ENOMEM);
        const ErrCode code = try_read(&members, "small.tar.gz", &err);
        fired = sysfault_fired();
        sysfault_clear();
        tar_release(&members);
        if (fired && code != ERR_MEMORY)
            fail_msg("allocation %ld: %s", k, code ? err.msg : "no error");
        if (!fired)
            assert_ok(code, &err);
    }
    assert_true(k > 6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_members),
        cmocka_unit_test(test_damaged_archives),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_cifar_in_place),
        cmocka_unit_test(test_allocations_may_fail),
    };
    return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
