/* Spaces: which network a genotype is, canonical forms against digests, and what is refused. */
#include "spacetest.h"

#include "search/netspace_survey.h"

#include "base/rng.h"
#include "base/sys.h"
#include "models/resolve.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

static NetSpace *parse(const char *text)
{
    NetSpace *space = NULL;
    Err err = {0};
    if (netspace_parse(&space, "space.yaml", text, strlen(text), &err) != ERR_NONE)
        fail_msg("%s", err.msg);
    return space;
}

/* --- the zoo --- */

/* The base of every space of the zoo is the network its file names, to the digest. */
static void bases_are_members(void **state)
{
    (void)state;
    assert_int_equal(netspace_zoo_count(), 7);
    for (size_t i = 0; i < netspace_zoo_count(); i++) {
        NetSpace *space = spacetest_zoo(netspace_zoo_name(i));
        assert_string_equal(netspace_name(space), netspace_zoo_name(i));
        Network base, member = spacetest_network(space, netspace_base_genes(space));
        Err err = {0};
        assert_int_equal(resolve_network(&base, netspace_base(space), &err), ERR_NONE);
        assert_string_equal(base.digest, member.digest);
        network_release(&base);
        network_release(&member);
        netspace_destroy(&space);
    }
}

/*
 * With another base (here the classes of another data set) the networks of a space are those of
 * that base; narrowed to a range of MACs it has those of the range, counted one by one. A base that
 * is no member is refused with the gene's place.
 */
static void spaces_are_adapted(void **state)
{
    (void)state;
    NetSpace *space = spacetest_zoo("cube-108");
    Spec base = *netspace_base(space);
    NetSpaceSurvey whole, part;
    Err err = {0};
    assert_int_equal(netspace_survey(space, &whole, &err), ERR_NONE);
    assert_true(whole.least == whole.macs[0] && whole.most == whole.macs[SURVEY_QUANTILES - 1]);
    base.classes = 100;
    assert_int_equal(netspace_rebase(space, &base, &err), ERR_NONE);
    Network own, member = spacetest_network(space, netspace_base_genes(space));
    assert_int_equal(resolve_network(&own, &base, &err), ERR_NONE);
    assert_string_equal(own.digest, member.digest);
    assert_int_equal(netspace_survey(space, &part, &err), ERR_NONE);
    assert_true(part.least > whole.least && part.distinct == whole.distinct);
    netspace_narrow(space, own.macs / 2, own.macs);
    assert_int_equal(netspace_survey(space, &part, &err), ERR_NONE);
    assert_true(part.inside > 0 && part.inside < part.distinct);
    assert_in_range(part.least, own.macs / 2, own.macs);
    assert_int_equal(part.most, own.macs); /* the base itself */
    base.resolution = 28;
    assert_int_equal(netspace_rebase(space, &base, &err), ERR_USAGE);
    assert_string_equal(err.msg, "cube-108:8:1: the base 'proxy-b0' is outside of the space: gene "
                                 "'resolution' lacks its value 28");
    network_release(&own);
    network_release(&member);
    netspace_destroy(&space);
}

/* Sizes that NAS-Bench-Macro, Accel-NASBench and MnasNet state, and those of our own names. */
static void sizes(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        int n_genes;
        double size;
    } known[] = {{"nbm", 8, 6561},
                 {"b0-anb", 28, 36.0 * 36 * 36 * 36 * 36 * 36 * 48},
                 {"cube-108", 5, 108},
                 {"mb-1728", 9, 1728},
                 {"mnasnet", 42, 432.0 * 432 * 432 * 432 * 432 * 432 * 432}};
    for (size_t i = 0; i < ARRAY_LEN(known); i++) {
        NetSpace *space = spacetest_zoo(known[i].name);
        assert_int_equal(netspace_n_genes(space), known[i].n_genes);
        assert_true(netspace_size(space) == known[i].size);
        netspace_destroy(&space);
    }
}

/* Small spaces are counted exactly: all their networks differ, and all are inside. */
static void surveys(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        double distinct;
    } known[] = {{"nbm", 6561}, {"cube-108", 108}, {"mb-1728", 1728}};
    for (size_t i = 0; i < ARRAY_LEN(known); i++) {
        NetSpace *space = spacetest_zoo(known[i].name);
        NetSpaceSurvey survey;
        Err err = {0};
        assert_int_equal(netspace_survey(space, &survey, &err), ERR_NONE);
        assert_true(survey.is_exact && survey.distinct == known[i].distinct &&
                    survey.inside == known[i].distinct);
        netspace_destroy(&space);
    }
}

/* Enumerated: each network once, as its canonical form, in order; fewer where limits are. */
static void enumerations(void **state)
{
    (void)state;
    static const char limited[] =
        "space: s\nbase: proxy-b0\nresolution: {choose: [24, 32, 40]}\nwidth: {choose: [1, 2]}\n"
        "stages:\n  0: {kernel: {choose: [3, 5]}}\nlimits: {macs: [5.0e5, 1.0e6]}\n";
    NetSpace *spaces[] = {spacetest_zoo("cube-108"), parse(limited)};
    for (size_t s = 0; s < ARRAY_LEN(spaces); s++) {
        const size_t n_genes = (size_t)netspace_n_genes(spaces[s]);
        NetSpaceSurvey survey;
        uint8_t *genes = NULL, canonical[NETSPACE_MAX_GENES];
        size_t n = 0;
        Err err = {0};
        assert_int_equal(netspace_survey(spaces[s], &survey, &err), ERR_NONE);
        assert_int_equal(netspace_enumerate(spaces[s], 108, &genes, &n, &err), ERR_NONE);
        assert_true(n == (size_t)survey.inside && n > 0);
        for (size_t i = 0; i < n; i++) {
            NetSpaceCount count;
            netspace_count(spaces[s], genes + i * n_genes, &count);
            memcpy(canonical, genes + i * n_genes, n_genes);
            netspace_canonical(spaces[s], canonical);
            assert_true(count.is_inside);
            assert_memory_equal(canonical, genes + i * n_genes, n_genes);
            assert_true(i == 0 || memcmp(genes + (i - 1) * n_genes, canonical, n_genes) < 0);
        }
        mem_free(genes);
    }
    uint8_t *genes = NULL;
    size_t n = 0;
    Err err = {0};
    assert_int_equal(netspace_enumerate(spaces[0], 107, &genes, &n, &err), ERR_USAGE);
    assert_string_equal(err.msg, "space 'cube-108' has more than 107 networks: give it limits, or "
                                 "fewer choices");
    NetSpace *large = spacetest_zoo("b0-anb");
    assert_int_equal(netspace_enumerate(large, 107, &genes, &n, &err), ERR_USAGE);
    assert_non_null(strstr(err.msg, "genotypes, too many to go through"));
    assert_null(genes);
    netspace_destroy(&large);
    for (size_t s = 0; s < ARRAY_LEN(spaces); s++)
        netspace_destroy(&spaces[s]);
}

/* --- counts and canonical forms --- */

static void draw(const NetSpace *space, uint64_t i, uint8_t *genes)
{
    Rng rng = rng_start(1, RNG_SEARCH, 0, i);
    for (int g = 0; g < netspace_n_genes(space); g++)
        genes[g] = (uint8_t)rng_below(&rng, (uint32_t)netspace_n_values(space, g));
}

/*
 * Of random genotypes: counts by remembered parts are those of the whole list; the canonical form
 * is the same network, is its own canonical form, and no gene of it could be smaller by itself.
 */
static void canonical_forms(void **state)
{
    (void)state;
    enum { DRAWS = 60 };
    for (size_t i = 0; i < netspace_zoo_count(); i++) {
        NetSpace *space = spacetest_zoo(netspace_zoo_name(i));
        for (uint64_t k = 0; k < DRAWS; k++) {
            uint8_t genes[NETSPACE_MAX_GENES], canonical[NETSPACE_MAX_GENES],
                again[NETSPACE_MAX_GENES];
            NetSpaceCount count;
            draw(space, k, genes);
            memcpy(canonical, genes, sizeof genes);
            netspace_canonical(space, canonical);
            memcpy(again, canonical, sizeof again);
            netspace_canonical(space, again);
            assert_memory_equal(canonical, again, (size_t)netspace_n_genes(space));
            Network network = spacetest_network(space, genes),
                    same = spacetest_network(space, canonical);
            netspace_count(space, genes, &count);
            assert_string_equal(network.digest, same.digest);
            assert_true(count.macs == network.macs && count.params == network.params &&
                        count.acts == network.acts);
            for (int g = 0; g < netspace_n_genes(space); g++)
                for (again[g] = 0; again[g] < canonical[g]; again[g]++) {
                    NetSpaceCount other;
                    netspace_count(space, again, &other);
                    assert_true(other.digest != count.digest);
                }
            network_release(&same);
            network_release(&network);
        }
        netspace_destroy(&space);
    }
}

/* Conditions, operations that do not read a key, counts that end in the same number. */
static const char aliases_text[] =
    "space: aliases\n"
    "base: {name: tiny, resolution: 8, classes: 2, activation: relu, drop_connect: 0.2,\n"
    "       stem: {channels: 8, stride: 1}, stages: [\n"
    "       {op: mbconv, expand: 3, channels: 8, layers: 1},\n"
    "       {op: mbconv, expand: 3, stride: 2, channels: 16, layers: 2, se: 0.25}]}\n"
    "stages:\n"
    "  0: {op: {choose: [conv, mbconv]}, expand: {choose: [6, 3], when: op == mbconv},\n"
    "      skip: {choose: [none, identity, pool]}, layers: {add: [-1, 0, 1]}}\n"
    "  1: {skip: {choose: [none, identity]}, layers: {choose: [2, 1]}, kernel: {choose: [3, 5]},\n"
    "      se: {choose: [0.2, 0.25, 0.3]}}\n"
    "width: {choose: [1, 2]}\n"
    "tie: [[stages.0.skip]]\n";

/* All of squeeze and excitation: of which channels, and both of its functions. */
static const char squeezes_text[] =
    "space: squeezes\n"
    "base: {name: tiny, resolution: 8, classes: 2, activation: relu, drop_connect: 0.2,\n"
    "       stem: {channels: 8, stride: 1}, stages: [\n"
    "       {op: mbconv, expand: 3, channels: 8, layers: 1, se: 0.25}]}\n"
    "stages:\n"
    "  0: {op: {choose: [conv, dsconv, mbconv]}, se: {choose: [0, 0.25]},\n"
    "      se_of: {choose: [input, hidden]}, se_gate: {choose: [hard_sigmoid, sigmoid]},\n"
    "      se_activation: {choose: [stage, swish]}, activation: {choose: [network, swish]}}\n";

/* Two genotypes have one canonical form exactly if their networks have one digest. */
static void check_aliases(const char *text)
{
    NetSpace *space = parse(text);
    enum { MOST = 2000 };
    static char digests[MOST][NETWORK_DIGEST_MAX];
    static uint8_t forms[MOST][NETSPACE_MAX_GENES];
    uint8_t genes[NETSPACE_MAX_GENES] = {0};
    const int n_genes = netspace_n_genes(space);
    NetSpaceSurvey survey;
    Err err = {0};
    int n = 0, n_points = 0;
    for (int g = n_genes; g >= 0;) {
        uint8_t canonical[NETSPACE_MAX_GENES];
        memcpy(canonical, genes, sizeof genes);
        netspace_canonical(space, canonical);
        Network network = spacetest_network(space, genes);
        int at = 0;
        while (at < n && strcmp(digests[at], network.digest) != 0)
            at++;
        if (at == n) {
            assert_true(n < MOST);
            memcpy(digests[n], network.digest, sizeof digests[n]);
            memcpy(forms[n++], canonical, sizeof canonical);
        }
        assert_memory_equal(forms[at], canonical, (size_t)n_genes);
        for (int other = 0; other < n; other++)
            if (other != at)
                assert_memory_not_equal(forms[other], canonical, (size_t)n_genes);
        network_release(&network);
        n_points++;
        for (g = n_genes - 1; g >= 0 && ++genes[g] == netspace_n_values(space, g); g--)
            genes[g] = 0;
    }
    assert_true(n_points == netspace_size(space));
    assert_int_equal(netspace_survey(space, &survey, &err), ERR_NONE);
    assert_true(survey.distinct == n);
    assert_true(n < n_points / 2 && n > 1); /* there are many aliases */
    netspace_destroy(&space);
}

static void aliases_by_digest(void **state)
{
    (void)state;
    check_aliases(aliases_text);
    check_aliases(squeezes_text);
}

/*
 * Layers that are nothing move the survivals of what comes behind them, or nothing at all: counts
 * have the same digest exactly where networks have, and canonical forms are the same networks.
 */
static void survivals_tell_networks_apart(void **state)
{
    (void)state;
    enum { N = 64 };
    NetSpace *space =
        parse("space: survivals\n"
              "base: {name: tiny, resolution: 8, classes: 2, activation: relu, drop_connect: 0.2,\n"
              "       stem: {channels: 8, stride: 1}, stages: [\n"
              "       {op: identity, channels: 8}, {op: conv, channels: 8}, {op: identity, "
              "channels: 8},\n"
              "       {op: mbconv, expand: 3, channels: 8}, {op: identity, channels: 8}]}\n"
              "stages:\n"
              "  0-4: {layers: {choose: [1, 2]}}\n"
              "  3: {skip: {choose: [none, identity]}}\n");
    static char digests[N][NETWORK_DIGEST_MAX];
    static NetSpaceCount counts[N];
    int n_same = 0;
    assert_true(netspace_size(space) == N);
    for (int i = 0; i < N; i++) {
        uint8_t genes[NETSPACE_MAX_GENES];
        for (int g = 0; g < netspace_n_genes(space); g++)
            genes[g] = i >> g & 1;
        netspace_count(space, genes, &counts[i]);
        Network network = spacetest_network(space, genes);
        memcpy(digests[i], network.digest, sizeof digests[i]);
        network_release(&network);
        netspace_canonical(space, genes);
        network = spacetest_network(space, genes);
        assert_string_equal(network.digest, digests[i]);
        network_release(&network);
        for (int other = 0; other < i; other++) {
            const bool is_same = strcmp(digests[other], digests[i]) == 0;
            assert_int_equal(counts[other].digest == counts[i].digest, is_same);
            n_same += is_same;
        }
    }
    assert_true(n_same > 0);
    netspace_destroy(&space);
}

/* What an inactive gene says changes nothing and is written as 0. */
static void conditions(void **state)
{
    (void)state;
    NetSpace *space = parse(aliases_text);
    Err err = {0};
    uint8_t genes[NETSPACE_MAX_GENES];
    char text[NETSPACE_MAX_GENES + 1];
    assert_string_equal(netspace_gene_name(space, 1), "stages.0.expand");
    assert_int_equal(netspace_from_text(space, "010100000", genes, &err), ERR_NONE);
    netspace_canonical(space, genes);
    netspace_to_text(space, genes, text);
    assert_string_equal(text, "000000000"); /* conv does not expand; one layer either way */
    netspace_to_text(space, netspace_base_genes(space), text);
    assert_string_equal(text, "111010010"); /* one layer is that of -1, too */
    assert_true(netspace_is_ordered(space, 1) && !netspace_is_ordered(space, 0));
    netspace_destroy(&space);
}

/* Genes by number, or else by value where each has a digit; nothing in between. */
static void letters(void **state)
{
    (void)state;
    NetSpace *space = NULL;
    Err err = {0};
    uint8_t genes[NETSPACE_MAX_GENES];
    char text[NETSPACE_MAX_GENES + 1];
    assert_int_equal(netspace_load(&space, "b0-anb", &err), ERR_NONE);
    assert_int_equal(netspace_from_text(space, "1310131015214521652015306320", genes, &err),
                     ERR_NONE);
    netspace_to_text(space, genes, text);
    assert_string_equal(text, "0000000001111111211001202010");
    assert_int_equal(netspace_from_text(space, "0000000001111111211001202010", genes, &err),
                     ERR_NONE);
    netspace_to_text(space, genes, text);
    assert_string_equal(text, "0000000001111111211001202010");
    assert_int_equal(netspace_from_text(space, "0300000001111111211001202010", genes, &err),
                     ERR_USAGE);
    netspace_destroy(&space);
}

/*
 * As a gene space: what is drawn and what mutates from it is canonical, inside the limits and
 * another network; the base may be asked for.
 */
static void as_gene_space(void **state)
{
    (void)state;
    enum { DRAWS = 200 };
    NetSpace *space = spacetest_zoo("mnasnet-cifar");
    const GeneSpace genes_of = netspace_genespace(space);
    assert_int_equal(genes_of.n_genes, netspace_n_genes(space));
    assert_true(genes_of.min_macs == 400000 && genes_of.max_macs == 3000000);
    assert_true(genespace_has(&genes_of, netspace_base_genes(space)));
    for (uint64_t k = 0; k < DRAWS; k++) {
        uint8_t genes[NETSPACE_MAX_GENES], child[NETSPACE_MAX_GENES], same[NETSPACE_MAX_GENES];
        NetSpaceCount count, other;
        Rng rng = rng_start(3, RNG_SEARCH, 0, k);
        assert_true(genespace_draw(&genes_of, &rng, genes));
        assert_true(genespace_mutate(&genes_of, genes, &rng, child));
        memcpy(same, child, sizeof same);
        netspace_canonical(space, same);
        assert_memory_equal(same, child, (size_t)genes_of.n_genes);
        netspace_count(space, genes, &count);
        netspace_count(space, child, &other);
        assert_true(count.is_inside && other.is_inside && count.digest != other.digest);
    }
    netspace_destroy(&space);
}

/* --- what is refused --- */

static void refuses(const char *stages, const char *rest, const char *message)
{
    NetSpace *space = NULL;
    Err err = {0};
    char text[1024];
    snprintf(text, sizeof text, "space: wrong\nbase: proxy-b0\nstages:\n  %s\n%s", stages, rest);
    assert_int_equal(netspace_parse(&space, "s.yaml", text, strlen(text), &err), ERR_USAGE);
    assert_null(space);
    assert_string_equal(err.msg, message);
}

static void errors(void **state)
{
    (void)state;
    static const char good[] = "1: {kernel: {choose: [3, 5]}}";
    refuses("1: {kernl: {choose: [3, 5]}}", "",
            "s.yaml:4:7: unknown key 'kernl' in 'stages', did you mean 'kernel'?");
    refuses("1: {kernel: {choose: []}}", "",
            "s.yaml:4:24: 'choose' of 'stages.1.kernel' must be a list of at least one value");
    refuses("1: {kernel: {}}", "",
            "s.yaml:4:15: 'stages.1.kernel' chooses from nothing: it needs 'choose', 'times' or "
            "'add'");
    refuses("1: {kernel: {choose: [3, 4]}}", "", "s.yaml:4:28: 'kernel' must be odd, not 4");
    refuses("1: {kernel: {choose: [5, 7]}}", "",
            "s.yaml:4:7: the base 'proxy-b0' is outside of the space: gene 'stages.1.kernel' lacks "
            "its value 3");
    refuses("4: {kernel: {choose: [3, 5]}}", "",
            "s.yaml:4:3: stages '4' are not among 0 to 3 of 'proxy-b0'");
    refuses("1: {se: {choose: [0, 0.25], when: op = mbconv}}", "",
            "s.yaml:4:37: 'when' must be KEY == VALUE or KEY != VALUE, not 'op = mbconv'");
    refuses("1: {se: {choose: [0, 0.25], when: op == mbconv or so}}", "",
            "s.yaml:4:37: 'when' must be KEY == VALUE or KEY != VALUE, not 'op == mbconv or so'");
    refuses("1: {expand: {times: [1, 2]}}", "",
            "s.yaml:4:16: 'times' is for channels and layers only, not for 'expand'");
    refuses(good, "tie: [[stages.1.kernel, stages.2.kernel]]\n",
            "s.yaml:5:25: unknown gene 'stages.2.kernel' in 'tie', did you mean "
            "'stages.1.kernel'?");
    refuses(good, "limits: {macs: [1, 2]}\n",
            "s.yaml:5:9: the limits exclude everything: the networks of the space have 756528 to "
            "811824 MACs");
    refuses(good, "limits: {macs: [800000, 900000]}\n",
            "s.yaml:5:9: the base 'proxy-b0' is outside of the limits: 756528 MACs, 18162 params, "
            "45006 acts");
    refuses(good, "limits: {macs: [5, 4]}\n",
            "s.yaml:5:16: 'macs' excludes everything: 5 is above 4");
    refuses(good, "resolution: {choose: [24]}\n",
            "s.yaml:5:1: the base 'proxy-b0' is outside of the space: gene 'resolution' lacks its "
            "value 32");
    refuses(good, "limit: {}\n",
            "s.yaml:5:1: unknown key 'limit' in 'space', did you mean 'limits'?");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bases_are_members),
        cmocka_unit_test(spaces_are_adapted),
        cmocka_unit_test(sizes),
        cmocka_unit_test(surveys),
        cmocka_unit_test(enumerations),
        cmocka_unit_test(canonical_forms),
        cmocka_unit_test(aliases_by_digest),
        cmocka_unit_test(survivals_tell_networks_apart),
        cmocka_unit_test(conditions),
        cmocka_unit_test(letters),
        cmocka_unit_test(as_gene_space),
        cmocka_unit_test(errors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
