/*
 * tests/fuzz/fuzzreplay.c: a corpus and mutations of it through an entry function, the same ones
 * each time.
 *
 *     test_fuzz_FORMAT MUTATIONS FILE...
 *
 * Each file goes in whole, and is read, then MUTATIONS times changed in one to four places: a bit,
 * a byte out of those that break counts, a run left out or repeated, the end cut off.
 */
#include "tests/fuzz/fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_BYTES = 1 << 16, MAX_CHANGES = 4, MAX_RUN = 32 };

static uint64_t state = 0x9e3779b97f4a7c15U;

/* In [0, n); xorshift64. */
static size_t draw(size_t n)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return n > 0 ? (size_t)((state >> 11) % n) : 0;
}

/* Changes one place; the bytes that there are then, at most MAX_BYTES. */
static size_t mutate(uint8_t *bytes, size_t n)
{
    static const uint8_t telling[] = {0x00, 0x01, 0x7f, 0x80, 0xff, '-', '"', '[', '{', ':', '\n'};
    enum { BIT, BYTE, LEAVE_OUT, REPEAT, CUT, N_KINDS };
    const size_t at = draw(n), left = n - at;
    const size_t run = left < MAX_RUN ? draw(left + 1) : draw(MAX_RUN);
    if (n == 0)
        return n;
    switch (draw(N_KINDS)) {
    case BIT:
        bytes[at] ^= (uint8_t)(1U << draw(8));
        return n;
    case BYTE:
        bytes[at] = telling[draw(sizeof(telling))];
        return n;
    case LEAVE_OUT:
        memmove(bytes + at, bytes + at + run, left - run);
        return n - run;
    case REPEAT:
        if (n + run > MAX_BYTES)
            return n;
        memmove(bytes + at + run, bytes + at, left);
        return n + run;
    default:
        return draw(8) == 0 ? at : n;
    }
}

/* An input in a block of its own size, where a sanitizer sees a byte read beyond it. */
static void feed(const uint8_t *bytes, size_t n)
{
    uint8_t *copy = malloc(n > 0 ? n : 1);
    fuzz_require(copy != NULL, "there is memory");
    memcpy(copy, bytes, n);
    LLVMFuzzerTestOneInput(copy, n);
    free(copy);
}

static void replay(const char *path, int n_mutations)
{
    static uint8_t sound[MAX_BYTES], changed[MAX_BYTES];
    FILE *file = fopen(path, "rb");
    fuzz_require(file != NULL, path);
    const size_t n = fread(sound, 1, sizeof(sound), file);
    fclose(file);
    const size_t n_before = fuzz_n_read();
    feed(sound, n);
    fuzz_require(fuzz_n_read() > n_before, path); /* what is refused at once tests nothing */
    for (int i = 0; i < n_mutations; i++) {
        size_t n_changed = n;
        memcpy(changed, sound, n);
        for (size_t k = 1 + draw(MAX_CHANGES); k > 0; k--)
            n_changed = mutate(changed, n_changed);
        feed(changed, n_changed);
    }
}

int main(int n_args, char **args)
{
    if (n_args < 3)
        return 2;
    for (int i = 2; i < n_args; i++)
        replay(args[i], (int)strtol(args[1], NULL, 10));
    printf("%d files, %s mutations of each\n", n_args - 2, args[1]);
    return 0;
}
