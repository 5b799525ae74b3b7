WITH cells AS (
  SELECT quarter, CASE WHEN grouping(regime) = 1 THEN 'total' ELSE regime END AS regime,
    count(DISTINCT person) FILTER (guidance IN ('h50', 'h100')) AS convention_persons,
    CAST(coalesce(sum(amount), 0) AS DECIMAL(38, 2)) AS amount
  FROM observations GROUP BY GROUPING SETS ((quarter, regime), (quarter))
), of_persons AS (
  SELECT quarter, regime, person, sum(amount) * 100 AS cents FROM observations
  WHERE amount IS NOT NULL GROUP BY 1, 2, 3
  UNION ALL
  SELECT quarter, 'total', person, sum(amount) * 100 FROM observations
  WHERE amount IS NOT NULL GROUP BY 1, 3
), spread AS (
  SELECT quarter, regime, min(cents) AS least, quantile_cont(CAST(cents AS DOUBLE), 0.5) AS median,
    quantile_cont(CAST(cents AS DOUBLE), 0.9) AS decile, max(cents) AS most
  FROM of_persons GROUP BY 1, 2
)
SELECT quarter, regime, convention_persons, amount, CAST(least / 100 AS DECIMAL(38, 2)) AS amount_minimum,
  CAST(round_even(median, 0) / 100 AS DECIMAL(38, 2)) AS amount_median,
  CAST(round_even(round(decile, 6), 0) / 100 AS DECIMAL(38, 2)) AS amount_upper_decile,
  CAST(most / 100 AS DECIMAL(38, 2)) AS amount_maximum, status AS amount_minimum_status,
  status AS amount_median_status, status AS amount_upper_decile_status, status AS amount_maximum_status
FROM cells LEFT JOIN spread USING (quarter, regime), (SELECT CASE WHEN least IS NULL THEN 'undefined' END AS status)
ORDER BY quarter, regime = 'total', regime
