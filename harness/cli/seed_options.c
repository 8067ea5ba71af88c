/* harness/cli/seed_options.c: --seeds becomes one more `seeds=[...]` behind the command's --set. */
#include "harness/cli/seed_options.h"

#include "harness/study_seeds.h"

#include <inttypes.h>
#include <string.h>

enum { MAX_SEEDS = 1000 };
#define MAX_SEED ((int64_t)STUDY_MAX_SEED)

static const Option options[] = {
    {.name = "seeds",
     .kind = OPTION_TEXT,
     .offset = offsetof(SeedOptions, seeds),
     .metavar = "SEEDS",
     .doc = "N: the study's first N seeds, then further numbers; N,N,...: these"},
};

const OptionTable seed_options = {options, ARRAY_LEN(options)};

/* One item of a list: the first n bytes of `item`, blanks around it allowed. */
static ErrCode parse_seed(int64_t *seed, const char *item, size_t n, Err *err)
{
    char word[TEXT_NUMBER_BYTES];
    const size_t n_before = strspn(item, " ");
    item += n_before;
    n -= n_before;
    while (n > 0 && item[n - 1] == ' ')
        n--;
    const size_t n_word = n < sizeof word - 1 ? n : sizeof word - 1;
    memcpy(word, item, n_word);
    word[n_word] = '\0';
    if (n_word < n || !text_to_int64(word, seed) || *seed < 0 || *seed > MAX_SEED)
        return err_set(err, ERR_USAGE,
                       "option '--seeds': a seed is a whole number between 0 and %" PRId64
                       ", not '%.*s'",
                       MAX_SEED, (int)n, item);
    return ERR_NONE;
}

static ErrCode append_list(const char *list, Text *out, Err *err)
{
    int n_seeds = 0;
    for (const char *item = list; *item; n_seeds++) {
        const size_t n = strcspn(item, ",");
        int64_t seed = 0;
        if (n_seeds == MAX_SEEDS)
            return err_set(err, ERR_USAGE, "option '--seeds' lists more than %d seeds", MAX_SEEDS);
        if (parse_seed(&seed, item, n, err) != ERR_NONE)
            return err->code;
        text_printf(out, "%s%" PRId64, n_seeds ? ", " : "", seed);
        item += n + (item[n] == ',');
    }
    return ERR_NONE;
}

static ErrCode append_seeds(const Study *study, const char *wish, Text *out, Err *err)
{
    int64_t n = 0;
    if (strchr(wish, ',') != NULL)
        return append_list(wish, out, err);
    if (!text_to_int64(wish, &n) || n < 1 || n > MAX_SEEDS)
        return err_set(err, ERR_USAGE,
                       "option '--seeds' must be a count between 1 and %d, or a list like 1,2,5 of "
                       "seeds between 0 and %" PRId64 ", not '%s'",
                       MAX_SEEDS, MAX_SEED, wish);
    study_seeds_count(study, n, out);
    return ERR_NONE;
}

ErrCode seed_options_load(Study **out, const Call *call, const SeedOptions *settings, Err *err)
{
    OptionList sets = call->sets;
    Study *study = NULL;
    Text seeds = {0};
    TRY(study_load(&study, call->args[0], sets.v, sets.n, err));
    if (settings->seeds != NULL) {
        text_append(&seeds, "seeds=[");
        TRY(append_seeds(study, settings->seeds, &seeds, err));
        text_append_char(&seeds, ']');
        TRY(text_ok(&seeds, err));
        study_destroy(&study);
        if (sets.n == OPTION_LIST_MAX) {
            (void)err_set(err, ERR_USAGE, "too many '--set' beside '--seeds', at most %d",
                          OPTION_LIST_MAX - 1);
            goto fail;
        }
        sets.v[sets.n++] = text_string(&seeds);
        TRY(study_load(&study, call->args[0], sets.v, sets.n, err));
    }
    *out = study;
    text_release(&seeds);
    return ERR_NONE;
fail:
    study_destroy(&study);
    text_release(&seeds);
    return err->code;
}
