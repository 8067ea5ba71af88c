/* search/objective: scores, and what they are called. */
#include "search/objective.h"

#include "base/fmath.h"

#include <math.h>

const char *const objective_form_names[] = {"soft", "hard",   "band", "hard-soft",
                                            "abs",  "pareto", NULL};

#define HARD_EXPONENT (-1.0) /* of macs above the target: MnasNet's beta */
#define MNAS_W (-0.07)
#define TUNAS_W (-0.10)
#define PERCENT 100.0 /* of a share: the unit of scores */

bool objective_has_w(ObjectiveForm form)
{
    return form == OBJECTIVE_SOFT || form == OBJECTIVE_HARD_SOFT || form == OBJECTIVE_ABS;
}

double objective_default_w(ObjectiveForm form)
{
    return form == OBJECTIVE_HARD_SOFT || form == OBJECTIVE_ABS ? TUNAS_W : MNAS_W;
}

static bool is_in_band(const Objective *o, double macs)
{
    if (o->is_capped)
        return macs >= o->target_macs * (1 - o->tolerance) && macs <= o->target_macs;
    return fabs(macs / o->target_macs - 1.0) <= o->tolerance;
}

double objective_score(const Objective *objective, double accuracy, double macs)
{
    const double ratio = macs / objective->target_macs;
    switch (objective->form) {
    case OBJECTIVE_SOFT:
        return accuracy * fm_pow(ratio, objective->w);
    case OBJECTIVE_HARD:
        return ratio <= 1.0 ? accuracy : accuracy * fm_pow(ratio, HARD_EXPONENT);
    case OBJECTIVE_BAND:
        return is_in_band(objective, macs) ? accuracy : (double)NAN;
    case OBJECTIVE_HARD_SOFT: {
        const double power = fm_pow(ratio, objective->w);
        return power < 1.0 ? accuracy * power : accuracy;
    }
    case OBJECTIVE_ABS:
        return accuracy + PERCENT * objective->w * fabs(ratio - 1.0);
    case OBJECTIVE_PARETO:
        break;
    }
    return (double)NAN;
}

void objective_line(const Objective *objective, double accuracy, double macs, double *intercept,
                    double *slope)
{
    const double ratio = macs / objective->target_macs;
    if (objective->form == OBJECTIVE_ABS) {
        *intercept = accuracy;
        *slope = PERCENT * fabs(ratio - 1.0);
        return;
    }
    *intercept = fm_log(accuracy);
    *slope = objective->form == OBJECTIVE_HARD_SOFT && ratio <= 1.0 ? 0 : fm_log(ratio);
}

void objective_describe(const Objective *objective, Text *out)
{
    switch (objective->form) {
    case OBJECTIVE_SOFT:
        text_append(out, "soft: ACC x (MACs/T)^");
        break;
    case OBJECTIVE_HARD:
        text_append(out, "hard: ACC up to T, ACC x (MACs/T)^-1 above");
        break;
    case OBJECTIVE_BAND:
        text_append(out, objective->is_capped ? "band: best ACC from T less the tolerance to T"
                                              : "band: best ACC within the tolerance of T");
        break;
    case OBJECTIVE_HARD_SOFT:
        text_append(out, "hard-soft: ACC up to T, ACC x (MACs/T)^w above, w = ");
        break;
    case OBJECTIVE_ABS:
        text_append(out, "abs: ACC + w x abs(MACs/T - 1), ACC as a share, w = ");
        break;
    case OBJECTIVE_PARETO:
        text_append(out, "pareto: the front of ACC against MACs");
        break;
    }
    if (objective_has_w(objective->form))
        text_append_double(out, objective->w);
}

void objective_explain(const Objective *objective, Text *out)
{
    if (objective->form != OBJECTIVE_SOFT)
        return;
    text_append(out, "objective soft: T has no effect; w = ");
    text_append_double(out, objective->w);
    if (objective->w < 0) {
        text_append(out, " asks for the network where 1 % more MACs buys ");
        text_append_double(out, -objective->w);
        text_append(out, " % accuracy");
    } else {
        text_append(out, " puts no price on MACs");
    }
    text_append_char(out, '\n');
}
