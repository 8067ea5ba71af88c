/* search/netspace_survey: all genotypes, or some; a set of digests tells networks apart. */
#include "search/netspace_survey.h"

#include "base/rng.h"
#include "base/sort.h"
#include "base/sys.h"

#include <math.h>
#include <string.h>

/* Digests seen (open addressing, 0 is free and stands for itself in `has_zero`), and their MACs. */
typedef struct Seen {
    uint64_t *digests; /* [n_slots], a power of two, at most half full */
    size_t n_slots, n;
    int64_t *macs; /* [n], room for n_slots / 2 */
    bool has_zero;
    double inside;
    int64_t least, most; /* MACs of those inside the limits */
} Seen;

static ErrCode seen_reserve(Seen *seen, size_t n_slots, Err *err)
{
    uint64_t *digests = mem_calloc(n_slots, sizeof *digests);
    int64_t *macs = mem_realloc(seen->macs, n_slots / 2 * sizeof *macs);
    seen->macs = macs != NULL ? macs : seen->macs;
    if (digests == NULL || macs == NULL) {
        mem_free(digests);
        return err_memory(err, n_slots * sizeof *digests);
    }
    for (size_t i = 0; i < seen->n_slots; i++) {
        size_t at = seen->digests[i] & (n_slots - 1);
        if (seen->digests[i] == 0)
            continue;
        while (digests[at] != 0)
            at = (at + 1) & (n_slots - 1);
        digests[at] = seen->digests[i];
    }
    mem_free(seen->digests);
    seen->digests = digests;
    seen->n_slots = n_slots;
    return ERR_NONE;
}

/* Whether a digest is new; it is not any more. */
static bool seen_is_new(Seen *seen, uint64_t digest)
{
    if (digest == 0) {
        const bool is_new = !seen->has_zero;
        seen->has_zero = true;
        return is_new;
    }
    size_t at = digest & (seen->n_slots - 1);
    while (seen->digests[at] != 0 && seen->digests[at] != digest)
        at = (at + 1) & (seen->n_slots - 1);
    if (seen->digests[at] == digest)
        return false;
    seen->digests[at] = digest;
    return true;
}

static ErrCode seen_add(Seen *seen, const NetSpaceCount *count, Err *err)
{
    enum { FIRST_SLOTS = 1 << 12 };
    if (!count->is_built)
        return ERR_NONE;
    if (2 * (seen->n + 1) >= seen->n_slots)
        TRY(seen_reserve(seen, seen->n_slots ? 2 * seen->n_slots : FIRST_SLOTS, err));
    if (seen_is_new(seen, count->digest)) {
        seen->macs[seen->n++] = count->macs;
        if (count->is_inside) {
            seen->least =
                seen->inside == 0 || count->macs < seen->least ? count->macs : seen->least;
            seen->most = count->macs > seen->most ? count->macs : seen->most;
            seen->inside++;
        }
    }
    return ERR_NONE;
fail:
    return err->code;
}

/* The next genotype, the last gene first; false: that was the last one. */
static bool advance(const NetSpace *space, uint8_t *genes)
{
    for (int g = netspace_n_genes(space) - 1; g >= 0; g--) {
        if (++genes[g] < netspace_n_values(space, g))
            return true;
        genes[g] = 0;
    }
    return false;
}

static ErrCode count_all(NetSpace *space, Seen *seen, Err *err)
{
    uint8_t genes[NETSPACE_MAX_GENES] = {0};
    NetSpaceCount count;
    do {
        netspace_count(space, genes, &count);
        TRY(seen_add(seen, &count, err));
    } while (advance(space, genes));
fail:
    return err->code;
}

/* *n_canonical, *n_inside: of the genotypes drawn. */
static ErrCode count_some(NetSpace *space, Seen *seen, double *n_canonical, double *n_inside,
                          Err *err)
{
    uint8_t genes[NETSPACE_MAX_GENES] = {0}, canonical[NETSPACE_MAX_GENES];
    const int n_genes = netspace_n_genes(space);
    NetSpaceCount count;
    *n_canonical = *n_inside = 0.0;
    for (uint64_t i = 0; i < SURVEY_SAMPLES; i++) {
        Rng rng = rng_start(0, RNG_SEARCH, 0, i);
        for (int g = 0; g < n_genes; g++)
            genes[g] = (uint8_t)rng_below(&rng, (uint32_t)netspace_n_values(space, g));
        memcpy(canonical, genes, sizeof genes);
        netspace_canonical(space, canonical);
        if (memcmp(canonical, genes, (size_t)n_genes) != 0)
            continue;
        netspace_count(space, genes, &count);
        *n_canonical += count.is_built;
        *n_inside += count.is_inside;
        TRY(seen_add(seen, &count, err));
    }
fail:
    return err->code;
}

/* The sorted values' quantiles: of n values the one at place floor(q (n - 1) + 1/2). */
static void set_quantiles(NetSpaceSurvey *survey, Seen *seen)
{
    if (seen->n == 0)
        return;
    sort_int64(seen->macs, seen->n);
    for (int q = 0; q < SURVEY_QUANTILES; q++)
        survey->macs[q] = seen->macs[((seen->n - 1) * (size_t)q + (SURVEY_QUANTILES - 1) / 2) /
                                     (SURVEY_QUANTILES - 1)];
}

ErrCode netspace_survey(NetSpace *space, NetSpaceSurvey *survey, Err *err)
{
    Seen seen = {0};
    double n_canonical, n_inside;
    *survey = (NetSpaceSurvey){.size = netspace_size(space)};
    survey->is_exact = survey->size < SURVEY_EXACT;
    if (survey->is_exact) {
        TRY(count_all(space, &seen, err));
        survey->distinct = (double)seen.n;
        survey->inside = seen.inside;
    } else {
        TRY(count_some(space, &seen, &n_canonical, &n_inside, err));
        survey->distinct = survey->size * (n_canonical / SURVEY_SAMPLES);
        survey->inside = survey->size * (n_inside / SURVEY_SAMPLES);
    }
    survey->least = seen.least;
    survey->most = seen.most;
    set_quantiles(survey, &seen);
fail:
    mem_free(seen.digests);
    mem_free(seen.macs);
    return err->code;
}

/* Whether a genotype is its own canonical form and inside the limits. */
static bool is_listed(NetSpace *space, const uint8_t *genes)
{
    uint8_t canonical[NETSPACE_MAX_GENES];
    NetSpaceCount count;
    const size_t n_genes = (size_t)netspace_n_genes(space);
    netspace_count(space, genes, &count);
    if (!count.is_inside)
        return false;
    memcpy(canonical, genes, n_genes);
    netspace_canonical(space, canonical);
    return memcmp(canonical, genes, n_genes) == 0;
}

ErrCode netspace_enumerate(NetSpace *space, size_t most, uint8_t **out, size_t *n, Err *err)
{
    const size_t n_genes = (size_t)netspace_n_genes(space);
    uint8_t genes[NETSPACE_MAX_GENES] = {0}, *list = NULL;
    size_t room = 0;
    *n = 0;
    if (netspace_size(space) >= SURVEY_EXACT)
        TRY(err_set(err, ERR_USAGE, "space '%s' has %.3g genotypes, too many to go through",
                    netspace_name(space), netspace_size(space)));
    do {
        if (!is_listed(space, genes))
            continue;
        if (*n == most)
            TRY(err_set(err, ERR_USAGE,
                        "space '%s' has more than %zu networks: give it limits, or fewer choices",
                        netspace_name(space), most));
        TRY(mem_grow(&list, &room, *n + 1, n_genes, err));
        memcpy(list + *n * n_genes, genes, n_genes);
        ++*n;
    } while (advance(space, genes));
    *out = list;
    return ERR_NONE;
fail:
    mem_free(list);
    return err->code;
}
