/* search/netspace_genes: a network space as a gene space. */
#include "search/netspace_internal.h"

static const NetSpace *of(const void *user)
{
    return user;
}

static void canonical(const void *user, uint8_t *genes)
{
    netspace_canonical(of(user)->self, genes);
}

static bool is_member(const void *user, const uint8_t *genes)
{
    const NetSpaceLimits *limits = &of(user)->limits;
    NetSpaceCount count;
    netspace_count(of(user)->self, genes, &count);
    return count.is_built && netspace_is_within(&limits->params, count.params) &&
           netspace_is_within(&limits->acts, count.acts);
}

static int64_t macs(const void *user, const uint8_t *genes)
{
    NetSpaceCount count;
    netspace_count(of(user)->self, genes, &count);
    return count.macs;
}

GeneSpace netspace_genespace(const NetSpace *space)
{
    return (GeneSpace){.genes = space->genes,
                       .n_genes = space->n_genes,
                       .user = space,
                       .canonical = canonical,
                       .is_member = is_member,
                       .macs = macs,
                       .min_macs = space->limits.macs.low,
                       .max_macs = space->limits.macs.high};
}
