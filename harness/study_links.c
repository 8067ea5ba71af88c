/* harness/study_links.c: names of parts, and the graph of what they take from one another. */
#include "harness/study_keys.h"

#include "models/scaling.h"
#include "models/zoo.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* --- names --- */

/* "grid", then "grid-2": the place among parts of one kind. */
static void name_part(Study *study, size_t index)
{
    StudyPart *part = &study->parts[index];
    const char *key = study_part_key(part->kind);
    int before = 0;
    for (size_t i = 0; i < index; i++)
        before += study->parts[i].kind == part->kind;
    if (before)
        snprintf(part->name, sizeof part->name, "%s-%d", key, before + 1);
    else
        snprintf(part->name, sizeof part->name, "%s", key);
    part->id = part->own_id != NULL ? part->own_id : part->name;
}

/* The value of a part's key as written, or the part itself, for the place in a message. */
static const YamlNode *node_of(const Study *study, size_t index, const char *key)
{
    const YamlNode *part = study->parts_node->items[index]->items[0];
    const YamlNode *value = yaml_find(part, key);
    return value != NULL ? value : part;
}

static ErrCode check_id(const Study *study, size_t index, Err *err)
{
    const StudyPart *part = &study->parts[index];
    const size_t n = strlen(part->id);
    bool is_plain = n > 0 && n < STUDY_PART_MAX;
    for (size_t i = 0; i < n; i++)
        is_plain = is_plain && (isalnum((unsigned char)part->id[i]) || strchr("._-", part->id[i]));
    if (!is_plain)
        return yaml_error(err, node_of(study, index, "id"),
                          "id '%s' must be 1 to %d letters, digits, '.', '_' and '-'", part->id,
                          STUDY_PART_MAX - 1);
    for (size_t i = 0; i < index; i++)
        if (strcmp(study->parts[i].id, part->id) == 0)
            return yaml_error(err, node_of(study, index, "id"),
                              "id '%s' stands twice: part %zu has it already%s", part->id, i + 1,
                              study->parts[i].own_id != NULL ? "" : ", as its name");
    return ERR_NONE;
}

/* Points of a search have its id as their part (results/store.h): it is no other kind's name. */
static ErrCode check_search_id(const Study *study, size_t index, Err *err)
{
    const StudyPart *part = &study->parts[index];
    for (int kind = 0; kind < STUDY_N_KINDS && part->kind == STUDY_SEARCH; kind++) {
        const char *key = study_part_key(kind);
        const size_t n = strlen(key);
        if (kind != STUDY_SEARCH && text_starts_with(part->id, key) &&
            (part->id[n] == '\0' || part->id[n] == '-'))
            return yaml_error(err, node_of(study, index, "id"),
                              "id '%s' of a search is the name of a part '%s'", part->id, key);
    }
    return ERR_NONE;
}

int study_find_part(const Study *study, const char *id)
{
    for (size_t i = 0; i < study->n_parts; i++)
        if (strcmp(study->parts[i].id, id) == 0)
            return (int)i;
    return STUDY_NONE;
}

/* --- links --- */

bool study_has_rays(const StudyPart *part)
{
    return part->kind == STUDY_COMPARE || part->kind == STUDY_PROFILE || part->kind == STUDY_SIZES;
}

bool study_needs_constants(const StudyStrategy *strategy)
{
    const Strategy *known = scaling_find(strategy->name);
    return known != NULL && known->takes == STRATEGY_TAKES_CONSTANTS && strategy->constants == NULL;
}

/* Whether a part yields what another takes: a network, or constants. */
static bool yields(const StudyPart *part, bool is_network)
{
    return part->kind == STUDY_GRID ||
           (is_network && (part->kind == STUDY_SEARCH || part->kind == STUDY_RETRAIN));
}

/* The part of an id that a key names. */
static ErrCode find_part(const Study *study, size_t index, const char *key, const char *id,
                         int *found, Err *err)
{
    *found = study_find_part(study, id);
    if (*found != STUDY_NONE)
        return ERR_NONE;
    const char *ids[STUDY_MAX_PARTS];
    for (size_t i = 0; i < study->n_parts; i++)
        ids[i] = study->parts[i].id;
    const char *nearest = text_nearest(id, ids, study->n_parts);
    return yaml_error(err, node_of(study, index, key), "'%s' names no part: '%s'%s%s%s", key, id,
                      nearest != NULL ? ", did you mean '" : "", nearest != NULL ? nearest : "",
                      nearest != NULL ? "'?" : "");
}

/*
 * The part that a key names. What others take is the network that a grid, a search or a retrain
 * found, or a grid's constants.
 */
static ErrCode find_source(const Study *study, size_t index, const char *key, const char *id,
                           bool is_network, int *source, Err *err)
{
    if (find_part(study, index, key, id, source, err) != ERR_NONE)
        return err->code;
    if (!yields(&study->parts[*source], is_network))
        return yaml_error(err, node_of(study, index, key), "part '%s' yields no %s", id,
                          is_network ? "network, only a grid, a search or a retrain does"
                                     : "constants, only a grid does");
    return ERR_NONE;
}

/* A baseline that is no part's id must be a network. */
static ErrCode link_baseline(Study *study, size_t index, Err *err)
{
    StudyPart *part = &study->parts[index];
    const char *name = part->baseline;
    if (zoo_is_path(name) || (study_find_part(study, name) == STUDY_NONE && zoo_text(name) != NULL))
        return ERR_NONE;
    return find_source(study, index, "baseline", name, true, &part->baseline_part, err);
}

/* The study's grid: the first that is matched by counted cost, else the first. */
static int default_grid(const Study *study)
{
    int found = STUDY_NONE;
    for (size_t i = study->n_parts; i-- > 0;)
        if (study->parts[i].kind == STUDY_GRID &&
            (found == STUDY_NONE || study->parts[i].match == STUDY_COUNTED ||
             study->parts[found].match != STUDY_COUNTED))
            found = (int)i;
    return found;
}

static bool needs_constants(const StudyPart *part)
{
    if (part->kind == STUDY_FAMILY)
        return !part->has_constants;
    for (size_t i = 0; i < part->n_strategies; i++)
        if (study_needs_constants(&part->strategies[i]))
            return true;
    return false;
}

static bool needs_profile(const StudyPart *part)
{
    for (size_t i = 0; i < part->n_strategies; i++)
        if (part->strategies[i].chosen != STUDY_GIVEN)
            return true;
    return false;
}

/* What `constants` or `from` of a part on rays names: a grid, or in a compare a profile. */
static ErrCode find_constants(const Study *study, size_t index, const char *key, const char *id,
                              Err *err)
{
    StudyPart *part = &study->parts[index];
    const int named = study_find_part(study, id);
    if (named == STUDY_NONE || part->kind != STUDY_COMPARE ||
        study->parts[named].kind != STUDY_PROFILE)
        return find_source(study, index, key, id, false, &part->constants_part, err);
    if (!needs_profile(part))
        return yaml_error(err, node_of(study, index, key),
                          "part '%s' takes nothing from profile '%s': name 'optimum' or 'corner' "
                          "among its strategies",
                          part->id, id);
    part->profile_part = named;
    return ERR_NONE;
}

/* Whether a part's baseline is a part of the study and no network of the zoo or a file. */
static bool takes_a_part(const Study *study, const StudyPart *part)
{
    return part->baseline != NULL && !zoo_is_path(part->baseline) &&
           study_find_part(study, part->baseline) != STUDY_NONE;
}

static bool have_one_baseline(const Study *study, const StudyPart *a, const StudyPart *b)
{
    return takes_a_part(study, a) == takes_a_part(study, b) &&
           strcmp(a->baseline != NULL ? a->baseline : study->baseline,
                  b->baseline != NULL ? b->baseline : study->baseline) == 0;
}

static int64_t epochs_of(const Study *study, const StudyPart *part)
{
    return part->epochs > 0 ? part->epochs : study->recipe.epochs;
}

/*
 * The profile whose optimum a compare trains once more: at its budgets, of its baseline, for its
 * epochs.
 */
static ErrCode link_profile(const Study *study, size_t index, Err *err)
{
    StudyPart *part = &study->parts[index];
    for (size_t i = 0; i < study->n_parts && part->profile_part == STUDY_NONE; i++)
        if (study->parts[i].kind == STUDY_PROFILE)
            part->profile_part = (int)i;
    if (part->profile_part == STUDY_NONE)
        return yaml_error(
            err, node_of(study, index, "strategies"),
            "'optimum' and 'corner' are what a profile finds, and the study has none: "
            "add a part 'profile'");
    const StudyPart *profile = &study->parts[part->profile_part];
    if (!have_one_baseline(study, part, profile))
        return yaml_error(err, node_of(study, index, "baseline"),
                          "the optimum of profile '%s' is that of another baseline", profile->id);
    if (epochs_of(study, part) != epochs_of(study, profile))
        return yaml_error(err, node_of(study, index, "epochs"),
                          "the optimum of profile '%s' is that of %" PRId64
                          " epochs, and part '%s' trains %" PRId64,
                          profile->id, epochs_of(study, profile), part->id, epochs_of(study, part));
    for (size_t i = 0; i < part->macs.n; i++) {
        bool is_budget = false;
        for (size_t k = 0; k < profile->macs.n; k++)
            is_budget |= profile->macs.v[k] == part->macs.v[i];
        if (!is_budget)
            return yaml_error(err, node_of(study, index, "macs"),
                              "%g is no budget of profile '%s', so it has no optimum there",
                              part->macs.v[i], profile->id);
    }
    return ERR_NONE;
}

/* A part `sizes` that names no rule, in a study without a grid, has the paper's constants. */
static void give_rule(StudyPart *part)
{
    static const double published[STUDY_DIMENSIONS] = {1.2, 1.1, 1.15};
    if (part->kind != STUDY_SIZES || !yaml_is_null(part->strategies_node) ||
        part->constants_part != STUDY_NONE)
        return;
    part->strategies->constants = published;
    part->strategies->n_constants = STUDY_DIMENSIONS;
}

/* A transfer names the part whose networks it carries, whatever that comes to. */
static ErrCode link_carried(Study *study, size_t index, Err *err)
{
    StudyPart *part = &study->parts[index];
    TRY(find_part(study, index, "from", part->from, &part->carried_part, err));
    const int kind = study->parts[part->carried_part].kind;
    if (kind != STUDY_FAMILY && kind != STUDY_COMPARE && kind != STUDY_CURVES &&
        kind != STUDY_LINES && kind != STUDY_GRID && kind != STUDY_PROFILE)
        return yaml_error(err, node_of(study, index, "from"),
                          "the networks of part '%s' cannot be carried, only those of a family, "
                          "compare, curves, lines, grid or profile",
                          part->from);
fail:
    return err->code;
}

static ErrCode link_part(Study *study, size_t index, Err *err)
{
    StudyPart *part = &study->parts[index];
    const bool has_ray = study_has_rays(part) || part->kind == STUDY_FAMILY;
    const bool is_given =
        has_ray ? part->constants != NULL || part->has_constants : part->baseline != NULL;
    part->baseline_part = part->constants_part = part->profile_part = STUDY_NONE;
    part->carried_part = STUDY_NONE;
    if (part->kind == STUDY_TRANSFER)
        return link_carried(study, index, err);
    if (part->from != NULL && is_given)
        return yaml_error(err, node_of(study, index, "from"),
                          "'from' and '%s' name the same thing, leave one of them out",
                          has_ray ? "constants" : "baseline");
    if (part->from != NULL && has_ray)
        TRY(find_constants(study, index, "from", part->from, err));
    else if (part->from != NULL)
        TRY(find_source(study, index, "from", part->from, true, &part->baseline_part, err));
    if (part->kind == STUDY_RETRAIN && study->parts[part->baseline_part].kind != STUDY_SEARCH)
        return yaml_error(err, node_of(study, index, "from"),
                          "part '%s' is no search: nothing that it found could be trained anew",
                          part->from);
    if (part->baseline != NULL)
        TRY(link_baseline(study, index, err));
    if (part->constants != NULL)
        TRY(find_constants(study, index, "constants", part->constants, err));
    if (needs_profile(part))
        TRY(link_profile(study, index, err));
    if (has_ray && part->constants_part == STUDY_NONE)
        part->constants_part = default_grid(study);
    give_rule(part);
    if (!needs_constants(part))
        part->constants_part = STUDY_NONE;
fail:
    return err->code;
}

/* --- circles --- */

/*
 * Whether `from` takes, directly or through others, from `to`. What yields takes one thing at most,
 * its baseline: so this is a walk, at most as long as there are parts.
 */
static bool takes_from(const Study *study, int from, int to)
{
    for (size_t i = 0; i < study->n_parts && from != STUDY_NONE; i++) {
        if (from == to)
            return true;
        from = study->parts[from].baseline_part;
    }
    return from == to;
}

static ErrCode check_circle(const Study *study, size_t index, Err *err)
{
    const StudyPart *part = &study->parts[index];
    if (part->baseline_part == STUDY_NONE || !takes_from(study, part->baseline_part, (int)index))
        return ERR_NONE;
    const char *key = part->from != NULL ? "from" : "baseline";
    if (part->baseline_part == (int)index)
        return yaml_error(err, node_of(study, index, key),
                          "part '%s' takes its baseline from itself", part->id);
    return yaml_error(err, node_of(study, index, key),
                      "a circle: part '%s' takes its baseline from part '%s', which waits for '%s'",
                      part->id, study->parts[part->baseline_part].id, part->id);
}

ErrCode study_link_parts(Study *study, Err *err)
{
    for (size_t i = 0; i < study->n_parts; i++)
        name_part(study, i);
    for (size_t i = 0; i < study->n_parts; i++) {
        TRY(check_id(study, i, err));
        TRY(check_search_id(study, i, err));
    }
    for (size_t i = 0; i < study->n_parts; i++)
        TRY(link_part(study, i, err));
    for (size_t i = 0; i < study->n_parts; i++)
        TRY(check_circle(study, i, err));
fail:
    return err->code;
}
