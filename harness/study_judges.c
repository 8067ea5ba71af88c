/* harness/study_judges.c: who judges, and that nobody judges who has chosen. */
#include "harness/study_judges.h"

#include "harness/study_search.h"

#include <inttypes.h>

enum { MAX_JUDGES = 1000, FIRST_JUDGE = 2001 };

/* Whether a part chooses by trials of a seed, or keeps it to itself. */
static bool is_used(const Study *study, int64_t seed)
{
    bool found = yaml_has_int(&study->seeds, seed);
    for (size_t i = 0; i < study->n_parts && !found; i++)
        found = study_search_trains_with(&study->parts[i], seed) ||
                yaml_has_int(&study->parts[i].retrain.seeds, seed) ||
                yaml_has_int(&study->parts[i].tune.seeds, seed);
    return found;
}

/* n judges, the first that are free. */
static ErrCode follow(Study *study, size_t n, Err *err)
{
    Text text = {0};
    YamlNode *node = NULL;
    int64_t *seeds = arena_zalloc(yaml_arena(study->doc), n + 1, sizeof *seeds);
    if (seeds == NULL)
        return err_memory(err, n * sizeof *seeds);
    study->judge_seeds = (YamlInts){seeds, 0};
    for (int64_t seed = FIRST_JUDGE; study->judge_seeds.n < n; seed++)
        if (!is_used(study, seed))
            seeds[study->judge_seeds.n++] = seed;
    for (size_t i = 0; i < n; i++)
        text_printf(&text, "%s%" PRId64, i ? ", " : "[", seeds[i]);
    text_append_char(&text, ']');
    TRY(text_ok(&text, err));
    TRY(yaml_value(study->doc, "judge_seeds", text_string(&text), &node, err));
    study->judges_node = node; /* as a text shows them */
fail:
    text_release(&text);
    return err->code;
}

static ErrCode take_list(Study *study, Err *err)
{
    const YamlNode *node = study->judges_node;
    YamlInts *seeds = &study->judge_seeds;
    TRY(yaml_as_ints(study->doc, node, seeds, err));
    if (seeds->n > MAX_JUDGES)
        return yaml_error(err, node, "'judge_seeds' lists more than %d seeds", MAX_JUDGES);
    for (size_t i = 0; i < seeds->n; i++) {
        if (seeds->v[i] < 0 || (double)seeds->v[i] > STUDY_MAX_SEED)
            return yaml_error(err, node, "seed %" PRId64 " is not between 0 and 2^53", seeds->v[i]);
        if (is_used(study, seeds->v[i]))
            return yaml_error(err, node,
                              "seed %" PRId64 " cannot judge: the study chooses by it, or another "
                              "part keeps it to itself",
                              seeds->v[i]);
    }
    const int64_t *repeated = yaml_repeated_int(seeds);
    if (repeated != NULL)
        return yaml_error(err, node, "seed %" PRId64 " stands twice in 'judge_seeds'", *repeated);
fail:
    return err->code;
}

ErrCode study_judges_read(Study *study, Err *err)
{
    int64_t n = (int64_t)study->seeds.n;
    const bool is_silent = yaml_is_null(study->judges_node);
    study->judge_seeds = (YamlInts){NULL, 0};
    if (is_silent && study->version < STUDY_JUDGES_SINCE) {
        study->judges_node = NULL;
        return ERR_NONE;
    }
    if (!is_silent && study->judges_node->kind == YAML_LIST)
        return take_list(study, err);
    if (!is_silent)
        TRY(yaml_as_int(study->judges_node, 0, MAX_JUDGES, &n, err));
    if (n > 0)
        TRY(follow(study, (size_t)n, err));
fail:
    return err->code;
}

const YamlInts *study_judges_seeds(const Study *study)
{
    return study->judge_seeds.n > 0 ? &study->judge_seeds : &study->seeds;
}

/* Whether a study chooses by one of some seeds besides its rates. */
static bool is_shared(const Study *study, const YamlInts *seeds)
{
    bool found = false;
    for (size_t i = 0; i < seeds->n && !found; i++)
        found = yaml_has_int(&study->seeds, seeds->v[i]);
    return found;
}

const YamlInts *study_judges_own(const Study *study, int part)
{
    static const YamlInts none = {NULL, 0};
    const StudyPart *p = &study->parts[part];
    if (p->kind == STUDY_TRANSFER)
        return study_judges_own(study, p->carried_part);
    if (p->kind == STUDY_TUNE)
        return is_shared(study, &p->tune.seeds) ? &none : &p->tune.seeds;
    return p->kind == STUDY_COMPARE ? &study->judge_seeds : &p->retrain.seeds;
}
