/* The body of atn_rows_fold for one type: included by rows_qr.c with REAL, FOLD and ROOT defined.
 */

/* Four partial sums: an addition need not wait for the one before it. */
static REAL FOLD(_inner)(const REAL *restrict a, const REAL *restrict b, size_t n)
{
    REAL s0 = 0, s1 = 0, s2 = 0, s3 = 0;
    size_t i = 0;
    for (; i + 4 <= n; i += 4) {
        s0 += a[i] * b[i];
        s1 += a[i + 1] * b[i + 1];
        s2 += a[i + 2] * b[i + 2];
        s3 += a[i + 3] * b[i + 3];
    }
    for (; i < n; i++) s0 += a[i] * b[i];
    return (s0 + s1) + (s2 + s3);
}

/* Column j of the block goes into r_jj by the reflection I - tau v v' with v = (1, block_j / head);
 * the columns behind it follow. */
void FOLD()(REAL *restrict r, size_t c, REAL *const *block, size_t rows)
{
    for (size_t j = 0; j < c; j++) {
        REAL *const v = block[j];
        const REAL square = FOLD(_inner)(v, v, rows), top = r[j * c + j];
        if (square == 0) continue;
        const REAL norm = ROOT(top * top + square), diagonal = top > 0 ? -norm : norm;
        const REAL head = top - diagonal, tau = -head / diagonal;
        r[j * c + j] = diagonal;
        for (size_t i = 0; i < rows; i++) v[i] /= head;
        for (size_t k = j + 1; k < c; k++) {
            REAL *restrict const x = block[k];
            const REAL share = tau * (r[j * c + k] + FOLD(_inner)(v, x, rows));
            r[j * c + k] -= share;
            for (size_t i = 0; i < rows; i++) x[i] -= share * v[i];
        }
    }
}

#undef REAL
#undef FOLD
#undef ROOT
