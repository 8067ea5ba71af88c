/* harness/run_identity.c: the fact is a word for what trials' digests are made of, and a hash. */
#include "harness/run_identity.h"

#include "harness/study_data.h"

#include "base/sys.h"

#include <math.h>
#include <string.h>

#define IDENTITY_FACT "data/identity"
#define MAJORITY_FACT "data/majority"
#define PERCENT 100.0

static const char *const identity_words[] = {
    [DATA_BY_CONTENTS] = "by contents: ", [DATA_BY_LISTING] = "by listing: "};

/* What a store knows of its data; in memory of the arena. */
typedef struct Known {
    const char *split_digest; /* of the study, NULL: nothing was planned yet */
    const char *contents;     /* of the fact, NULL: none was recorded */
    DataIdentity identity;    /* of the fact */
} Known;

static ErrCode read_known(Known *known, Store *store, Arena *arena, Err *err)
{
    StoreFact fact;
    bool is_there = false;
    Err none = {0};
    *known = (Known){0};
    if (store == NULL)
        return ERR_NONE;
    if (store_data_digest(store, arena, &known->split_digest, &none) != ERR_NONE) {
        if (none.code != ERR_MISSING)
            *err = none;
        return err->code;
    }
    TRY(store_fact(store, IDENTITY_FACT, arena, &fact, &is_there, err));
    for (size_t i = 0; i < ARRAY_LEN(identity_words) && is_there && fact.text != NULL; i++) {
        if (!text_starts_with(fact.text, identity_words[i]))
            continue;
        known->identity = (DataIdentity)i;
        known->contents = fact.text + strlen(identity_words[i]);
    }
fail:
    return err->code;
}

static ErrCode refuse_changed(const Dataset *set, const char *out, const Known *known, Err *err)
{
    Text changes = {0};
    TRY(dataset_changes(set, known->contents, &changes, err));
    TRY(text_ok(&changes, err));
    err_set(err, ERR_USAGE,
            "the data of '%s' are not those that '%s' was begun with%s%s: put those back, or use "
            "another --out",
            dataset_name(set), out, changes.n_bytes > 0 ? ", " : "", text_string(&changes));
fail:
    text_release(&changes);
    return err->code;
}

/* The identity under which the set has the study's digest; contents if it has it under none. */
static ErrCode try_identities(StudyData *data, const Known *known, const RunSettings *settings,
                              int threads, Err *err)
{
    static const DataIdentity all[] = {DATA_BY_CONTENTS, DATA_BY_LISTING};
    for (size_t i = 0; i < ARRAY_LEN(all); i++) {
        StudyImages images;
        data->identity = all[i];
        if (study_data_open(&images, data, settings->data_root, threads, err) != ERR_NONE)
            return err->code;
        const bool is_same = strcmp(images.digest, known->split_digest) == 0;
        study_data_close(&images);
        if (is_same)
            return ERR_NONE;
    }
    data->identity = DATA_BY_CONTENTS;
    return ERR_NONE;
}

static ErrCode check_contents(StudyData *data, const Known *known, const RunSettings *settings,
                              int threads, Err *err)
{
    StudyImages images;
    data->identity = known->identity;
    if (study_data_open(&images, data, settings->data_root, threads, err) != ERR_NONE)
        return err->code;
    if (strcmp(dataset_contents(images.set), known->contents) != 0)
        (void)!refuse_changed(images.set, settings->out, known, err); /* err keeps it */
    study_data_close(&images);
    return err->code;
}

ErrCode run_identity_choose(StudyData *data, Store *store, const RunSettings *settings, int threads,
                            Err *err)
{
    Arena arena = {0};
    Known known;
    TRY(read_known(&known, store, &arena, err));
    if (known.contents != NULL)
        TRY(check_contents(data, &known, settings, threads, err));
    else if (known.split_digest != NULL)
        TRY(try_identities(data, &known, settings, threads, err));
    else
        data->identity = DATA_BY_CONTENTS;
fail:
    arena_release(&arena);
    return err->code;
}

/* A fact that is there already stays the one it is. */
static ErrCode put_fact(RunState *run, const StoreFact *fact, Err *err)
{
    while (store_put_fact(run->store, fact, err) != ERR_NONE)
        if (!run_state_waits_for_space(run, err))
            return err->code;
    return ERR_NONE;
}

ErrCode run_identity_record(RunState *run, Err *err)
{
    Text text = {0};
    const StoreFact majority = {.name = MAJORITY_FACT,
                                .value = {PERCENT * run->plan->majority_share, NAN, NAN}};
    text_printf(&text, "%s%s", identity_words[run->study->data.identity], run->plan->data_contents);
    TRY(text_ok(&text, err));
    const StoreFact fact = {
        .name = IDENTITY_FACT, .value = {NAN, NAN, NAN}, .text = text_string(&text)};
    TRY(put_fact(run, &fact, err));
    TRY(put_fact(run, &majority, err));
fail:
    text_release(&text);
    return err->code;
}
