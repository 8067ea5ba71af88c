/* harness/study_tune.c: factors, seeds, and what cannot be tuned. */
#include "harness/study_tune.h"

#include "harness/identity.h"

#include <inttypes.h>
#include <string.h>

#define MAX_FACTOR 1000.0

static const char *const on_names[] = {"baseline", "each", NULL};

#define KEY(field) offsetof(StudyPart, field)
static const YamlKey keys[] = {
    {"id", YAML_STRING, KEY(own_id), YAML_OPTIONAL, 0, 0, NULL, NULL,
     "what --only calls it; default: the part's name"},
    {"lr", YAML_DOUBLES, KEY(tune.lr), "[0.5, 1, 2]", 1 / MAX_FACTOR, MAX_FACTOR, NULL, NULL,
     "factors on recipe.lr that are tried; 1 is one of them"},
    {"on", YAML_ENUM, KEY(tune.on), "baseline", 0, 0, on_names, NULL,
     "baseline: one rate for all, chosen on the study's baseline; each: every network its own"},
    {"seeds", YAML_INTS, KEY(tune.seeds), YAML_OPTIONAL, 0, STUDY_MAX_SEED, NULL, NULL,
     "by whose mean validation accuracy a rate is chosen; default: the study's first"},
};
#undef KEY
const YamlTable study_tune_table = {"tune", keys, ARRAY_LEN(keys)};

static const YamlNode *place(const YamlNode *body, const char *key)
{
    const YamlNode *value = yaml_find(body, key);
    return value != NULL ? value : body;
}

static ErrCode check_factors(const YamlDoubles *lr, const YamlNode *node, Err *err)
{
    bool has_one = false;
    for (size_t i = 0; i < lr->n; i++) {
        has_one = has_one || lr->v[i] == 1.0;
        for (size_t k = 0; k < i; k++)
            if (lr->v[k] == lr->v[i])
                return yaml_error(err, node, "factor %g stands twice in 'lr'", lr->v[i]);
    }
    if (lr->n < 2 || lr->n > STUDY_MAX_FACTORS || !has_one)
        return yaml_error(err, node, "'lr' must be 2 to %d factors, 1 among them",
                          STUDY_MAX_FACTORS);
    return ERR_NONE;
}

ErrCode study_tune_read(const Study *study, const YamlNode *body, StudyPart *part, Err *err)
{
    StudyTune *tune = &part->tune;
    part->figure = STUDY_TUNE_FIGURE;
    TRY(check_factors(&tune->lr, place(body, "lr"), err));
    if (tune->seeds.n == 0)
        tune->seeds = (YamlInts){study->seeds.v, 1};
    const int64_t *repeated = yaml_repeated_int(&tune->seeds);
    if (repeated != NULL)
        return yaml_error(err, place(body, "seeds"), "seed %" PRId64 " stands twice in 'seeds'",
                          *repeated);
fail:
    return err->code;
}

int study_tune_part(const Study *study)
{
    for (size_t i = 0; i < study->n_parts; i++)
        if (study->parts[i].kind == STUDY_TUNE)
            return (int)i;
    return STUDY_NONE;
}

ErrCode study_tune_find_rate(Study *study, const char *network, const char *images,
                             const char *trial_digest, Err *err)
{
    const int part = study_tune_part(study);
    for (size_t i = 0; part != STUDY_NONE && i < study->parts[part].tune.lr.n; i++) {
        Recipe recipe = study->recipe;
        const Identity identity = {network, images, &recipe};
        char digest[HASH_HEX_BYTES];
        recipe.lr *= study->parts[part].tune.lr.v[i];
        TRY(identity_digest(&identity, study->version, digest, err));
        if (strcmp(digest, trial_digest) != 0)
            continue;
        study->recipe.lr = recipe.lr;
        break;
    }
fail:
    return err->code;
}

ErrCode study_tune_check(const Study *study, Err *err)
{
    const int tune = study_tune_part(study);
    for (int i = 0; i < (int)study->n_parts && tune != STUDY_NONE; i++) {
        const YamlNode *node = study->parts_node->items[i]->items[0];
        if (study->parts[i].kind == STUDY_TUNE && i != tune)
            return yaml_error(err, node, "a study has one part 'tune'");
        if (study->parts[i].kind == STUDY_SEARCH && study->parts[tune].tune.on == STUDY_TUNE_EACH)
            return yaml_error(err, node,
                              "a search asks for its networks by their results: it cannot wait "
                              "for a rate of each, write tune: {on: baseline}");
    }
    return ERR_NONE;
}
