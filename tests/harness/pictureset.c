/* tests/harness/pictureset.c: BMPs, whatever their names say. */
#include "tests/harness/pictureset.h"

#include "base/file.h"
#include "base/sys.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

void pictureset_put_one(const char *path, uint8_t grey)
{
    static const uint8_t head[] = {'B', 'M', 0, 0, 0, 0, 0, 0, 0, 0, 54, 0, 0, 0, 40,
                                   0,   0,   0, 1, 0, 0, 0, 1, 0, 0, 0,  1, 0, 24};
    uint8_t file[58] = {0};
    char *folder = file_folder(path);
    Err err = {0};
    memcpy(file, head, sizeof head);
    file[54] = grey;
    if (file_make_dirs(folder, &err) != ERR_NONE ||
        file_write(path, file, sizeof file, &err) != ERR_NONE)
        fail_msg("%s", err.msg);
    mem_free(folder);
}

void pictureset_put(const char *folder)
{
    static const char *const names[] = {"train/a/1.png", "train/a/2.png", "train/b/1.png",
                                        "test/a/1.png", "test/b/1.png"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        char *path = file_join(folder, names[i]);
        assert_non_null(path);
        pictureset_put_one(path, (uint8_t)i);
        mem_free(path);
    }
}
