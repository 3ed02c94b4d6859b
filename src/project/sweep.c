/* Many futures of one posterior, chunk by chunk of draws: whatever does not depend on what is
 * varied is computed once a draw, and of windows only those that the change can reach. */
#include "project/sweep_run.h"

#include <math.h>
#include <string.h>

/* How a series depends on what is varied. */
typedef enum touch {
    TOUCH_NONE,
    TOUCH_SCALED, /* its own path by a factor or a level, nothing before it */
    TOUCH_DEEP,   /* through a parameter, an input or another series: its trend is run again */
    TOUCH_WHOLE   /* through a deviation or an effect: the model is */
} touch;

typedef struct outcome {               /* one reading that an answer rests on */
    size_t series, definition, number; /* number: among all outcomes of the run */
    const atn_plan *plan;
    size_t from, end; /* steps that outcomes in this definition read, at a point */
    double *before;   /* of each worker: ATN_LANES sums over the steps before the change (totals) */
} outcome;

typedef struct worker_bench {
    double *path, *realised, *scatter; /* n_steps x ATN_LANES */
    double *x, *windows;               /* the same in a definition; windows' work */
    double *row;                       /* n_steps: one draw's path, then z */
    double *reached;                   /* points x outcomes of the run x ATN_LANES */
    double **wanted;                   /* n_series */
    atn_workspace **workspace;         /* by lane, block and candidate; the first lane's serve all
                                          but TOUCH_DEEP */
} worker_bench;

typedef struct evaluation {
    attain_sweep *sweep;
    const attain_study *study;
    const attain_posterior *posterior;
    atn_futures *futures;
    const double *points;
    size_t n_points, n_chunks, n_workers, first, n_needed; /* first step that can change */
    size_t n_joint; /* joint goals, if an answer is about one */
    outcome *needed;
    touch *touched;    /* n_series */
    size_t *end;       /* n_series: steps that its outcomes read */
    bool *wanted;      /* n_series: a needed outcome reads it */
    double **reported; /* by needed outcome: n_steps, shared by those of one definition */
    worker_bench *bench;
    unsigned char *hits;
    bool *broken; /* n_chunks */
} evaluation;

static double *reached_of(const evaluation *e, const worker_bench *b, size_t point, size_t number)
{
    return b->reached + (point * e->sweep->run.n_outcomes + number) * ATN_LANES;
}

static size_t draw_of(const evaluation *e, size_t chunk, size_t lane)
{
    const size_t draw = chunk * ATN_LANES + lane;
    return draw < e->posterior->n_draws ? draw : e->posterior->n_draws - 1;
}

/* ---- paths of one series in one chunk ---- */

typedef struct place {
    size_t series, b, in_block, chunk, worker;
} place;

static atn_workspace *workspace_of(const evaluation *e, const worker_bench *bench, const place *p,
                                   size_t lane, size_t draw)
{
    const size_t own = e->touched[p->series] == TOUCH_DEEP ? lane : 0;
    const size_t candidate =
        e->futures->first_candidate[p->b] + e->posterior->blocks[p->b].which[draw];
    return bench->workspace[own * e->futures->n_candidates + candidate];
}

/* The path of one draw, under the composed future from the change on. */
static void load_lane(const evaluation *e, const worker_bench *bench, const place *p, size_t lane,
                      bool changed, double *out)
{
    const size_t draw = draw_of(e, p->chunk, lane), end = e->end[p->series];
    const atn_block *block = &e->posterior->blocks[p->b];
    const atn_model *model;
    const double *theta = atn_posterior_theta(e->posterior, p->b, draw, &model);
    atn_workspace *w = workspace_of(e, bench, p, lane, draw);
    const bool deep = e->touched[p->series] == TOUCH_DEEP;
    const atn_future *future =
        changed ? atn_futures_compose(e->futures, p->b, draw, p->worker) : NULL;
    for (size_t k = 0; k < block->n_series; k++) bench->wanted[k] = NULL;
    bench->wanted[p->in_block] = bench->row;
    if (deep && changed)
        atn_model_paths_again(model, theta, e->first, end, bench->wanted, w, future);
    else if (deep)
        atn_model_prime(model, theta, e->posterior->seed, draw, bench->wanted, w);
    else
        atn_model_paths(model, theta, e->posterior->seed, draw, bench->wanted, w, future);
    for (size_t i = changed ? e->first : 0; i < end; i++) out[i * ATN_LANES + lane] = bench->row[i];
}

/* exp(omega z - omega^2 / 2), by the parameters in force at each step. */
static void scatter_lane(const evaluation *e, const worker_bench *bench, const place *p,
                         size_t lane, bool changed)
{
    const size_t draw = draw_of(e, p->chunk, lane), n = e->end[p->series];
    const atn_model *model;
    const double *theta = atn_posterior_theta(e->posterior, p->b, draw, &model);
    const atn_future *future =
        changed ? atn_futures_compose(e->futures, p->b, draw, p->worker) : NULL;
    atn_stream stream;
    atn_stream_init(&stream, e->posterior->seed, ATN_PURPOSE_SCATTER, p->series, draw);
    double omega = atn_model_step_sigma(model, theta, p->in_block);
    if (omega > 0 || changed) atn_stream_normals(&stream, bench->row, n);
    for (size_t i = 0; i < n; i++) {
        if (future && i >= e->first)
            omega = atn_model_step_sigma(model, atn_future_theta(future, theta, i), p->in_block);
        bench->scatter[i * ATN_LANES + lane] =
            omega > 0 ? exp(omega * bench->row[i] - 0.5 * omega * omega) : 1.0;
    }
}

/* Whether what is varied is this series' own scatter. */
static bool varies_scatter(const evaluation *e, size_t series)
{
    const char *id = e->study->series[series].id;
    for (size_t v = 0; v < e->sweep->n_vary; v++) {
        const char *target = e->sweep->changes[v].target;
        const size_t n = strlen(id);
        if (strncmp(target, id, n) == 0 && strcmp(target + n, ".step_sigma") == 0) return true;
    }
    return false;
}

/* ---- goals on it ---- */

/* Steps from `from` on as the outcome's definition counts them. */
static void define(const evaluation *e, const outcome *o, const double *reported, size_t chunk,
                   const double *realised, size_t from, size_t end, double *x)
{
    const size_t b = e->posterior->block_of_series[o->series];
    const atn_link link = e->study->series[o->series].link;
    double factor[ATN_LANES];
    for (size_t l = 0; l < ATN_LANES; l++) {
        const atn_model *model;
        const double *theta = atn_posterior_theta(e->posterior, b, draw_of(e, chunk, l), &model);
        factor[l] = o->definition == ATN_NONE ? (link == ATN_LINK_LOG ? 1.0 : 0.0)
                                              : atn_model_factor(model, theta, o->definition);
    }
    const size_t past = o->definition == ATN_NONE || end < e->first ? end : e->first;
    for (size_t i = from; i < past; i++) {
        const double *y = realised + i * ATN_LANES;
        double *to = x + i * ATN_LANES;
        for (size_t l = 0; l < ATN_LANES; l++)
            to[l] = !isnan(reported[i])         ? reported[i]
                    : o->definition == ATN_NONE ? y[l]
                                                : atn_paths_counted(y[l], link, factor[l]);
    }
    /* from the change on nothing is reported */
    for (size_t i = past > from ? past : from; i < end; i++) {
        const double *y = realised + i * ATN_LANES;
        double *to = x + i * ATN_LANES;
        if (link == ATN_LINK_LOG)
            for (size_t l = 0; l < ATN_LANES; l++) to[l] = y[l] * factor[l];
        else
            for (size_t l = 0; l < ATN_LANES; l++) to[l] = atn_paths_counted(y[l], link, factor[l]);
    }
}

/* First step whose windows the change reaches through what they span. */
static size_t span_start(const attain_goal_spec *spec, size_t first)
{
    const size_t reach = spec->over + spec->held - 2;
    const size_t from = spec->statistic == ATTAIN_GOAL_TOTAL ? first
                        : first > reach                      ? first - reach
                                                             : 0;
    return from > spec->start ? from : spec->start;
}

/* Windows that end at or after the change, over steps span_start .. deadline; those that ended
 * before it are as in `base`. */
static void scan_after(const evaluation *e, const outcome *o, const double *before, double *x,
                       double *work, const double *base, double *reached)
{
    attain_goal_spec spec = o->plan->spec;
    const size_t deadline = spec.deadline, from = span_start(&spec, e->first);
    double best[ATN_LANES], kept[ATN_LANES];
    const bool total = spec.statistic == ATTAIN_GOAL_TOTAL && spec.start < from;
    double *head = x + from * ATN_LANES;
    memcpy(kept, head, sizeof kept);
    for (size_t l = 0; total && l < ATN_LANES; l++) head[l] = before[l] + head[l];
    size_t first;
    spec.start = 0;
    spec.deadline = deadline - from;
    const size_t n = spec.deadline + 1;
    const double *windows = atn_goal_windows(head, n, &spec, work, &first);
    atn_goal_scan(windows, n, first, &spec, reached, best);
    memcpy(head, kept, sizeof kept);
    for (size_t l = 0; l < ATN_LANES; l++) {
        reached[l] += (double)from;
        if (base[l] < (double)e->first) reached[l] = base[l];
    }
}

/* Without the change, and what its totals amount to before it. */
static void scan_base(const evaluation *e, const outcome *o, const double *x, double *work,
                      double *reached, double *before)
{
    const attain_goal_spec *spec = &o->plan->spec;
    const size_t n = spec->deadline + 1;
    double best[ATN_LANES];
    size_t first;
    const double *windows = atn_goal_windows(x, n, spec, work, &first);
    atn_goal_scan(windows, n, first, spec, reached, best);
    for (size_t l = 0; l < ATN_LANES; l++) before[l] = 0.0;
    if (spec->statistic != ATTAIN_GOAL_TOTAL) return;
    for (size_t i = spec->start; i < e->first && i < n; i++)
        for (size_t l = 0; l < ATN_LANES; l++)
            before[l] = i == spec->start ? x[i * ATN_LANES + l] : before[l] + x[i * ATN_LANES + l];
}

static void not_at_all(double *reached)
{
    for (size_t l = 0; l < ATN_LANES; l++) reached[l] = INFINITY;
}

/* Every point's outcome of one needed reading: `point`'s realised path stands in bench->realised
 * from the change on, and bench->x in *defined's definition. */
static void answer_point(const evaluation *e, const worker_bench *b, size_t k, const place *p,
                         size_t point, const outcome **defined)
{
    const outcome *o = &e->needed[k];
    double *reached = reached_of(e, b, point, o->number);
    const double *before = o->before + p->worker * 2 * ATN_LANES, *base = before + ATN_LANES;
    if (o->plan->empty || o->plan->spec.deadline < e->first) {
        memcpy(reached, base, ATN_LANES * sizeof *reached);
        return;
    }
    if (!*defined || (*defined)->definition != o->definition)
        define(e, o, e->reported[k], p->chunk, b->realised, o->from, o->end, b->x);
    *defined = o;
    scan_after(e, o, before, b->x, b->windows, base, reached);
}

static void answer_base(const evaluation *e, const worker_bench *b, size_t k, const place *p)
{
    const outcome *o = &e->needed[k];
    double *before = o->before + p->worker * 2 * ATN_LANES, *base = before + ATN_LANES;
    if (o->plan->empty) {
        not_at_all(base);
        return;
    }
    define(e, o, e->reported[k], p->chunk, b->realised, 0, o->plan->spec.deadline + 1, b->x);
    scan_base(e, o, b->x, b->windows, base, before);
}

/* Puts the point's path into realised from the change on; false where it leaves its domain. */
static bool realise_point(const evaluation *e, const worker_bench *b, const place *p, size_t point)
{
    const size_t n = e->study->n_steps, end = e->end[p->series];
    const touch how = e->touched[p->series];
    const bool scatter = varies_scatter(e, p->series);
    atn_futures_resize(e->futures, p->worker, e->points + 2 * point);
    if (how == TOUCH_SCALED) {
        const size_t row = e->futures->row_of_series[p->series];
        const double *scale = e->futures->work[p->worker].scale + row * n;
        const double *offset = e->futures->work[p->worker].offset + row * n;
        for (size_t i = e->first; i < end; i++)
            for (size_t l = i * ATN_LANES; l < (i + 1) * ATN_LANES; l++)
                b->realised[l] = (b->path[l] * scale[i] + offset[i]) * b->scatter[l];
        return true;
    }
    for (size_t l = 0; l < ATN_LANES; l++) {
        load_lane(e, b, p, l, true, b->realised);
        if (scatter) scatter_lane(e, b, p, l, true);
    }
    bool good = true;
    for (size_t i = e->first * ATN_LANES; i < end * ATN_LANES; i++) {
        good &= atn_paths_inside(e->study->series[p->series].link, b->realised[i]);
        b->realised[i] *= b->scatter[i];
    }
    return good;
}

/* The outcomes of one series at every point. */
static bool sweep_series(const evaluation *e, const worker_bench *b, const place *p)
{
    const size_t n = e->end[p->series];
    bool good = true;
    for (size_t l = 0; l < ATN_LANES; l++) {
        load_lane(e, b, p, l, false, b->path);
        scatter_lane(e, b, p, l, false);
    }
    for (size_t i = 0; i < n * ATN_LANES; i++) b->realised[i] = b->path[i] * b->scatter[i];
    for (size_t k = 0; k < e->n_needed; k++)
        if (e->needed[k].series == p->series) answer_base(e, b, k, p);
    for (size_t point = 0; point < e->n_points; point++) {
        const bool touched = e->touched[p->series] != TOUCH_NONE;
        const outcome *defined = NULL; /* what bench->x holds */
        if (touched) good &= realise_point(e, b, p, point);
        for (size_t k = 0; k < e->n_needed; k++) {
            const outcome *o = &e->needed[k];
            if (o->series != p->series) continue;
            if (touched)
                answer_point(e, b, k, p, point, &defined);
            else
                memcpy(reached_of(e, b, point, o->number),
                       o->before + (2 * p->worker + 1) * ATN_LANES, ATN_LANES * sizeof(double));
        }
    }
    return good;
}

/* Joint goals of one point: members come before what is made of them within so many passes. */
static void join_point(const evaluation *e, const worker_bench *b, size_t point)
{
    atn_run run = e->sweep->run;
    run.padded = ATN_LANES;
    run.reached = reached_of(e, b, point, 0);
    for (size_t pass = 0; pass < e->n_joint; pass++)
        for (size_t g = 0; g < e->study->n_goals; g++)
            for (size_t k = 0; k < run.goals[g].n_counted; k++)
                if (e->study->goals[g].form != ATN_GOAL_SINGLE) atn_compound_join(&run, g, k, 0);
}

static bool sweep_chunk(void *user, size_t chunk, size_t worker)
{
    const evaluation *e = user;
    const worker_bench *b = &e->bench[worker];
    bool good = true;
    for (size_t s = 0; s < e->study->n_series; s++) {
        if (!e->wanted[s]) continue;
        const place p = {.series = s,
                         .b = e->posterior->block_of_series[s],
                         .in_block = e->posterior->place_in_block[s],
                         .chunk = chunk,
                         .worker = worker};
        good &= sweep_series(e, b, &p);
    }
    e->broken[chunk] = !good;
    for (size_t point = 0; point < e->n_points; point++) {
        if (e->n_joint > 0) join_point(e, b, point);
        for (size_t a = 0; a < e->sweep->n_answers; a++) {
            const atn_sweep_answer *answer = &e->sweep->answers[a];
            const atn_plan *plan = &e->sweep->run.goals[answer->goal].plans[answer->plan];
            const double *reached = reached_of(e, b, point, answer->outcome);
            unsigned bits = 0;
            for (size_t l = 0; l < ATN_LANES; l++)
                bits |= (unsigned)(reached[l] <= (double)plan->spec.deadline) << l;
            e->hits[(a * e->n_points + point) * e->n_chunks + chunk] = (unsigned char)bits;
        }
    }
    return true;
}

/* ---- set-up ---- */

/* Marks the outcomes that a goal's reading rests on. */
static void need(const attain_sweep *sweep, size_t goal, size_t definition, size_t plan, bool *used)
{
    const attain_study *study = sweep->posterior->study;
    const atn_goal *g = &study->goals[goal];
    const atn_goal_layout *layout = &sweep->run.goals[goal];
    if (g->form == ATN_GOAL_SINGLE) {
        used[layout->first_outcome + definition * layout->n_plans + plan] = true;
        return;
    }
    /* a joint goal reads its members in readings of their own: all are at hand */
    for (size_t m = 0; m < g->n_members; m++) {
        const size_t member = g->members[m];
        const size_t n = sweep->run.goals[member].n_counted;
        for (size_t k = 0; k < n; k++)
            for (size_t j = 0; j < sweep->run.goals[member].n_plans; j++)
                need(sweep, member, k, j, used);
    }
}

static attain_status gather_needed(evaluation *e, attain_error *err)
{
    attain_sweep *sweep = e->sweep;
    attain_context *ctx = sweep->ctx;
    bool *used = ATN_NEW_ARRAY(ctx, bool, sweep->run.n_outcomes);
    e->needed = ATN_NEW_ARRAY(ctx, outcome, sweep->run.n_outcomes);
    e->reported = ATN_NEW_ARRAY(ctx, double *, sweep->run.n_outcomes);
    attain_status status = used && e->needed && e->reported ? ATTAIN_OK : atn_fail_nomem(err);
    for (size_t a = 0; status == ATTAIN_OK && a < sweep->n_answers; a++) {
        const atn_sweep_answer *answer = &sweep->answers[a];
        need(sweep, answer->goal, answer->definition, answer->plan, used);
        if (e->study->goals[answer->goal].form != ATN_GOAL_SINGLE) e->n_joint = 1;
    }
    for (size_t g = 0; e->n_joint > 0 && g < e->study->n_goals; g++)
        e->n_joint += e->study->goals[g].form != ATN_GOAL_SINGLE;
    for (size_t g = 0; status == ATTAIN_OK && g < e->study->n_goals; g++) {
        const atn_goal_layout *layout = &sweep->run.goals[g];
        if (e->study->goals[g].form != ATN_GOAL_SINGLE) continue;
        const size_t n = layout->n_counted * layout->n_plans;
        for (size_t k = 0; k < n && status == ATTAIN_OK; k++) {
            if (!used[layout->first_outcome + k]) continue;
            outcome *o = &e->needed[e->n_needed];
            o->series = e->study->goals[g].series;
            o->definition =
                sweep->run.projection->goals[g].definitions[k / layout->n_plans].definition;
            o->plan = &layout->plans[k % layout->n_plans];
            o->number = layout->first_outcome + k;
            if (e->end[o->series] <= o->plan->spec.deadline)
                e->end[o->series] = o->plan->spec.deadline + 1;
            o->before = atn_alloc_array(ctx, e->n_workers * 2 * ATN_LANES, sizeof(double));
            e->reported[e->n_needed] = ATN_NEW_ARRAY(ctx, double, e->study->n_steps);
            e->wanted[o->series] = true;
            if (!o->before || !e->reported[e->n_needed])
                status = atn_fail_nomem(err);
            else
                atn_reported_steps(e->study, o->series, o->definition, e->reported[e->n_needed]);
            e->n_needed++;
        }
    }
    atn_free(ctx, used);
    return status;
}

/* Outcomes in one definition are read off the same steps. */
static void join_spans(evaluation *e)
{
    for (size_t k = 0; k < e->n_needed; k++) {
        outcome *o = &e->needed[k];
        o->from = e->study->n_steps;
        for (size_t j = 0; j < e->n_needed; j++) {
            const outcome *other = &e->needed[j];
            if (other->series != o->series || other->definition != o->definition) continue;
            const size_t from = span_start(&other->plan->spec, e->first);
            if (from < o->from) o->from = from;
            if (other->plan->spec.deadline >= o->end) o->end = other->plan->spec.deadline + 1;
        }
    }
}

static attain_status make_workspaces(const evaluation *e, size_t series, atn_workspace **all,
                                     attain_error *err)
{
    const size_t b = e->posterior->block_of_series[series];
    const atn_block *block = &e->posterior->blocks[b];
    const size_t lanes = e->touched[series] == TOUCH_DEEP ? ATN_LANES : 1;
    attain_status status = ATTAIN_OK;
    for (size_t l = 0; l < lanes; l++) {
        atn_workspace **own = all + l * e->futures->n_candidates + e->futures->first_candidate[b];
        for (size_t c = 0; c < block->n_candidates && status == ATTAIN_OK; c++)
            if (!own[c])
                status =
                    atn_workspace_create(e->sweep->ctx, block->candidates[c].model, &own[c], err);
    }
    return status;
}

static attain_status make_bench(const evaluation *e, worker_bench *b, attain_error *err)
{
    attain_context *ctx = e->sweep->ctx;
    const size_t n = e->study->n_steps;
    double **const rows[] = {&b->path, &b->realised, &b->scatter, &b->x};
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++)
        if (!(*rows[k] = atn_alloc_array(ctx, n * ATN_LANES, sizeof(double))))
            return atn_fail_nomem(err);
    b->windows = atn_alloc_array(ctx, atn_goal_work_size(n), sizeof(double));
    b->row = atn_alloc_array(ctx, n, sizeof(double));
    b->reached =
        atn_alloc_array(ctx, e->n_points * e->sweep->run.n_outcomes, ATN_LANES * sizeof(double));
    b->wanted = ATN_NEW_ARRAY(ctx, double *, e->study->n_series);
    b->workspace = ATN_NEW_ARRAY(ctx, atn_workspace *, ATN_LANES * e->futures->n_candidates);
    if (!b->windows || !b->row || !b->reached || !b->wanted || !b->workspace)
        return atn_fail_nomem(err);
    attain_status status = ATTAIN_OK;
    for (size_t s = 0; s < e->study->n_series && status == ATTAIN_OK; s++)
        if (e->wanted[s]) status = make_workspaces(e, s, b->workspace, err);
    return status;
}

static void free_bench(const evaluation *e, worker_bench *b)
{
    attain_context *ctx = e->sweep->ctx;
    for (size_t c = 0; b->workspace && c < ATN_LANES * e->futures->n_candidates; c++)
        atn_workspace_free(ctx, b->workspace[c]);
    atn_free(ctx, b->workspace);
    atn_free(ctx, b->wanted);
    atn_free(ctx, b->path);
    atn_free(ctx, b->realised);
    atn_free(ctx, b->scatter);
    atn_free(ctx, b->x);
    atn_free(ctx, b->windows);
    atn_free(ctx, b->row);
    atn_free(ctx, b->reached);
}

static touch how_touched(const evaluation *e, size_t series, const bool *touched)
{
    const size_t b = e->posterior->block_of_series[series];
    if (!touched[series] || e->end[series] <= e->first) return TOUCH_NONE;
    if (atn_futures_only_scale(e->futures, series, touched)) return TOUCH_SCALED;
    for (size_t v = 0; v < e->sweep->n_vary; v++) {
        const char *dot = strchr(e->sweep->changes[v].target, '.');
        if (dot && (strncmp(dot, ".deviation.", 11) == 0 || strncmp(dot, ".effect.", 8) == 0))
            return TOUCH_WHOLE;
    }
    for (size_t c = 0; c < e->posterior->blocks[b].n_candidates; c++)
        if (!atn_model_has_again(e->posterior->blocks[b].candidates[c].model)) return TOUCH_WHOLE;
    return TOUCH_DEEP;
}

static attain_status prepare(evaluation *e, attain_error *err)
{
    attain_sweep *sweep = e->sweep;
    attain_context *ctx = sweep->ctx;
    const atn_change *changes[2] = {&sweep->changes[0], &sweep->changes[1]};
    const uint64_t keys[2] = {0, 0}; /* no size is drawn */
    attain_status status = atn_futures_create(ctx, sweep->posterior, changes, keys, sweep->n_vary,
                                              e->n_workers, &e->futures, err);
    if (status != ATTAIN_OK) return status;
    e->first = e->study->n_steps;
    for (size_t v = 0; v < sweep->n_vary; v++)
        if (e->futures->changes[v].first < e->first) e->first = e->futures->changes[v].first;
    e->touched = ATN_NEW_ARRAY(ctx, touch, e->study->n_series);
    e->wanted = ATN_NEW_ARRAY(ctx, bool, e->study->n_series);
    e->end = ATN_NEW_ARRAY(ctx, size_t, e->study->n_series);
    e->broken = ATN_NEW_ARRAY(ctx, bool, e->n_chunks);
    e->bench = ATN_NEW_ARRAY(ctx, worker_bench, e->n_workers);
    bool *touched = ATN_NEW_ARRAY(ctx, bool, e->study->n_series);
    if (!e->touched || !e->wanted || !e->end || !e->broken || !e->bench || !touched) {
        atn_free(ctx, touched);
        return atn_fail_nomem(err);
    }
    atn_futures_touch(e->futures, touched);
    status = gather_needed(e, err);
    if (status == ATTAIN_OK) join_spans(e);
    for (size_t s = 0; s < e->study->n_series; s++) e->touched[s] = how_touched(e, s, touched);
    atn_free(ctx, touched);
    for (size_t w = 0; w < e->n_workers && status == ATTAIN_OK; w++)
        status = make_bench(e, &e->bench[w], err);
    return status;
}

static void release(evaluation *e)
{
    attain_context *ctx = e->sweep->ctx;
    for (size_t w = 0; e->bench && w < e->n_workers; w++) free_bench(e, &e->bench[w]);
    for (size_t k = 0; k < e->n_needed; k++) {
        atn_free(ctx, e->needed[k].before);
        atn_free(ctx, e->reported[k]);
    }
    atn_free(ctx, e->needed);
    atn_free(ctx, e->reported);
    atn_free(ctx, e->bench);
    atn_free(ctx, e->touched);
    atn_free(ctx, e->wanted);
    atn_free(ctx, e->end);
    atn_free(ctx, e->broken);
    atn_futures_free(e->futures);
}

attain_status atn_sweep_evaluate(attain_sweep *sweep, const double *points, size_t n,
                                 unsigned char *hits, attain_error *err)
{
    const size_t n_chunks = (sweep->posterior->n_draws + ATN_LANES - 1) / ATN_LANES;
    evaluation e = {.sweep = sweep,
                    .study = sweep->posterior->study,
                    .posterior = sweep->posterior,
                    .points = points,
                    .n_points = n,
                    .n_chunks = n_chunks,
                    .n_workers = atn_parallel_workers(sweep->ctx, n_chunks),
                    .hits = hits};
    attain_status status = prepare(&e, err);
    if (status == ATTAIN_OK)
        status = atn_parallel_for(sweep->ctx, n_chunks, sweep_chunk, &e, "sweep", err);
    for (size_t c = 0; status == ATTAIN_OK && c < n_chunks; c++)
        if (e.broken[c])
            status = atn_fail(err, ATTAIN_ERR_NUMERIC,
                              "a path leaves what its link allows at some value of %s",
                              sweep->vary[0].target);
    release(&e);
    return status;
}
