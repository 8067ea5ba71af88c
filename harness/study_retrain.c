/* harness/study_retrain.c: keys of a retrain; a count of seeds becomes a list. */
#include "harness/study_retrain.h"

#include <inttypes.h>

enum { MAX_SEEDS = 1000, FIRST_FRESH_SEED = 1001 };

#define MAX_EPOCHS 100000.0

#define KEY(field) offsetof(StudyPart, field)
static const YamlKey keys[] = {
    {"id", YAML_STRING, KEY(own_id), YAML_OPTIONAL, 0, 0, NULL, NULL,
     "what other parts and --only call it; default: the part's name"},
    {"figure", YAML_STRING, KEY(figure), "frontier", 0, 0, NULL, NULL, "figure it is drawn in"},
    {"from", YAML_STRING, KEY(from), YAML_REQUIRED, 0, 0, NULL, NULL,
     "search whose networks are trained anew"},
    {"top", YAML_INT, KEY(retrain.top), "5", 1, STUDY_MAX_TOP, NULL, NULL,
     "networks of its strategy, the best that were trained in full"},
    {"seeds", YAML_RAW, KEY(retrain.seeds_node), "5", 0, 0, NULL, NULL,
     "fresh ones, a list or a count; a count of n stands for 1001 to 1000 + n"},
    {"epochs", YAML_INT64, KEY(epochs), "0", 0, MAX_EPOCHS, NULL, NULL,
     "passes its trials make, with a whole schedule of their own; 0: those of a full training of "
     "the search"},
};
#undef KEY
const YamlTable study_retrain_table = {"retrain", keys, ARRAY_LEN(keys)};

static ErrCode read_count(YamlDoc *doc, const YamlNode *node, YamlInts *seeds, Err *err)
{
    int64_t n;
    if (yaml_as_int(node, 1, MAX_SEEDS, &n, err) != ERR_NONE)
        return err->code;
    int64_t *list = arena_zalloc(yaml_arena(doc), (size_t)n, sizeof *list);
    if (list == NULL)
        return err_memory(err, (size_t)n * sizeof *list);
    for (int64_t i = 0; i < n; i++)
        list[i] = FIRST_FRESH_SEED + i;
    *seeds = (YamlInts){list, (size_t)n};
    return ERR_NONE;
}

ErrCode study_retrain_read(YamlDoc *doc, StudyPart *part, Err *err)
{
    const YamlNode *node = part->retrain.seeds_node;
    YamlInts *seeds = &part->retrain.seeds;
    if (node->kind == YAML_SCALAR)
        return read_count(doc, node, seeds, err);
    if (yaml_as_ints(doc, node, seeds, err) != ERR_NONE)
        return err->code;
    if (seeds->n == 0 || seeds->n > MAX_SEEDS)
        return yaml_error(err, node, "'seeds' must be 1 to %d seeds, or their number", MAX_SEEDS);
    for (size_t i = 0; i < seeds->n; i++)
        if (seeds->v[i] < 0 || (double)seeds->v[i] > STUDY_MAX_SEED)
            return yaml_error(err, node, "seed %" PRId64 " is not between 0 and 2^53", seeds->v[i]);
    const int64_t *repeated = yaml_repeated_int(seeds);
    if (repeated != NULL)
        return yaml_error(err, node, "seed %" PRId64 " stands twice in 'seeds'", *repeated);
    return ERR_NONE;
}
