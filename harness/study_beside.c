/* harness/study_beside.c: each is held against the first. */
#include "harness/study_beside.h"

#include "harness/study.h"

#include "base/text.h"

#include <string.h>

static ErrCode refuse(const StudyBeside *a, const StudyBeside *b, const char *why, Err *err)
{
    return err_set(err, ERR_USAGE, "'%s' and '%s' cannot stand side by side: %s", a->folder,
                   b->folder, why);
}

static ErrCode check_facts(const StudyBeside *a, const StudyBeside *b, Err *err)
{
    const StoreResults *x = a->results, *y = b->results;
    if (strcmp(x->study.name, y->study.name) == 0 &&
        strcmp(x->study.data_digest, y->study.data_digest) == 0 &&
        strcmp(x->revision.digest, y->revision.digest) == 0)
        return refuse(a, b, "they are the same study", err);
    if (x->study.is_demo != y->study.is_demo)
        return refuse(a, b, "one is of constructed data (DEMO), the other of real ones", err);
    if (x->study.arithmetic != y->study.arithmetic)
        return err_set(err, ERR_USAGE,
                       "'%s' and '%s' cannot stand side by side: arithmetic revision %d and %d",
                       a->folder, b->folder, x->study.arithmetic, y->study.arithmetic);
    if (x->revision.fairness_tolerance != y->revision.fairness_tolerance)
        return err_set(err, ERR_USAGE,
                       "'%s' and '%s' cannot stand side by side: equal cost is within %g %% and "
                       "%g %%",
                       a->folder, b->folder, 100.0 * x->revision.fairness_tolerance,
                       100.0 * y->revision.fairness_tolerance);
    return ERR_NONE;
}

/* Keys of the study's `network` but `resolution`: the size of images belongs to the data. */
static void append_network(const Study *study, Text *out)
{
    for (size_t i = 0; study->network != NULL && i < study->network->n_items; i++) {
        const YamlNode *key = study->network->items[i];
        if (strcmp(key->key, "resolution") == 0)
            continue;
        text_printf(out, "%s%s: ", out->n_bytes > 0 ? ", " : "", key->key);
        yaml_emit_node(key, out);
    }
}

static ErrCode check_network(const StudyBeside *a, const StudyBeside *b, Err *err)
{
    Text x = {0}, y = {0}, why = {0};
    append_network(a->study, &x);
    append_network(b->study, &y);
    TRY(text_ok(&x, err));
    TRY(text_ok(&y, err));
    if (strcmp(text_string(&x), text_string(&y)) != 0) {
        text_printf(&why, "network: {%s} -> {%s}", text_string(&x), text_string(&y));
        TRY(text_ok(&why, err));
        (void)refuse(a, b, text_string(&why), err);
    }
fail:
    text_release(&x);
    text_release(&y);
    text_release(&why);
    return err->code;
}

/* "a: 1 -> 2; b: 3 -> 4" */
static void join_lines(Text *out, const char *lines)
{
    while (*lines) {
        const size_t n = strcspn(lines, "\n");
        text_printf(out, "%s%.*s", out->n_bytes > 0 ? "; " : "", (int)n, lines);
        lines += n + (lines[n] == '\n');
    }
}

/* The second with the first one's network and data: what is left to differ decides trials. */
static ErrCode check_recipe(const StudyBeside *a, const StudyBeside *b, Err *err)
{
    Study like = *b->study;
    Text diff = {0}, why = {0};
    bool is_equal = false;
    like.name = a->study->name;
    like.baseline = a->study->baseline;
    like.folder = a->study->folder;
    like.data = a->study->data;
    like.network = a->study->network;
    TRY(study_may_go_on(&is_equal, &diff, a->study, &like, err));
    join_lines(&why, text_string(&diff));
    TRY(text_ok(&why, err));
    if (!is_equal)
        (void)refuse(a, b, text_string(&why), err);
fail:
    text_release(&diff);
    text_release(&why);
    return err->code;
}

ErrCode study_beside_check(const StudyBeside *studies, size_t n, Err *err)
{
    for (size_t i = 0; i < n; i++)
        for (size_t k = i + 1; k < n; k++) {
            TRY(check_facts(&studies[i], &studies[k], err));
            TRY(check_network(&studies[i], &studies[k], err));
            TRY(check_recipe(&studies[i], &studies[k], err));
        }
fail:
    return err->code;
}
