/* harness/plan_words.c: what a plan says in both of its forms. */
#include "harness/plan_words.h"

#include "harness/plan_search_report.h"

#include <string.h>

const char *plan_words_line(const char **at, size_t *length)
{
    const char *line = *at;
    *length = strcspn(line, "\n");
    *at = line + *length + (line[*length] == '\n');
    return line[0] != '\0' ? line : NULL;
}

void plan_words_warnings(const Plan *plan, Text *out)
{
    recipe_warnings(&plan->study->recipe, plan->n_train, out);
    recipe_ripeness_warnings(&plan->study->recipe, plan->n_train, out);
    plan_search_warnings(plan, out);
}

void plan_words_objective(const Plan *plan, Text *out)
{
    const Objective objective = study_objective(plan->study, plan->target_macs);
    bool is_used = false;
    for (size_t i = 0; i < plan->study->n_parts; i++)
        is_used |= plan->parts[i].search == NULL && plan->parts[i].retrain == NULL;
    if (is_used)
        objective_explain(&objective, out);
}
