-- 95% intervals in closed form, so that every question draws them the same way.
-- Wilson's score interval for a rate of s successes in n runs; null without runs.
-- Newcombe's hybrid score interval (his method 10) for the difference of two rates: a minus b.
-- Both formulas: R. G. Newcombe, Statistics in Medicine 17 (1998), pages 857-872 and 873-890. z = 1.959963984540054.
create macro wilson_centre(s, n) as
    (s + 3.841458820694124 / 2) / (nullif(n, 0) + 3.841458820694124);
create macro wilson_reach(s, n) as
    1.959963984540054 * sqrt(s::double * (n - s) / nullif(n, 0)::double + 3.841458820694124 / 4)
    / (nullif(n, 0) + 3.841458820694124);
create macro wilson_low(s, n) as
    case when n > 0 then greatest(0.0, wilson_centre(s, n) - wilson_reach(s, n)) end;
create macro wilson_high(s, n) as
    case when n > 0 then least(1.0, wilson_centre(s, n) + wilson_reach(s, n)) end;
create macro rate(s, n) as s / nullif(n, 0)::double;
create macro newcombe_low(s_a, n_a, s_b, n_b) as
    rate(s_a, n_a) - rate(s_b, n_b)
    - sqrt(pow(rate(s_a, n_a) - wilson_low(s_a, n_a), 2) + pow(wilson_high(s_b, n_b) - rate(s_b, n_b), 2));
create macro newcombe_high(s_a, n_a, s_b, n_b) as
    rate(s_a, n_a) - rate(s_b, n_b)
    + sqrt(pow(wilson_high(s_a, n_a) - rate(s_a, n_a), 2) + pow(rate(s_b, n_b) - wilson_low(s_b, n_b), 2));
