/* Goals on given paths: tables by hand, a brute-force second opinion, and what must always hold. */
#include "check.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <attain/project.h>

#include "base/stream.h"
#include "project/goal.h"

static attain_goal_spec spec_of(attain_goal_statistic statistic, size_t over, size_t held,
                                size_t start, size_t deadline, double target)
{
    attain_goal_spec spec;
    attain_goal_spec_init(&spec);
    spec.statistic = statistic;
    spec.over = over;
    spec.held = held;
    spec.start = start;
    spec.deadline = deadline;
    spec.target = target;
    return spec;
}

static void test_table(void **state)
{
    (void)state;
    static const double path[] = {1, 5, 2, 4, 6, 6, 6, 1, 9, 0};
    enum { N = 10 };
    static const struct {
        const char *name;
        attain_goal_statistic statistic;
        size_t over, held, start, deadline;
        double target;
        bool at_most;
        size_t reached;
        double best;
    } rows[] = {
        {"a single step", ATTAIN_GOAL_VALUE, 1, 1, 0, 9, 5, false, 1, 9},
        {"not before start", ATTAIN_GOAL_VALUE, 1, 1, 2, 9, 5, false, 4, 9},
        {"best by the deadline, reached after", ATTAIN_GOAL_VALUE, 1, 1, 0, 5, 7, false, 8, 6},
        {"three in a row", ATTAIN_GOAL_VALUE, 1, 3, 0, 9, 5, false, 6, 6},
        {"four in a row, never", ATTAIN_GOAL_VALUE, 1, 4, 0, 9, 5, false, SIZE_MAX, 4},
        /* every five days since the step from 100 to 200 lies inside: 20 a day */
        {"level", ATTAIN_GOAL_LEVEL, 1, 1, 0, 9, 9, false, 8, 9},
        {"trailing mean", ATTAIN_GOAL_MEAN, 3, 1, 0, 9, 5, false, 5, 6},
        {"trailing mean, complete after start", ATTAIN_GOAL_MEAN, 3, 1, 4, 9, 5, false, 6, 6},
        {"trailing mean held twice", ATTAIN_GOAL_MEAN, 3, 2, 0, 9, 5, false, 6, 16.0 / 3},
        {"running total", ATTAIN_GOAL_TOTAL, 1, 1, 0, 9, 12, false, 3, 40},
        {"running total from start", ATTAIN_GOAL_TOTAL, 1, 1, 3, 6, 23, false, 7, 22},
        {"rolling total", ATTAIN_GOAL_ROLLING_TOTAL, 4, 1, 0, 9, 20, false, 6, 22},
        {"window as long as the time", ATTAIN_GOAL_ROLLING_TOTAL, 10, 1, 0, 9, 40, false, 9, 40},
        {"window longer than the time", ATTAIN_GOAL_MEAN, 8, 1, 3, 9, 1, false, SIZE_MAX, NAN},
        {"held longer than the time", ATTAIN_GOAL_VALUE, 1, 9, 3, 9, 0, false, SIZE_MAX, NAN},
        {"fits the horizon, not the deadline", ATTAIN_GOAL_MEAN, 4, 1, 0, 2, 3, false, 3, NAN},
        {"at most: a single step", ATTAIN_GOAL_VALUE, 1, 1, 1, 9, 1, true, 7, 0},
        {"at most: trailing mean", ATTAIN_GOAL_MEAN, 2, 1, 0, 8, 3, true, 1, 3},
        {"at most: a cap kept", ATTAIN_GOAL_TOTAL, 1, 1, 0, 5, 24, true, 5, 24},
        {"at most: a cap broken", ATTAIN_GOAL_TOTAL, 1, 1, 0, 5, 23, true, SIZE_MAX, 24},
    };
    attain_context *ctx = check_context(NULL, 1);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        attain_goal_spec spec = spec_of(rows[i].statistic, rows[i].over, rows[i].held,
                                        rows[i].start, rows[i].deadline, rows[i].target);
        spec.at_most = rows[i].at_most;
        size_t reached = 77;
        double best = 77;
        attain_error err;
        atn_check_status(rows[i].name,
                         attain_goal_evaluate(ctx, path, 1, N, &spec, &reached, &best, &err),
                         ATTAIN_OK, &err);
        if (reached != rows[i].reached) print_error("%s: reached\n", rows[i].name);
        assert_true(reached == rows[i].reached);
        if (isnan(rows[i].best))
            assert_true(isnan(best));
        else
            atn_check_close(rows[i].name, best, rows[i].best, 0.0, 1e-15);
    }
    attain_context_free(ctx);
}

/* ---- a second opinion, straight from the definitions ---- */

static double window_value(const double *path, const attain_goal_spec *s, size_t end)
{
    double sum = 0.0;
    for (size_t i = end + 1 - s->over; i <= end; i++) sum += path[i];
    return s->statistic == ATTAIN_GOAL_MEAN ? sum / (double)s->over : sum;
}

static bool meets(const attain_goal_spec *s, double v)
{
    return s->at_most ? v <= s->target : v >= s->target;
}

static void by_definition(const double *path, size_t n, const attain_goal_spec *s, size_t *reached,
                          double *best)
{
    *reached = SIZE_MAX;
    *best = NAN;
    double total = 0.0;
    for (size_t i = s->start; i < n; i++) {
        double worst = NAN;
        if (s->statistic == ATTAIN_GOAL_TOTAL) {
            worst = total += path[i];
            if (i == s->deadline) *best = total;
            if (s->at_most && i != s->deadline) continue;
        } else {
            if (i + 2 < s->start + s->over + s->held) continue;
            for (size_t h = 0; h < s->held; h++) {
                const double v = window_value(path, s, i - h);
                if (isnan(worst) || (s->at_most ? v > worst : v < worst)) worst = v;
            }
            const bool better = isnan(*best) || (s->at_most ? worst < *best : worst > *best);
            if (i <= s->deadline && better) *best = worst;
        }
        if (*reached == SIZE_MAX && meets(s, worst)) *reached = i;
    }
}

enum { DRAWS = 37, STEPS = 61 };

/* Whole numbers: sums are exact, so ties are ties in every order of summation. */
static void fill(double *paths, size_t n, atn_stream *stream)
{
    for (size_t i = 0; i < n; i++) paths[i] = (double)atn_stream_below(stream, 20);
}

static attain_goal_spec random_spec(atn_stream *stream)
{
    attain_goal_spec s;
    attain_goal_spec_init(&s);
    s.statistic = (attain_goal_statistic)atn_stream_below(stream, 5);
    const bool windowed =
        s.statistic == ATTAIN_GOAL_MEAN || s.statistic == ATTAIN_GOAL_ROLLING_TOTAL;
    if (windowed) s.over = 1 + atn_stream_below(stream, 30);
    if (s.statistic != ATTAIN_GOAL_TOTAL) s.held = 1 + atn_stream_below(stream, 12);
    s.start = atn_stream_below(stream, STEPS);
    s.deadline = s.start + atn_stream_below(stream, STEPS - s.start);
    s.at_most = atn_stream_below(stream, 2) == 1;
    const double scale = s.statistic == ATTAIN_GOAL_TOTAL           ? 30.0
                         : s.statistic == ATTAIN_GOAL_ROLLING_TOTAL ? (double)s.over
                                                                    : 1.0;
    s.target = (double)atn_stream_below(stream, 20) * scale;
    return s;
}

static void test_second_opinion(void **state)
{
    (void)state;
    static double paths[DRAWS * STEPS];
    const uint64_t seed = 20250120;
    attain_context *ctx = check_context(NULL, 1);
    for (uint64_t round = 0; round < 2000; round++) {
        atn_stream stream;
        atn_stream_init(&stream, seed, ATN_PURPOSE_SIMULATE, 0, round);
        fill(paths, DRAWS * STEPS, &stream);
        const attain_goal_spec spec = random_spec(&stream);
        size_t reached[DRAWS], want;
        double best[DRAWS], best_want;
        attain_error err;
        atn_check_status("round",
                         attain_goal_evaluate(ctx, paths, DRAWS, STEPS, &spec, reached, best, &err),
                         ATTAIN_OK, &err);
        for (size_t d = 0; d < DRAWS; d++) {
            by_definition(paths + d * STEPS, STEPS, &spec, &want, &best_want);
            if (want != reached[d]) print_error("round %d draw %zu\n", (int)round, d);
            assert_true(want == reached[d]);
            if (isnan(best_want))
                assert_true(isnan(best[d]));
            else
                atn_check_close("best", best[d], best_want, 0.0, 1e-15);
        }
    }
    attain_context_free(ctx);
}

/* ---- what must always hold ---- */

typedef struct world {
    attain_context *ctx;
    double paths[200 * STEPS];
    size_t reached[200];
    double best[200];
} world;

static double probability(world *w, const attain_goal_spec *spec)
{
    attain_error err;
    atn_check_status(
        "evaluate",
        attain_goal_evaluate(w->ctx, w->paths, 200, STEPS, spec, w->reached, w->best, &err),
        ATTAIN_OK, &err);
    size_t n = 0;
    for (size_t d = 0; d < 200; d++) n += w->reached[d] <= spec->deadline;
    return (double)n;
}

static void fill_smooth(world *w, uint64_t seed)
{
    for (size_t d = 0; d < 200; d++) {
        atn_stream stream;
        atn_stream_init(&stream, seed, ATN_PURPOSE_SIMULATE, 1, d);
        double level = 0.0;
        for (size_t i = 0; i < STEPS; i++) {
            level = 0.8 * level + 0.1 * atn_stream_normal(&stream);
            w->paths[d * STEPS + i] = exp(level);
        }
    }
}

static void test_order_of_readings(void **state)
{
    (void)state;
    static world w;
    w.ctx = check_context(NULL, 1);
    fill_smooth(&w, 7);
    for (double target = 0.8; target < 1.4; target += 0.05) {
        attain_goal_spec s = spec_of(ATTAIN_GOAL_VALUE, 1, 1, 0, STEPS - 1, target);
        const double any = probability(&w, &s);
        s = spec_of(ATTAIN_GOAL_MEAN, 7, 1, 0, STEPS - 1, target);
        const double week = probability(&w, &s);
        s.over = 28; /* a 28-day mean that is reached holds a 7-day mean that is */
        const double month = probability(&w, &s);
        assert_true(any >= week && week >= month);
        double before = 201;
        for (size_t held = 1; held < 30; held++) {
            s = spec_of(ATTAIN_GOAL_MEAN, 7, held, 0, STEPS - 1, target);
            const double p = probability(&w, &s);
            assert_true(p <= before);
            before = p;
        }
        before = -1;
        for (size_t deadline = 0; deadline < STEPS; deadline++) {
            s = spec_of(ATTAIN_GOAL_MEAN, 7, 1, 0, deadline, target);
            const double p = probability(&w, &s);
            assert_true(p >= before);
            before = p;
            /* best and reached tell the same story */
            for (size_t d = 0; d < 200; d++)
                assert_true((w.reached[d] <= deadline) == (w.best[d] >= target));
        }
    }
    attain_context_free(w.ctx);
}

/* On each path: what `strong` reaches, `weak` has reached by then. */
static void check_implied(world *w, const attain_goal_spec *strong, const attain_goal_spec *weak)
{
    size_t first[200];
    probability(w, strong);
    memcpy(first, w->reached, sizeof first);
    probability(w, weak);
    for (size_t d = 0; d < 200; d++) assert_true(w->reached[d] <= first[d]);
}

/* A mean of w steps kept up for H windows in a row makes some mean of any L <= H steps: with
 * L = q w + r, the w spans of L that begin in the first w steps sum q w windows each for the whole
 * part and r windows together for the rest, all of which are kept. */
static void test_theorems(void **state)
{
    (void)state;
    static world w;
    w.ctx = check_context(NULL, 1);
    atn_stream stream;
    atn_stream_init(&stream, 11, ATN_PURPOSE_SIMULATE, 3, 0);
    for (int round = 0; round < 150; round++) {
        if (round % 3 == 0)
            fill_smooth(&w, 1000 + (uint64_t)round);
        else
            for (size_t i = 0; i < 200 * STEPS; i++)
                w.paths[i] = (double)atn_stream_below(&stream, 20);
        const size_t over = 1 + atn_stream_below(&stream, 9);
        const size_t held = 1 + atn_stream_below(&stream, 20);
        const size_t span = 1 + atn_stream_below(&stream, held);
        const size_t times = 1 + atn_stream_below(&stream, 4);
        const size_t start = atn_stream_below(&stream, 10);
        const double target = round % 3 == 0 ? 0.9 + 0.02 * (double)atn_stream_below(&stream, 20)
                                             : (double)atn_stream_below(&stream, 14);
        attain_goal_spec strong = spec_of(ATTAIN_GOAL_MEAN, over, held, start, STEPS - 1, target);
        attain_goal_spec weak = spec_of(ATTAIN_GOAL_MEAN, span, 1, start, STEPS - 1, target);
        for (int turn = 0; turn < 2; turn++) { /* a cap mirrors a floor */
            strong.at_most = weak.at_most = turn == 1;
            strong.over = over, strong.held = held;
            weak.over = span, weak.held = 1;
            check_implied(&w, &strong, &weak);
            weak.over = over; /* kept up for less */
            weak.held = 1 + atn_stream_below(&stream, held);
            check_implied(&w, &strong, &weak);
            strong.over = over * times; /* a long mean holds a short one */
            strong.held = weak.held = 1;
            check_implied(&w, &strong, &weak);
        }
        /* what `over` steps of something amount to, all steps so far do */
        strong = spec_of(ATTAIN_GOAL_ROLLING_TOTAL, over, 1, start, STEPS - 1, target * 3);
        weak = spec_of(ATTAIN_GOAL_TOTAL, 1, 1, start, STEPS - 1, target * 3);
        check_implied(&w, &strong, &weak);
    }
    attain_context_free(w.ctx);
}

/* A path that stays at its target has reached it in every reading at the first window, whatever
 * the sums round to. */
static void test_ties(void **state)
{
    (void)state;
    static world w;
    w.ctx = check_context(NULL, 1);
    for (int k = 1; k < 200; k++) {
        const double level = 0.1 * k;
        for (size_t i = 0; i < 200 * STEPS; i++) w.paths[i] = level;
        for (size_t over = 1; over < 31; over++) {
            for (int turn = 0; turn < 2; turn++) {
                attain_goal_spec s = spec_of(ATTAIN_GOAL_MEAN, over, 5, 0, STEPS - 1, level);
                s.at_most = turn == 1;
                probability(&w, &s);
                assert_int_equal(w.reached[k], over + 3);
                s = spec_of(ATTAIN_GOAL_ROLLING_TOTAL, over, 1, 0, STEPS - 1, level * (double)over);
                s.at_most = turn == 1;
                probability(&w, &s);
                assert_int_equal(w.reached[k], over - 1);
            }
        }
        const attain_goal_spec s = spec_of(ATTAIN_GOAL_TOTAL, 1, 1, 0, STEPS - 1, level * STEPS);
        probability(&w, &s);
        assert_int_equal(w.reached[k], STEPS - 1);
    }
    attain_context_free(w.ctx);
}

static void test_mirror(void **state)
{
    (void)state;
    static world w;
    static size_t reached[200];
    static double best[200];
    static const attain_goal_statistic statistics[] = {
        ATTAIN_GOAL_VALUE, ATTAIN_GOAL_MEAN, ATTAIN_GOAL_ROLLING_TOTAL, ATTAIN_GOAL_LEVEL};
    w.ctx = check_context(NULL, 1);
    fill_smooth(&w, 8);
    for (size_t k = 0; k < 4; k++) {
        const bool windowed =
            statistics[k] == ATTAIN_GOAL_MEAN || statistics[k] == ATTAIN_GOAL_ROLLING_TOTAL;
        attain_goal_spec s = spec_of(statistics[k], windowed ? 5 : 1, 3, 4, 50,
                                     statistics[k] == ATTAIN_GOAL_ROLLING_TOTAL ? 4.5 : 0.9);
        s.at_most = true;
        probability(&w, &s);
        memcpy(reached, w.reached, sizeof reached);
        memcpy(best, w.best, sizeof best);
        for (size_t i = 0; i < 200 * STEPS; i++) w.paths[i] = -w.paths[i];
        s.at_most = false;
        s.target = -s.target;
        probability(&w, &s);
        assert_memory_equal(reached, w.reached, sizeof reached);
        for (size_t d = 0; d < 200; d++) w.best[d] = -w.best[d];
        atn_check_same_bits("best", w.best, best, 200);
        for (size_t i = 0; i < 200 * STEPS; i++) w.paths[i] = -w.paths[i];
    }
    attain_context_free(w.ctx);
}

static void test_not_a_number(void **state)
{
    (void)state;
    attain_context *ctx = check_context(NULL, 1);
    const double path[] = {9, NAN, 3, 4, 5, INFINITY, 1, 2, 3, 8};
    attain_goal_spec s = spec_of(ATTAIN_GOAL_MEAN, 3, 1, 0, 9, 3.5);
    size_t reached;
    double best;
    attain_error err;
    /* A window with a NaN never counts; an infinity spoils its own windows alone. */
    atn_check_status("windows", attain_goal_evaluate(ctx, path, 1, 10, &s, &reached, &best, &err),
                     ATTAIN_OK, &err);
    assert_int_equal(reached, 4);
    s.start = 6;
    atn_check_status("later", attain_goal_evaluate(ctx, path, 1, 10, &s, &reached, &best, &err),
                     ATTAIN_OK, &err);
    assert_int_equal(reached, 9);
    atn_check_close("later", best, 13.0 / 3, 0, 1e-15);
    attain_context_free(ctx);
}

static void test_threads(void **state)
{
    (void)state;
    static world w;
    static size_t reached[200];
    static double best[200];
    fill_smooth(&w, 9);
    const attain_goal_spec s = spec_of(ATTAIN_GOAL_MEAN, 4, 2, 1, 44, 1.05);
    for (unsigned threads = 1; threads <= 4; threads++) {
        w.ctx = check_context(NULL, threads);
        probability(&w, &s);
        attain_context_free(w.ctx);
        if (threads > 1) {
            assert_memory_equal(reached, w.reached, sizeof reached);
            atn_check_same_bits("threads", w.best, best, 200);
        }
        memcpy(reached, w.reached, sizeof reached);
        memcpy(best, w.best, sizeof best);
    }
}

static void test_refused(void **state)
{
    (void)state;
    attain_context *ctx = check_context(NULL, 1);
    const double path[4] = {1, 2, 3, 4};
    const attain_goal_spec good = spec_of(ATTAIN_GOAL_MEAN, 2, 1, 0, 3, 2);
    attain_goal_spec bad[9];
    for (size_t i = 0; i < 9; i++) bad[i] = good;
    bad[0].version = 0;
    bad[1].over = 0;
    bad[2].held = 0;
    bad[3].deadline = 4;
    bad[4].start = 3, bad[4].deadline = 2;
    bad[5].target = NAN;
    bad[6].statistic = ATTAIN_GOAL_VALUE;
    bad[7].statistic = ATTAIN_GOAL_TOTAL, bad[7].over = 1, bad[7].held = 2;
    bad[8].statistic = (attain_goal_statistic)9;
    size_t reached = 77;
    double best = 77;
    attain_error err;
    for (size_t i = 0; i < 9; i++) {
        atn_check_status("bad",
                         attain_goal_evaluate(ctx, path, 1, 4, &bad[i], &reached, &best, &err),
                         ATTAIN_ERR_ARGUMENT, &err);
        assert_true(reached == 77 && best == 77);
    }
    atn_check_status("no draws", attain_goal_evaluate(ctx, path, 0, 4, &good, NULL, NULL, NULL),
                     ATTAIN_ERR_ARGUMENT, NULL);
    atn_check_status("too many",
                     attain_goal_evaluate(ctx, path, SIZE_MAX, 4, &good, NULL, NULL, NULL),
                     ATTAIN_ERR_ARGUMENT, NULL);
    atn_check_status("no paths", attain_goal_evaluate(ctx, NULL, 1, 4, &good, NULL, NULL, NULL),
                     ATTAIN_ERR_ARGUMENT, NULL);
    atn_check_status("outputs are optional",
                     attain_goal_evaluate(ctx, path, 1, 4, &good, NULL, NULL, NULL), ATTAIN_OK,
                     NULL);
    attain_context_free(ctx);
}

static attain_status evaluate_once(void *user, attain_context *ctx, attain_error *err)
{
    const double *path = user;
    const attain_goal_spec s = spec_of(ATTAIN_GOAL_TOTAL, 1, 1, 0, 3, 6);
    size_t reached[2] = {77, 77};
    double best[2] = {77, 77};
    const attain_status status = attain_goal_evaluate(ctx, path, 2, 4, &s, reached, best, err);
    if (status == ATTAIN_OK)
        assert_true(reached[0] == 2 && reached[1] == SIZE_MAX && best[1] == 4);
    else
        assert_true(reached[0] == 77 && best[1] == 77);
    return status;
}

static void test_faults(void **state)
{
    (void)state;
    double path[8] = {1, 2, 3, 4, 1, 1, 1, 1};
    check_faults("attain_goal_evaluate", evaluate_once, path, 100);
}

/* ---- paces ---- */

static void test_pace(void **state)
{
    (void)state;
    /* Ten days of the past: 100 a day, then 200 a day. */
    double path[10], prefix[11] = {0};
    for (size_t i = 0; i < 10; i++) path[i] = i < 5 ? 100 : 200;
    for (size_t i = 0; i < 10; i++) prefix[i + 1] = prefix[i] + path[i];
    static const struct {
        const char *name;
        attain_goal_statistic statistic;
        size_t over, start, deadline;
        double target;
        bool at_most, reached;
        double required, current, share;
    } rows[] = {
        /* 1,500 so far, 900 more in 6 days; windows of 6 days averaged 117, 133, 150, 167,
         * 183 */
        {"total", ATTAIN_GOAL_TOTAL, 1, 0, 15, 2400, false, false, 150, 162.5, 0.6},
        {"total from later on", ATTAIN_GOAL_TOTAL, 1, 12, 15, 800, false, false, 200, 162.5,
         2. / 7},
        {"total reached", ATTAIN_GOAL_TOTAL, 1, 0, 15, 900, false, true, 0, 162.5, 1},
        {"total, no time left", ATTAIN_GOAL_TOTAL, 1, 0, 9, 2400, false, false, NAN, 162.5, NAN},
        {"cap", ATTAIN_GOAL_TOTAL, 1, 0, 15, 2100, true, false, 100, 162.5, 0},
        {"mean", ATTAIN_GOAL_MEAN, 3, 0, 15, 180, false, false, 180, 162.5, 3. / 8},
        {"value", ATTAIN_GOAL_VALUE, 1, 0, 15, 200, false, false, 200, 162.5, 0.5},
        /* windows of 4 ending on day 10 .. 15: 600 known + 1 day, 400 + 2, 200 + 3, 0 + 4 */
        {"rolling", ATTAIN_GOAL_ROLLING_TOTAL, 4, 0, 15, 1000, false, false, 250, 162.5, 0},
        /* ... to 700: 100, 150, 167, 175; every single day reached 100 */
        {"rolling, nearly there", ATTAIN_GOAL_ROLLING_TOTAL, 4, 0, 15, 700, false, false, 100,
         162.5, 1},
        /* every five days since the step from 100 to 200 lies inside: 20 a day */
        {"level", ATTAIN_GOAL_LEVEL, 1, 0, 14, 300, false, false, 20, 12.5, 1},
        {"level reached", ATTAIN_GOAL_LEVEL, 1, 0, 14, 150, false, true, 0, 12.5, 1},
        {"level, at most", ATTAIN_GOAL_LEVEL, 1, 0, 14, 100, true, false, -20, 12.5, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        attain_goal_spec s = spec_of(rows[i].statistic, rows[i].over, 1, rows[i].start,
                                     rows[i].deadline, rows[i].target);
        s.at_most = rows[i].at_most;
        const atn_pace pace = atn_goal_pace(path, prefix, 10, 8, &s, rows[i].reached);
        const double got[] = {pace.required, pace.current, pace.past_share};
        const double want[] = {rows[i].required, rows[i].current, rows[i].share};
        for (size_t k = 0; k < 3; k++) {
            if (isnan(want[k]))
                assert_true(isnan(got[k]));
            else
                atn_check_close(rows[i].name, got[k], want[k], 0, 1e-14);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table),
        cmocka_unit_test(test_second_opinion),
        cmocka_unit_test(test_order_of_readings),
        cmocka_unit_test(test_theorems),
        cmocka_unit_test(test_ties),
        cmocka_unit_test(test_mirror),
        cmocka_unit_test(test_not_a_number),
        cmocka_unit_test(test_threads),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_faults),
        cmocka_unit_test(test_pace),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
