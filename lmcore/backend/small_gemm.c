/* Matrix products of a few rows: see small_gemm.py. 101 to 112 are <cblas.h>'s enumerations. */
#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>

typedef void Gemm(int, int, int, int, int, int, float, const float *, int,
                  const float *, int, float, float *, int);
Gemm *gemm;

enum { ROW_MAJOR = 101, PLAIN = 111, TRANSPOSED = 112 };
enum { FEW = 16, AT_ONCE = 8, WIDE = 8, MANY = 9, TILE = 6, SPAN = 4, ROWS_AHEAD = 16 };
enum { BLOCK = 96, WORTH_SHARING = 1 << 18, CACHE_LINE = 64, LINE = CACHE_LINE / sizeof(float) };

typedef int Places __attribute__((vector_size(4 * WIDE)));
typedef float Lanes __attribute__((vector_size(4 * WIDE), aligned(4), may_alias));

typedef struct {
    int m, n, k, lda, ldb, ldc;
    float alpha, beta;
    const float *a, *b;
    float *c;
    const float *packed; /* for MANY rows and more: a^T (k, FEW), columns of 0 for rows not there */
} Product;

/* Neighbours of `a` and of `b` added: a0+a1 a2+a3 b0+b1 b2+b3, and so the upper halves. */
static inline Lanes pairs(Lanes a, Lanes b) {
    return __builtin_shuffle(a, b, (Places){0, 2, 8, 10, 4, 6, 12, 14})
         + __builtin_shuffle(a, b, (Places){1, 3, 9, 11, 5, 7, 13, 15});
}

/* The dot products of `row` and each of `of`, all of length k. With each step as many lines
   of memory as `lines` are called for, from `next` on. */
static inline void dot_products(const float *row, const float *of[AT_ONCE], int k,
                                const float *next, int lines, float found[AT_ONCE]) {
    Lanes sums[AT_ONCE] = {{0}};
    int l = 0;
    for (; l + WIDE <= k; l += WIDE) {
        for (int line = 0; line < lines; line++, next += LINE) __builtin_prefetch(next);
        for (int s = 0; s < AT_ONCE; s++)
            sums[s] += *(const Lanes *)(row + l) * *(const Lanes *)(of[s] + l);
    }
    Lanes low = pairs(pairs(sums[0], sums[1]), pairs(sums[2], sums[3]));
    Lanes high = pairs(pairs(sums[4], sums[5]), pairs(sums[6], sums[7]));
    *(Lanes *)found = __builtin_shuffle(low, high, (Places){0, 1, 2, 3, 8, 9, 10, 11})
                    + __builtin_shuffle(low, high, (Places){4, 5, 6, 7, 12, 13, 14, 15});
    for (int s = 0; s < AT_ONCE; s++)
        for (int rest = l; rest < k; rest++) found[s] += row[rest] * of[s][rest];
}

/* Columns `from` up to `to` of the result. */
static void columns_of_dot_products(const Product *p, int from, int to) {
    /* AT_ONCE rows of weights are k / WIDE steps of AT_ONCE * WIDE / LINE lines: the first
       rows call for the next ones, also after the last, where the next product's may be. */
    int all = AT_ONCE * WIDE / LINE, lines = all > p->m ? all / p->m : 1;
    for (int j = from; j < to; j += AT_ONCE) {
        const float *of[AT_ONCE];
        int left = to - j < AT_ONCE ? to - j : AT_ONCE;
        for (int s = 0; s < AT_ONCE; s++)
            of[s] = p->b + (ptrdiff_t)(s < left ? j + s : j) * p->ldb;
        const float *next = p->b + (ptrdiff_t)(j + AT_ONCE) * p->ldb;
        for (int i = 0; i < p->m; i++, next += p->k / WIDE * lines * LINE) {
            float found[AT_ONCE], *out = p->c + (ptrdiff_t)i * p->ldc + j;
            dot_products(p->a + (ptrdiff_t)i * p->lda, of, p->k, next, i < all ? lines : 0, found);
            for (int s = 0; s < left; s++)
                out[s] = p->alpha * found[s] + (p->beta ? p->beta * out[s] : 0);
        }
    }
}

/* All rows of TILE columns: each weight multiplies the l-th values of all rows at once. */
static inline void outer_products(const float *packed, const float *of[TILE], int k,
                                  const float *next, float found[TILE][FEW]) {
    Lanes low[TILE] = {{0}}, high[TILE] = {{0}};
    for (int start = 0; start < k; start += LINE) {
        int end = start + LINE < k ? start + LINE : k;
        for (int s = 0; s < TILE; s++, next += LINE) __builtin_prefetch(next);
        for (int l = start; l < end; l++) {
            Lanes x = *(const Lanes *)(packed + FEW * l);
            Lanes y = *(const Lanes *)(packed + FEW * l + WIDE);
            for (int s = 0; s < TILE; s++) {
                low[s] += of[s][l] * x;
                high[s] += of[s][l] * y;
            }
        }
    }
    for (int s = 0; s < TILE; s++) {
        *(Lanes *)found[s] = low[s];
        *(Lanes *)(found[s] + WIDE) = high[s];
    }
}

static void columns_of_outer_products(const Product *p, int from, int to) {
    for (int j = from; j < to; j += TILE) {
        const float *of[TILE];
        float found[TILE][FEW];
        int left = to - j < TILE ? to - j : TILE;
        for (int s = 0; s < TILE; s++)
            of[s] = p->b + (ptrdiff_t)(s < left ? j + s : j) * p->ldb;
        outer_products(p->packed, of, p->k, p->b + (ptrdiff_t)(j + TILE) * p->ldb, found);
        for (int i = 0; i < p->m; i++)
            for (int s = 0; s < left; s++) {
                float *out = p->c + (ptrdiff_t)i * p->ldc + j + s;
                *out = p->alpha * found[s][i] + (p->beta ? p->beta * *out : 0);
            }
    }
}

static float *pack(const Product *p) {
    float *packed = malloc(sizeof(float) * FEW * p->k);
    for (int l = 0; packed && l < p->k; l++)
        for (int i = 0; i < FEW; i++)
            packed[FEW * l + i] = i < p->m ? p->a[(ptrdiff_t)i * p->lda + l] : 0;
    return packed;
}

static void columns(const Product *p, int from, int to) {
    (p->packed ? columns_of_outer_products : columns_of_dot_products)(p, from, to);
}

/* `lanes` times WIDE columns of the one row's product with a matrix (k, n), from j on. */
static inline void weighted_sum(const Product *p, int k, int j, int lanes) {
    Lanes sums[SPAN] = {{0}}, *out = (Lanes *)(p->c + j);
    for (int l = 0; l < k; l++) {
        const float *row = p->b + (ptrdiff_t)l * p->ldb + j;
        for (int s = 0; s < lanes; s += LINE / WIDE)
            __builtin_prefetch(row + (ptrdiff_t)ROWS_AHEAD * p->ldb + s * WIDE);
        for (int s = 0; s < lanes; s++) sums[s] += p->a[l] * *(const Lanes *)(row + s * WIDE);
    }
    for (int s = 0; s < lanes; s++) {
        sums[s] *= p->alpha;
        if (p->beta) sums[s] += p->beta * out[s];
        out[s] = sums[s];
    }
}

static void weigh_rows(const Product *p) {
    int k = p->k, j = 0;
    while (k && p->a[k - 1] == 0) k--;
    for (; j + SPAN * WIDE <= p->n; j += SPAN * WIDE) weighted_sum(p, k, j, SPAN);
    for (; j + WIDE <= p->n; j += WIDE) weighted_sum(p, k, j, 1);
    for (; j < p->n; j++) {
        float sum = 0;
        for (int l = 0; l < k; l++) sum += p->a[l] * p->b[(ptrdiff_t)l * p->ldb + j];
        p->c[j] = p->alpha * sum + (p->beta ? p->beta * p->c[j] : 0);
    }
}

/* One product at a time is shared with a second thread: each takes the next block of
   columns until none is left. A helper that wakes late finds less to do; nobody waits for it. */
static pthread_mutex_t sharing = PTHREAD_MUTEX_INITIALIZER, lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t begun = PTHREAD_COND_INITIALIZER, ended = PTHREAD_COND_INITIALIZER;
static int has_helper, open, helping;
static Product shared;
static atomic_int next_column;

static void take_blocks(void) {
    int j;
    while ((j = atomic_fetch_add(&next_column, BLOCK)) < shared.n)
        columns(&shared, j, j + BLOCK < shared.n ? j + BLOCK : shared.n);
}

static void *help(void *unused) {
    pthread_mutex_lock(&lock);
    for (;;) {
        while (!open) pthread_cond_wait(&begun, &lock);
        helping = 1;
        pthread_mutex_unlock(&lock);
        take_blocks();
        pthread_mutex_lock(&lock);
        helping = open = 0;
        pthread_cond_signal(&ended);
    }
    return unused;
}

void start_helper(void) {
    pthread_t thread;
    has_helper = !pthread_create(&thread, NULL, help, NULL);
}

static void multiply(const Product *p) {
    long work = (long)p->n * p->k * (p->packed ? 2 : 1);
    if (!has_helper || work < WORTH_SHARING || pthread_mutex_trylock(&sharing)) {
        columns(p, 0, p->n);
        return;
    }
    pthread_mutex_lock(&lock);
    shared = *p;
    atomic_store(&next_column, 0);
    open = 1;
    pthread_mutex_unlock(&lock);
    pthread_cond_signal(&begun);
    take_blocks();
    pthread_mutex_lock(&lock);
    open = 0;
    while (helping) pthread_cond_wait(&ended, &lock);
    pthread_mutex_unlock(&lock);
    pthread_mutex_unlock(&sharing);
}

void cblas_sgemm(int order, int ta, int tb, int m, int n, int k, float alpha, const float *a,
                 int lda, const float *b, int ldb, float beta, float *c, int ldc) {
    if (order != ROW_MAJOR || ta != PLAIN || m > FEW || (tb == PLAIN && (m > 1 || n < WIDE))) {
        gemm(order, ta, tb, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
        return;
    }
    Product p = {m, n, k, lda, ldb, ldc, alpha, beta, a, b, c, NULL};
    if (tb == PLAIN) {
        weigh_rows(&p);
        return;
    }
    float *packed = m >= MANY ? pack(&p) : NULL;
    p.packed = packed;
    multiply(&p);
    free(packed);
}
