/* nn/lbfgs.c: two loops over the last pairs, and a bracket for the step. */
#include "nn/lbfgs.h"

#include "base/arena.h"
#include "base/sys.h"

#include <math.h>
#include <string.h>

enum { PAIRS = 10, MAX_TRIES = 60 };

/* Wolfe's constants: sufficient decrease, and how flat the end of a step is. */
static const double DECREASE = 0.1, FLATNESS = 0.9;
static const double ROUNDING = 1e-14; /* of values, relative: below it they say nothing */
static const double FIRST_LENGTH = 1.0, GROWTH = 4.0, HALF = 0.5;

struct Lbfgs {
    size_t n;
    Arena arena;
    double *moves[PAIRS], *changes[PAIRS]; /* of x and gradient, [n] each, a ring */
    double rho[PAIRS];                     /* 1 / (move . change) */
    int n_pairs, newest;
    double *gradient, *direction, *next_x, *next_gradient, *solved; /* [n] */
};

/* What is known of one point on the line. */
typedef struct Trial {
    double value, slope; /* slope: gradient . direction */
} Trial;

/* One minimisation. */
typedef struct Descent {
    Lbfgs *lbfgs;
    double *x;
    const LbfgsProblem *problem;
    LbfgsReport *report;
} Descent;

ErrCode lbfgs_create(Lbfgs **out, size_t n, Err *err)
{
    Lbfgs *lbfgs = mem_calloc(1, sizeof *lbfgs);
    *out = NULL;
    if (lbfgs == NULL)
        return err_memory(err, sizeof *lbfgs);
    lbfgs->n = n;
    for (int i = 0; i < PAIRS; i++) {
        lbfgs->moves[i] = arena_alloc(&lbfgs->arena, n, sizeof(double));
        lbfgs->changes[i] = arena_alloc(&lbfgs->arena, n, sizeof(double));
    }
    lbfgs->gradient = arena_alloc(&lbfgs->arena, n, sizeof(double));
    lbfgs->direction = arena_alloc(&lbfgs->arena, n, sizeof(double));
    lbfgs->next_x = arena_alloc(&lbfgs->arena, n, sizeof(double));
    lbfgs->solved = arena_alloc(&lbfgs->arena, n, sizeof(double));
    lbfgs->next_gradient = arena_alloc(&lbfgs->arena, n, sizeof(double));
    if (arena_ok(&lbfgs->arena, err) != ERR_NONE) {
        lbfgs_destroy(&lbfgs);
        return err->code;
    }
    *out = lbfgs;
    return ERR_NONE;
}

void lbfgs_destroy(Lbfgs **lbfgs)
{
    if (*lbfgs == NULL)
        return;
    arena_release(&(*lbfgs)->arena);
    mem_free(*lbfgs);
    *lbfgs = NULL;
}

static double dot(const double *a, const double *b, size_t n)
{
    double sum = 0.0;
    for (size_t i = 0; i < n; i++)
        sum += a[i] * b[i];
    return sum;
}

static void add_scaled(double *y, double factor, const double *x, size_t n)
{
    for (size_t i = 0; i < n; i++)
        y[i] += factor * x[i];
}

/* --- direction --- */

/* The pair that is `age` older than the newest. */
static int pair_of_age(const Lbfgs *lbfgs, int age)
{
    return (lbfgs->newest - age + PAIRS) % PAIRS;
}

/* x = B^-1 x. */
static void solve(const LbfgsProblem *problem, double *x)
{
    if (problem->solve != NULL)
        problem->solve(problem->user, x);
}

/* What B^-1 is multiplied by, so that it fits the newest pair; 1 without any. */
static double scale_of(Lbfgs *lbfgs, const LbfgsProblem *problem)
{
    if (lbfgs->n_pairs == 0)
        return 1.0;
    const double *change = lbfgs->changes[lbfgs->newest];
    memcpy(lbfgs->solved, change, lbfgs->n * sizeof *change);
    solve(problem, lbfgs->solved);
    return 1.0 / (lbfgs->rho[lbfgs->newest] * dot(change, lbfgs->solved, lbfgs->n));
}

/* direction = -H gradient. */
static void make_direction(Lbfgs *lbfgs, const LbfgsProblem *problem)
{
    const size_t n = lbfgs->n;
    const double scale = scale_of(lbfgs, problem);
    double alpha[PAIRS] = {0}, *direction = lbfgs->direction;
    for (size_t i = 0; i < n; i++)
        direction[i] = -lbfgs->gradient[i];
    for (int age = 0; age < lbfgs->n_pairs; age++) {
        const int p = pair_of_age(lbfgs, age);
        alpha[p] = lbfgs->rho[p] * dot(lbfgs->moves[p], direction, n);
        add_scaled(direction, -alpha[p], lbfgs->changes[p], n);
    }
    solve(problem, direction);
    for (size_t i = 0; i < n; i++)
        direction[i] *= scale;
    for (int age = lbfgs->n_pairs - 1; age >= 0; age--) {
        const int p = pair_of_age(lbfgs, age);
        const double beta = lbfgs->rho[p] * dot(lbfgs->changes[p], direction, n);
        add_scaled(direction, alpha[p] - beta, lbfgs->moves[p], n);
    }
}

/* --- step --- */

/* The point `step` along the direction, in next_x and next_gradient. */
static Trial try_step(const Descent *descent, double step)
{
    Lbfgs *lbfgs = descent->lbfgs;
    for (size_t i = 0; i < lbfgs->n; i++)
        lbfgs->next_x[i] = descent->x[i] + step * lbfgs->direction[i];
    Trial trial;
    trial.value =
        descent->problem->value(descent->problem->user, lbfgs->next_x, lbfgs->next_gradient);
    trial.slope = dot(lbfgs->next_gradient, lbfgs->direction, lbfgs->n);
    descent->report->evaluations++;
    return trial;
}

static bool is_low_enough(const Trial *start, const Trial *end, double step)
{
    return end->value <= start->value + DECREASE * step * start->slope ||
           (end->value <= start->value + ROUNDING * fabs(start->value) &&
            end->slope <= (2.0 * DECREASE - 1.0) * start->slope);
}

/*
 * Finds a step that satisfies Wolfe's conditions, in next_x and next_gradient, between one that is
 * too short and one that is too long. False: there is none.
 */
static bool find_step(const Descent *descent, double step, Trial *end)
{
    const Lbfgs *lbfgs = descent->lbfgs;
    const Trial start = {descent->report->value, dot(lbfgs->gradient, lbfgs->direction, lbfgs->n)};
    double shortest = 0.0, longest = INFINITY;
    for (int i = 0; i < MAX_TRIES && start.slope < 0.0; i++) {
        *end = try_step(descent, step);
        if (!is_low_enough(&start, end, step) || end->slope > -FLATNESS * start.slope)
            longest = step;
        else if (end->slope < FLATNESS * start.slope)
            shortest = step;
        else
            return true;
        step = isinf(longest) ? GROWTH * step : shortest + HALF * (longest - shortest);
    }
    return false;
}

static void swap(double **a, double **b)
{
    double *kept = *a;
    *a = *b;
    *b = kept;
}

/* Goes to next_x, and remembers the pair. */
static void take_step(const Descent *descent)
{
    Lbfgs *lbfgs = descent->lbfgs;
    const int p = (lbfgs->newest + 1) % PAIRS;
    for (size_t i = 0; i < lbfgs->n; i++) {
        lbfgs->moves[p][i] = lbfgs->next_x[i] - descent->x[i];
        lbfgs->changes[p][i] = lbfgs->next_gradient[i] - lbfgs->gradient[i];
    }
    memcpy(descent->x, lbfgs->next_x, lbfgs->n * sizeof(double));
    swap(&lbfgs->gradient, &lbfgs->next_gradient);
    const double curvature = dot(lbfgs->moves[p], lbfgs->changes[p], lbfgs->n);
    if (!(curvature > 0.0)) { /* only rounding makes it so: the function is convex */
        lbfgs->n_pairs -= lbfgs->n_pairs == PAIRS; /* the oldest one's place was taken */
        return;
    }
    lbfgs->rho[p] = 1.0 / curvature;
    lbfgs->newest = p;
    lbfgs->n_pairs += lbfgs->n_pairs < PAIRS;
}

/* What is tried first: a whole step, but of length 1 where nothing is known of curvature. */
static double first_step(const Lbfgs *lbfgs, const LbfgsProblem *problem, double gradient)
{
    return lbfgs->n_pairs > 0 || problem->solve != NULL ? 1.0 : FIRST_LENGTH / gradient;
}

LbfgsReport lbfgs_minimise(Lbfgs *lbfgs, double *x, const LbfgsProblem *problem, double shortest,
                           int max_iterations)
{
    LbfgsReport report = {.end = LBFGS_LIMIT, .evaluations = 1};
    const Descent descent = {lbfgs, x, problem, &report};
    Trial end;
    lbfgs->n_pairs = 0;
    report.value = problem->value(problem->user, x, lbfgs->gradient);
    report.gradient = sqrt(dot(lbfgs->gradient, lbfgs->gradient, lbfgs->n));
    while (report.gradient > shortest && report.iterations < max_iterations) {
        make_direction(lbfgs, problem);
        if (!find_step(&descent, first_step(lbfgs, problem, report.gradient), &end)) {
            report.end = LBFGS_STALLED;
            return report;
        }
        take_step(&descent);
        report.value = end.value;
        report.gradient = sqrt(dot(lbfgs->gradient, lbfgs->gradient, lbfgs->n));
        report.iterations++;
    }
    if (report.gradient <= shortest)
        report.end = LBFGS_CONVERGED;
    return report;
}
