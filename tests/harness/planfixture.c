/* tests/harness/planfixture.c: plans are made of text, as a user writes it. */
#include "tests/harness/planfixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

PlanFixture planfixture_make(const char *parts)
{
    PlanFixture f = {0};
    Err err = {0};
    Text text = {0};
    text_printf(
        &text,
        "study: s\nbaseline: proxy-b0\ndata: {name: polytex, train: 100, val: 50, test: 50}\n"
        "seeds: [1, 2]\nparts: %s\n",
        parts);
    if (study_parse(&f.study, "s.yaml", text.data, text.n_bytes, NULL, 0, &err) != ERR_NONE ||
        plan_create(&f.plan, f.study, NULL, 1, &err) != ERR_NONE)
        fail_msg("%s", err.msg);
    text_release(&text);
    return f;
}

void planfixture_drop(PlanFixture *f)
{
    plan_destroy(&f->plan);
    study_destroy(&f->study);
}

size_t planfixture_count(const Plan *plan, MatchStatus status)
{
    size_t n = 0;
    for (size_t i = 0; i < plan->n_points; i++)
        n += plan->points[i].status == status;
    return n;
}
