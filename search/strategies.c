/* search/strategies: the table of what search/strategy_*.c have. */
#include "search/strategies.h"

#include "base/text.h"

#include <string.h>

const SearchStrategy *const strategies[] = {
    &strategy_evolution_row, &strategy_local_row,  &strategy_nsga2_row, &strategy_policy_row,
    &strategy_ppo_row,       &strategy_random_row, &strategy_tpe_row,   NULL};

ErrCode strategies_find(const char *name, const SearchStrategy **strategy, Err *err)
{
    const char *names[ARRAY_LEN(strategies)] = {0};
    size_t n = 0;
    for (; strategies[n] != NULL; n++) {
        names[n] = strategies[n]->name;
        if (strcmp(name, names[n]) == 0) {
            *strategy = strategies[n];
            return ERR_NONE;
        }
    }
    const char *nearest = text_nearest(name, names, n);
    if (nearest != NULL)
        return err_set(err, ERR_USAGE, "unknown strategy '%s', did you mean '%s'?", name, nearest);
    Text list = {0};
    for (size_t i = 0; i < n; i++)
        text_printf(&list, "%s%s", i == 0 ? "" : i + 1 == n ? " or " : ", ", names[i]);
    err_set(err, ERR_USAGE, "unknown strategy '%s': %s", name, text_string(&list));
    text_release(&list);
    return err->code;
}

const SearchStrategy *strategies_default(bool is_band, bool has_screen)
{
    if (!is_band)
        return &strategy_local_row;
    return has_screen ? &strategy_random_row : &strategy_tpe_row;
}
