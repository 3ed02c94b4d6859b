/* Coordinates in which a model's latent values are independent standard normals, nearly. */
#ifndef ATN_STUDY_CENTRING_H
#define ATN_STUDY_CENTRING_H

#include "study/model.h"

/* Figures fix sums of trend and deviation.  Sampled as innovations z, a deviation that the figures
 * speak of is narrow and moves against its scale and the trend; sampled as it is, one that they do
 * not speak of closes up as its scale goes to 0, and there the trend is fixed by what it shared
 * with the deviation before.  All that happens in one series.  So the likelihood is replaced, for
 * the coordinates only, by a normal one.  With eta the deviation's knots and calendar effects, psi
 * the parameters but for the scales (sigma, phi, sigma_v, an effect's sigma) on the whole line, F
 * the trend at the knots on the link scale, log p(figures, psi | eta) ~ -(eta, psi)' [G A; A' B]
 * (eta, psi) / 2 + (h, k)' (eta, psi), and of eta given psi      ~ -eta' G eta / 2 + eta' (h - K F
 * - C psi). Given the scales (eta, psi) then is normal with precision [P A; A' B] = L L', P = E'E +
 * G, where z = E eta are the innovations.  Sampling runs in coordinates x with L_psi' psi = x_psi +
 * (L^-1 (h, k))_psi, L_eta' eta = x_eta + L_eta^-1 (h - K F(psi) - C psi), an exact change of
 * variables for any G >= 0 (partial centring taken to its end: Papaspiliopoulos, Roberts & Skold
 * 2007).  Where the figures are silent x_eta are innovations, where they speak they are distances
 * from what the figures say, and between them the change is as smooth as L in the scales, which E
 * follows exactly.  Scatter omega is a scale too: [G A; A' B] and (h, k) of its series are those at
 * omega_0 times (1 - s + s omega^2 / omega_0^2)^-1, s the share of the figures' variance that is
 * scatter. */
typedef struct atn_centring atn_centring;

/* draws: m x n on the whole line, of the posterior or an approximation: the matrices are mean
 * derivatives over them (statistical linearisation), those by the trend's parameters through the
 * levels and their mean slopes alone.  Uses workspace w.  NOMEM, INTERRUPTED. */
attain_status atn_centring_create(attain_context *ctx, const atn_model *model, const double *draws,
                                  size_t m, atn_workspace *w, atn_centring **centring,
                                  attain_error *err);
void atn_centring_free(attain_context *ctx, atn_centring *centring);
size_t atn_centring_work_size(const atn_centring *centring); /* doubles that calls need */

/* x from u (parameters on the whole line, innovations) and the natural scale from x; false where
 * the coordinates do not exist.  The density of x with its gradient (NULL: not wanted), -INFINITY
 * there and outside the domain. */
bool atn_centring_apply(const atn_centring *c, const double *u, double *x, double *work,
                        atn_workspace *w);
bool atn_centring_undo(const atn_centring *c, const double *x, double *theta, double *work,
                       atn_workspace *w);
/* Moves x towards the centre of what is normal given the scales: 0 is the centre, 1 where it was.
 */
void atn_centring_shrink(const atn_centring *c, double *x, double keep);
double atn_centring_density(const atn_centring *c, const double *x, double *gradient, double *work,
                            atn_workspace *w);

#endif
