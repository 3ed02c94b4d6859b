#include "nist_models.h"

#include <math.h>

/* exp(-b1 x) / (b2 + b3 x) */
static void chwirut(const double *x, const double *x2, size_t n, const double *b, double *f,
                    double *j)
{
    (void)x2;
    for (size_t i = 0; i < n; i++) {
        const double d = b[1] + b[2] * x[i], y = exp(-b[0] * x[i]) / d;
        if (f) f[i] = y;
        if (!j) continue;
        j[3 * i] = -x[i] * y;
        j[3 * i + 1] = -y / d;
        j[3 * i + 2] = -x[i] * y / d;
    }
}

/* b1 x^b2 */
static void danwood(const double *x, const double *x2, size_t n, const double *b, double *f,
                    double *j)
{
    (void)x2;
    for (size_t i = 0; i < n; i++) {
        const double u = pow(x[i], b[1]);
        if (f) f[i] = b[0] * u;
        if (!j) continue;
        j[2 * i] = u;
        j[2 * i + 1] = b[0] * u * log(x[i]);
    }
}

/* b1 + b2 cos(2 pi x / 12) + b3 sin(2 pi x / 12) + b5 cos(2 pi x / b4) + b6 sin(2 pi x / b4)
 * + b8 cos(2 pi x / b7) + b9 sin(2 pi x / b7) */
static void enso(const double *x, const double *x2, size_t n, const double *b, double *f, double *j)
{
    static const double tau = 6.28318530717958647692;
    (void)x2;
    for (size_t i = 0; i < n; i++) {
        const double t = tau * x[i];
        const double c1 = cos(t / 12.0), s1 = sin(t / 12.0), c2 = cos(t / b[3]), s2 = sin(t / b[3]);
        const double c3 = cos(t / b[6]), s3 = sin(t / b[6]);
        if (f) f[i] = b[0] + b[1] * c1 + b[2] * s1 + b[4] * c2 + b[5] * s2 + b[7] * c3 + b[8] * s3;
        if (!j) continue;
        double *const row = j + 9 * i;
        row[0] = 1.0;
        row[1] = c1;
        row[2] = s1;
        row[3] = (b[4] * s2 - b[5] * c2) * t / (b[3] * b[3]);
        row[4] = c2;
        row[5] = s2;
        row[6] = (b[7] * s3 - b[8] * c3) * t / (b[6] * b[6]);
        row[7] = c3;
        row[8] = s3;
    }
}

/* (b1 / b2) exp(-((x - b3) / b2)^2 / 2) */
static void eckerle(const double *x, const double *x2, size_t n, const double *b, double *f,
                    double *j)
{
    (void)x2;
    for (size_t i = 0; i < n; i++) {
        const double u = (x[i] - b[2]) / b[1], e = exp(-0.5 * u * u) / b[1], y = b[0] * e;
        if (f) f[i] = y;
        if (!j) continue;
        j[3 * i] = e;
        j[3 * i + 1] = y * (u * u - 1.0) / b[1];
        j[3 * i + 2] = y * u / b[1];
    }
}

/* b1 exp(-b2 x) + b3 exp(-(x - b4)^2 / b5^2) + b6 exp(-(x - b7)^2 / b8^2) */
static void gauss(const double *x, const double *x2, size_t n, const double *b, double *f,
                  double *j)
{
    (void)x2;
    for (size_t i = 0; i < n; i++) {
        const double u = (x[i] - b[3]) / b[4], v = (x[i] - b[6]) / b[7];
        const double e1 = exp(-b[1] * x[i]), e2 = exp(-u * u), e3 = exp(-v * v);
        if (f) f[i] = b[0] * e1 + b[2] * e2 + b[5] * e3;
        if (!j) continue;
        double *const row = j + 8 * i;
        row[0] = e1;
        row[1] = -b[0] * x[i] * e1;
        row[2] = e2;
        row[3] = 2.0 * b[2] * e2 * u / b[4];
        row[4] = row[3] * u;
        row[5] = e3;
        row[6] = 2.0 * b[5] * e3 * v / b[7];
        row[7] = row[6] * v;
    }
}

/* (b1 + b2 x + b3 x^2 + b4 x^3) / (1 + b5 x + b6 x^2 + b7 x^3) */
static void cubic_ratio(const double *x, const double *x2, size_t n, const double *b, double *f,
                        double *j)
{
    (void)x2;
    for (size_t i = 0; i < n; i++) {
        const double t = x[i];
        const double d = 1.0 / (1.0 + t * (b[4] + t * (b[5] + t * b[6])));
        const double y = (b[0] + t * (b[1] + t * (b[2] + t * b[3]))) * d;
        if (f) f[i] = y;
        if (!j) continue;
        double *const row = j + 7 * i;
        row[0] = d;
        row[1] = t * d;
        row[2] = t * row[1];
        row[3] = t * row[2];
        row[4] = -y * row[1];
        row[5] = -y * row[2];
        row[6] = -y * row[3];
    }
}

/* b1 exp(-b2 x) + b3 exp(-b4 x) + b5 exp(-b6 x) */
static void lanczos(const double *x, const double *x2, size_t n, const double *b, double *f,
                    double *j)
{
    (void)x2;
    for (size_t i = 0; i < n; i++) {
        const double e1 = exp(-b[1] * x[i]), e2 = exp(-b[3] * x[i]), e3 = exp(-b[5] * x[i]);
        if (f) f[i] = b[0] * e1 + b[2] * e2 + b[4] * e3;
        if (!j) continue;
        double *const row = j + 6 * i;
        row[0] = e1;
        row[1] = -b[0] * x[i] * e1;
        row[2] = e2;
        row[3] = -b[2] * x[i] * e2;
        row[4] = e3;
        row[5] = -b[4] * x[i] * e3;
    }
}

/* b1 (x^2 + x b2) / (x^2 + x b3 + b4) */
static void mgh09(const double *x, const double *x2, size_t n, const double *b, double *f,
                  double *j)
{
    (void)x2;
    for (size_t i = 0; i < n; i++) {
        const double d = x[i] * (x[i] + b[2]) + b[3], u = x[i] * (x[i] + b[1]) / d, y = b[0] * u;
        if (f) f[i] = y;
        if (!j) continue;
        j[4 * i] = u;
        j[4 * i + 1] = b[0] * x[i] / d;
        j[4 * i + 2] = -y * x[i] / d;
        j[4 * i + 3] = -y / d;
    }
}

/* b1 exp(b2 / (x + b3)) */
static void mgh10(const double *x, const double *x2, size_t n, const double *b, double *f,
                  double *j)
{
    (void)x2;
    for (size_t i = 0; i < n; i++) {
        const double d = x[i] + b[2], e = exp(b[1] / d);
        if (f) f[i] = b[0] * e;
        if (!j) continue;
        j[3 * i] = e;
        j[3 * i + 1] = b[0] * e / d;
        j[3 * i + 2] = -b[0] * e * b[1] / (d * d);
    }
}

/* b1 (1 - exp(-b2 x)) */
static void misra1a(const double *x, const double *x2, size_t n, const double *b, double *f,
                    double *j)
{
    (void)x2;
    for (size_t i = 0; i < n; i++) {
        const double e = exp(-b[1] * x[i]);
        if (f) f[i] = b[0] * (1.0 - e);
        if (!j) continue;
        j[2 * i] = 1.0 - e;
        j[2 * i + 1] = b[0] * x[i] * e;
    }
}

/* b1 (1 - (1 + 2 b2 x)^(-1/2)) */
static void misra1c(const double *x, const double *x2, size_t n, const double *b, double *f,
                    double *j)
{
    (void)x2;
    for (size_t i = 0; i < n; i++) {
        const double u = 1.0 + 2.0 * b[1] * x[i], s = 1.0 / sqrt(u);
        if (f) f[i] = b[0] * (1.0 - s);
        if (!j) continue;
        j[2 * i] = 1.0 - s;
        j[2 * i + 1] = b[0] * x[i] * s / u;
    }
}

/* b1 b2 x / (1 + b2 x) */
static void misra1d(const double *x, const double *x2, size_t n, const double *b, double *f,
                    double *j)
{
    (void)x2;
    for (size_t i = 0; i < n; i++) {
        const double u = 1.0 / (1.0 + b[1] * x[i]);
        if (f) f[i] = b[0] * b[1] * x[i] * u;
        if (!j) continue;
        j[2 * i] = b[1] * x[i] * u;
        j[2 * i + 1] = b[0] * x[i] * u * u;
    }
}

/* b1 - b2 x1 exp(-b3 x2) */
static void nelson(const double *x, const double *x2, size_t n, const double *b, double *f,
                   double *j)
{
    for (size_t i = 0; i < n; i++) {
        const double e = x[i] * exp(-b[2] * x2[i]);
        if (f) f[i] = b[0] - b[1] * e;
        if (!j) continue;
        j[3 * i] = 1.0;
        j[3 * i + 1] = -e;
        j[3 * i + 2] = b[1] * e * x2[i];
    }
}

/* b1 / (1 + exp(b2 - b3 x)) */
static void rat42(const double *x, const double *x2, size_t n, const double *b, double *f,
                  double *j)
{
    (void)x2;
    for (size_t i = 0; i < n; i++) {
        const double e = exp(b[1] - b[2] * x[i]), u = 1.0 / (1.0 + e), y = b[0] * u;
        if (f) f[i] = y;
        if (!j) continue;
        j[3 * i] = u;
        j[3 * i + 1] = -y * e * u;
        j[3 * i + 2] = y * e * u * x[i];
    }
}

const nist_model nist_models[] = {
    {"Chwirut1", 3, chwirut},    {"Chwirut2", 3, chwirut},  {"DanWood", 2, danwood},
    {"ENSO", 9, enso},           {"Eckerle4", 3, eckerle},  {"Gauss1", 8, gauss},
    {"Gauss3", 8, gauss},        {"Hahn1", 7, cubic_ratio}, {"Lanczos1", 6, lanczos},
    {"Lanczos2", 6, lanczos},    {"Lanczos3", 6, lanczos},  {"MGH09", 4, mgh09},
    {"MGH10", 3, mgh10},         {"Misra1a", 2, misra1a},   {"Misra1c", 2, misra1c},
    {"Misra1d", 2, misra1d},     {"Nelson", 3, nelson},     {"Rat42", 3, rat42},
    {"Thurber", 7, cubic_ratio},
};
const size_t nist_n_models = sizeof nist_models / sizeof *nist_models;
