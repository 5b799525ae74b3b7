WITH cells AS (
  SELECT CASE WHEN grouping(quarter) = 1 THEN 'total' ELSE quarter END AS quarter,
    CASE WHEN grouping(measure) = 1 THEN 'total' ELSE measure END AS measure,
    count(DISTINCT person) AS persons,
    count(DISTINCT person) FILTER (guidance IN ('h50', 'h100')) AS convention_persons,
    CAST(coalesce(sum(amount), 0) AS DECIMAL(38, 2)) AS amount
  FROM observations GROUP BY CUBE (quarter, measure)
), wholes AS (
  SELECT quarter, persons AS all_persons, amount AS all_amount FROM cells WHERE measure = 'total'
)
SELECT quarter, measure, persons, convention_persons, amount,
  CAST(round_even(100.0 * persons / all_persons, 1) AS DECIMAL(38, 1)) AS persons_share,
  CASE WHEN all_amount <> 0
    THEN CAST(round_even(CAST(amount AS DOUBLE) * 100 / CAST(all_amount AS DOUBLE), 1) AS DECIMAL(38, 1)) END AS amount_share,
  CASE WHEN all_amount = 0 THEN 'undefined' END AS amount_share_status
FROM cells JOIN wholes USING (quarter)
ORDER BY quarter = 'total', quarter, measure = 'total', measure
