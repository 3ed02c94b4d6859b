/* A network of stocks and flows, forward over its steps and back (METHODS section 2.3).
 *
 *     S_{i+1} = S_i + sum of inflows_i - sum of outflows_i
 *
 * Only the balance has to be carried step by step.  Whatever does not depend on a level is computed
 * a column at a time before; a formula that is affine in levels, a + b S, gives its a and b so; and
 * once the levels are known all derivatives of all formulas are columns again, so that the reverse
 * sweep over steps is nothing but sums of products. */
#include "network.h"

#include <string.h>

/* ---- limits ---- */

static double softplus(double x)
{
    return x > 0 ? x + log1p(exp(-x)) : log1p(exp(x));
}

/* e^-40 of those offered are turned away: nothing, to a double. */
static const double all_clear = 40.0;

double atn_admission(double offered, double room, double width)
{
    static const double steep = 30.0; /* expm1 overflows at 709; softplus is exact long before */
    const double left = (room - offered) / width, share = offered / width;
    if (left > all_clear) return offered;
    if (share > steep) return width * (softplus(room / width) - softplus(left));
    /* no difference of large softplus */
    return width * log1p(expm1(share) * atn_link_inverse(ATN_LINK_LOGIT, left));
}

typedef struct sweep {
    const atn_model *m;
    const atn_network *net;
    atn_workspace *w;
    const atn_future *future; /* NULL: nothing changes */
    size_t n;                 /* steps in all */
} sweep;

static double sum_own(const sweep *s, const size_t *tracks, size_t n, size_t i)
{
    double sum = 0.0;
    for (size_t k = 0; k < n; k++) sum += s->w->tracks[tracks[k]].own[i];
    return sum;
}

static double sum_path(const sweep *s, const size_t *tracks, size_t n, size_t i)
{
    double sum = 0.0;
    for (size_t k = 0; k < n; k++) sum += s->w->tracks[tracks[k]].path[i];
    return sum;
}

/* What the stock's outflows together ask for is more than there is: each gets its share. */
static double outflow_share(const sweep *s, const atn_pool *pool, size_t i, double *asked)
{
    const double level = s->w->tracks[pool->track].path[i];
    *asked = sum_own(s, pool->out, pool->n_out, i);
    return *asked > level ? level / *asked : 1.0;
}

typedef struct gate { /* of a stock with a capacity at one step */
    double offered, room, width;
} gate;

static gate find_gate(const sweep *s, const atn_pool *pool, size_t i)
{
    const bool changed = s->future && s->future->inputs;
    const double *capacity =
        changed ? s->future->inputs[pool->capacity] : s->m->study->inputs[pool->capacity].values;
    const double level = s->w->tracks[pool->track].path[i];
    return (gate){.offered = sum_own(s, pool->in, pool->n_in, i),
                  .room = capacity[i] - level + sum_path(s, pool->out, pool->n_out, i),
                  .width = ATN_CAPACITY_WIDTH * capacity[i]};
}

static bool limits(const gate *g)
{
    return g->offered > 0 && !((g->room - g->offered) / g->width > all_clear && g->width > 0);
}

static double admitted(const gate *g)
{
    return g->width > 0 ? atn_admission(g->offered, g->room, g->width) : 0.0;
}

static void limit(const sweep *s, const size_t *tracks, size_t n, size_t i, double share)
{
    for (size_t k = 0; k < n; k++) {
        const atn_track_work *tw = &s->w->tracks[tracks[k]];
        tw->path[i] = share * tw->own[i];
    }
}

/* ---- forward ---- */

static bool moves(const atn_track *t)
{
    return t->spec->deviation.type != ATN_DEVIATION_NONE || t->n_effects > 0;
}

/* What the member's formula needs on steps from .. to-1 at this theta. */
static void prepare(const sweep *s, size_t place, const double *theta, size_t from, size_t to)
{
    const atn_stepwise *p = &s->net->steps[place];
    const atn_track *t = &s->m->tracks[p->track];
    atn_track_work *tw = &s->w->tracks[p->track];
    atn_workspace *w = s->w;
    const size_t n = atn_track_gather(s->m, t, theta, w), n_par = t->trend->n_parameters;
    const size_t n_steps = s->m->study->n_steps;
    for (size_t k = 0; s->future && s->future->inputs && k < s->m->study->n_inputs; k++)
        w->inputs[n_par + 1 + k] = s->future->inputs[k];
    const double **inputs = p->affine ? w->later_inputs : w->step_inputs + place * s->m->max_inputs;
    double *scalars = w->step_scalars + place * s->m->max_inputs;
    memcpy(scalars, w->scalars, n_par * sizeof *scalars);
    for (size_t k = 0; k < n; k++)
        inputs[k] = k < n_par                   ? scalars + k
                    : w->inputs[k] && p->affine ? w->inputs[k] + from
                                                : w->inputs[k];
    if (!p->affine) return;
    for (size_t k = 0; k < n; k++) w->columns[k] = NULL;
    for (size_t r = 0; r < p->n_reads; r++) {
        inputs[p->names[r]] = w->zeros;
        w->columns[p->names[r]] = tw->slopes + r * n_steps + from;
    }
    atn_formula_jacobian(t->trend->formula, to - from, inputs, tw->trend + from, w->columns,
                         w->formula);
}

static double trend_at(const sweep *s, size_t place, size_t i)
{
    const atn_stepwise *p = &s->net->steps[place];
    const atn_track *t = &s->m->tracks[p->track];
    const atn_track_work *tw = &s->w->tracks[p->track];
    atn_workspace *w = s->w;
    if (p->affine) {
        double f = tw->trend[i];
        for (size_t r = 0; r < p->n_reads; r++)
            f += tw->slopes[r * s->m->study->n_steps + i] * w->tracks[p->sources[r]].own[i];
        return f;
    }
    const double **inputs = w->step_inputs + place * s->m->max_inputs;
    const size_t n = atn_formula_n_names(t->trend->formula), n_par = t->trend->n_parameters;
    for (size_t k = 0; k < n; k++)
        w->inputs[k] = k < n_par || !inputs[k] ? inputs[k] : inputs[k] + i;
    double f;
    atn_formula_value(t->trend->formula, 1, w->inputs, &f, w->formula);
    return f;
}

static double shifted(const atn_track *t, double f, double shift)
{
    switch (t->spec->link) {
    case ATN_LINK_LOG: return f * shift; /* exp(d + w) */
    case ATN_LINK_IDENTITY: return f + shift;
    case ATN_LINK_LOGIT: break;
    }
    return atn_link_inverse(ATN_LINK_LOGIT, atn_link_apply(ATN_LINK_LOGIT, f) + shift);
}

static double mapped(const atn_future *future, size_t place, size_t i, double y)
{
    if (!future) return y;
    if (future->scale && future->scale[place]) y *= future->scale[place][i];
    if (future->offset && future->offset[place]) y += future->offset[place][i];
    return y;
}

static void step_flows(const sweep *s, size_t i)
{
    for (size_t place = 0; place < s->net->n_steps; place++) {
        const atn_stepwise *p = &s->net->steps[place];
        const atn_track *t = &s->m->tracks[p->track];
        atn_track_work *tw = &s->w->tracks[p->track];
        const double f = tw->trend[i] = trend_at(s, place, i);
        const double y = moves(t) ? shifted(t, f, tw->shift[i]) : f;
        tw->own[i] = tw->path[i] = mapped(s->future, p->place, i, y);
    }
}

static void step_stocks(const sweep *s, size_t i)
{
    const atn_network *net = s->net;
    for (size_t k = 0; k < net->n_pools; k++) {
        double asked;
        const double share = outflow_share(s, &net->pools[k], i, &asked);
        if (share < 1) limit(s, net->pools[k].out, net->pools[k].n_out, i, share);
    }
    for (size_t k = 0; k < net->n_pools; k++) {
        const atn_pool *pool = &net->pools[k];
        if (pool->capacity == ATN_NONE) continue;
        const gate g = find_gate(s, pool, i);
        if (limits(&g)) limit(s, pool->in, pool->n_in, i, admitted(&g) / g.offered);
    }
    for (size_t k = 0; k < net->n_pools && i + 1 < s->n; k++) {
        const atn_pool *pool = &net->pools[k];
        double *level = s->w->tracks[pool->track].path;
        level[i + 1] = level[i] + sum_path(s, pool->in, pool->n_in, i) -
                       sum_path(s, pool->out, pool->n_out, i);
    }
}

/* Steps from .. to-1 at one theta. */
static void run(const sweep *s, const double *theta, size_t from, size_t to)
{
    for (size_t place = 0; place < s->net->n_steps; place++) prepare(s, place, theta, from, to);
    for (size_t i = from; i < to; i++) {
        step_flows(s, i);
        step_stocks(s, i);
    }
}

/* Levels at step 0, and flows as they are where nothing limits them. */
static void begin(const sweep *s, const double *theta)
{
    for (size_t k = s->net->first; k < s->net->first + s->net->n; k++) {
        const atn_track *t = &s->m->tracks[k];
        const atn_track_work *tw = &s->w->tracks[k];
        if (t->balance)
            tw->path[0] = atn_slot_get(&t->trend_slots[0], theta);
        else if (!t->stepwise)
            memcpy(tw->path, tw->own, s->n * sizeof *tw->path);
    }
}

/* Nothing flows backwards, whatever the link. */
static bool flows_forward(const sweep *s, const size_t *tracks, size_t n)
{
    bool ok = true;
    for (size_t k = 0; k < n; k++) {
        const double *own = s->w->tracks[tracks[k]].own;
        for (size_t i = 0; i < s->n; i++) ok &= own[i] >= 0;
    }
    return ok;
}

static bool in_domain(const sweep *s)
{
    for (size_t k = s->net->first; k < s->net->first + s->net->n; k++) {
        const atn_track_work *tw = &s->w->tracks[k];
        const atn_link link = s->m->tracks[k].spec->link;
        if (!atn_in_domain(link, tw->own, s->n) || !atn_in_domain(link, tw->path, s->n))
            return false;
    }
    for (size_t k = 0; k < s->net->n_pools; k++) {
        const atn_pool *pool = &s->net->pools[k];
        if (!flows_forward(s, pool->in, pool->n_in) || !flows_forward(s, pool->out, pool->n_out))
            return false;
    }
    return true;
}

static void prepare_shift(const atn_track *t, const double *theta, size_t n, atn_track_work *tw)
{
    if (!moves(t)) return;
    atn_track_knots(t, theta, tw->knots);
    if (t->spec->link == ATN_LINK_LOG)
        atn_track_growth(t, theta, n, tw->knots, tw->shift);
    else
        atn_track_shift(t, theta, n, tw->knots, tw->shift);
}

bool atn_network_forward(const atn_model *m, const double *theta, bool slopes, atn_workspace *w)
{
    const atn_network *net = m->network;
    const size_t first = net->first, end = first + net->n;
    const sweep s = {m, net, w, NULL, m->tracks[first].n_reach};
    for (size_t k = first; k < end; k++) {
        const atn_track *t = &m->tracks[k];
        if (t->stepwise)
            prepare_shift(t, theta, s.n, &w->tracks[k]);
        else if (!t->balance && !atn_track_own(m, k, theta, slopes, w))
            return false;
    }
    begin(&s, theta);
    run(&s, theta, 0, s.n);
    if (!in_domain(&s)) return false;
    for (size_t k = first; k < end; k++) {
        if (slopes && m->tracks[k].stepwise && !atn_track_trend(m, k, theta, s.n, true, w))
            return false;
        atn_track_sums(&m->tracks[k], &w->tracks[k]);
    }
    return true;
}

void atn_network_paths(const atn_model *m, const double *theta, const atn_future *future,
                       atn_workspace *w)
{
    const sweep s = {m, m->network, w, future, m->study->n_steps};
    for (size_t place = 0; place < s.net->n_steps; place++) {
        const atn_track *t = &m->tracks[s.net->steps[place].track];
        double *shift = w->tracks[s.net->steps[place].track].shift;
        for (size_t i = 0; moves(t) && t->spec->link == ATN_LINK_LOG && i < s.n; i++)
            shift[i] = exp(shift[i]);
    }
    begin(&s, theta);
    const size_t n_segments = future ? future->n_segments : 0;
    size_t from = 0;
    for (size_t k = 0; k <= n_segments; k++) {
        const size_t to = k < n_segments && future->from[k] < s.n ? future->from[k] : s.n;
        if (to > from) run(&s, theta, from, to);
        from = to;
        if (k < n_segments) theta = future->theta[k];
    }
}

/* ---- reverse ---- */

/* adjoint[i] = d / d path_i in full: window sums are held as ranges. */
static void gather_adjoint(const sweep *s, atn_track_work *tw)
{
    double range = 0.0, range2 = 0.0;
    for (size_t i = 0; i < s->n; i++) {
        range += tw->range[i];
        range2 += tw->range2[i];
        tw->adjoint[i] += range + 2.0 * range2 * tw->path[i];
    }
    memset(tw->range, 0, (s->n + 1) * sizeof *tw->range);
    memset(tw->range2, 0, (s->n + 1) * sizeof *tw->range2);
}

static void add_to(const sweep *s, const size_t *tracks, size_t n, size_t i, double amount)
{
    for (size_t k = 0; k < n; k++) s->w->tracks[tracks[k]].adjoint[i] += amount;
}

/* y_k = r x_k with r a function of X = sum x_k: from adjoints of y to those of x, in place.
 * Returns sum of adjoint_k x_k, which is d / d r. */
static double reverse_limit(const sweep *s, const size_t *tracks, size_t n, size_t i, double ratio)
{
    double by_ratio = 0.0;
    for (size_t k = 0; k < n; k++) {
        const atn_track_work *tw = &s->w->tracks[tracks[k]];
        by_ratio += tw->adjoint[i] * tw->own[i];
        tw->adjoint[i] *= ratio;
    }
    return by_ratio;
}

/* With n offered and R room: d / d n = logistic((R - n) / w), d / d R = logistic(R / w) - that. */
static void reverse_admission(const sweep *s, const atn_pool *pool, size_t i)
{
    const gate g = find_gate(s, pool, i);
    if (!limits(&g)) return;
    const double ratio = sum_path(s, pool->in, pool->n_in, i) / g.offered;
    const double by_ratio = reverse_limit(s, pool->in, pool->n_in, i, ratio);
    const double last = atn_link_inverse(ATN_LINK_LOGIT, (g.room - g.offered) / g.width);
    const double first = atn_link_inverse(ATN_LINK_LOGIT, g.room / g.width);
    const double by_room = by_ratio * (first - last) / g.offered;
    add_to(s, pool->in, pool->n_in, i, by_ratio * (last - ratio) / g.offered);
    add_to(s, pool->out, pool->n_out, i, by_room); /* room = capacity - level + outflows */
    s->w->tracks[pool->track].adjoint[i] -= by_room;
}

static void reverse_outflows(const sweep *s, const atn_pool *pool, size_t i)
{
    double asked;
    const double share = outflow_share(s, pool, i, &asked);
    if (!(share < 1)) return;
    const double by_share = reverse_limit(s, pool->out, pool->n_out, i, share);
    add_to(s, pool->out, pool->n_out, i, -by_share * share / asked);
    s->w->tracks[pool->track].adjoint[i] += by_share / asked;
}

static void reverse_stocks(const sweep *s, size_t i)
{
    const atn_network *net = s->net;
    for (size_t k = 0; k < net->n_pools; k++) {
        const atn_pool *pool = &net->pools[k];
        const double next = s->w->pool_adjoint[k];
        add_to(s, pool->in, pool->n_in, i, next);
        add_to(s, pool->out, pool->n_out, i, -next);
        s->w->tracks[pool->track].adjoint[i] += next;
    }
    for (size_t k = 0; k < net->n_pools; k++)
        if (net->pools[k].capacity != ATN_NONE) reverse_admission(s, &net->pools[k], i);
    for (size_t k = 0; k < net->n_pools; k++) reverse_outflows(s, &net->pools[k], i);
}

/* From d / d own_i to those of trend and shift, and to what the formula read at this step. */
static void reverse_flow(const sweep *s, const atn_stepwise *p, size_t i)
{
    const atn_track *t = &s->m->tracks[p->track];
    const atn_track_work *tw = &s->w->tracks[p->track];
    const double g = tw->adjoint[i], y = tw->own[i], f = tw->trend[i];
    double seed = g, shift = g;
    if (t->spec->link == ATN_LINK_LOG) {
        shift = g * y;
        seed = shift / f;
    } else if (t->spec->link == ATN_LINK_LOGIT) {
        shift = g * y * (1.0 - y);
        seed = shift / (f * (1.0 - f));
    }
    tw->seeds[i] = seed;
    tw->adjoint[i] = shift;
    if (seed == 0) return;
    for (size_t r = 0; r < p->n_reads; r++)
        s->w->tracks[p->sources[r]].adjoint[i] += seed * tw->jacobian[p->names[r] * t->n_reach + i];
}

void atn_network_reverse(const atn_model *m, const double *theta, double *gradient,
                         atn_workspace *w)
{
    const atn_network *net = m->network;
    const size_t first = net->first, end = first + net->n;
    const sweep s = {m, net, w, NULL, m->tracks[first].n_reach};
    if (s.n == 0) return;
    for (size_t k = first; k < end; k++) gather_adjoint(&s, &w->tracks[k]);
    for (size_t k = 0; k < net->n_pools; k++) w->pool_adjoint[k] = 0.0;
    for (size_t i = s.n; i-- > 0;) {
        reverse_stocks(&s, i);
        for (size_t place = net->n_steps; place-- > 0;) reverse_flow(&s, &net->steps[place], i);
        for (size_t k = 0; k < net->n_pools; k++)
            w->pool_adjoint[k] = w->tracks[net->pools[k].track].adjoint[i];
    }
    for (size_t k = end; k-- > first;) {
        const atn_track *t = &m->tracks[k];
        if (t->balance)
            atn_slot_add(&t->trend_slots[0], gradient, w->tracks[k].adjoint[0]);
        else if (t->stepwise)
            atn_track_reverse_trend(m, k, theta, w->tracks[k].seeds, gradient, w);
        else
            atn_track_reverse(m, k, theta, gradient, w);
    }
}
